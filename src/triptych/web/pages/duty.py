"""Who is on call at a site in the weeks to come, where the rota leaves a gap, and the forms that fill it."""

from datetime import timedelta

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect

from triptych.course import local_day, may_file
from triptych.course.duty import COVER, HOLIDAY, PHONE, ROTA, STEPS, holidays_missing
from triptych.course.whereabouts import zone_named
from triptych.web.entry import Posted
from triptych.web.filing import form_of_site
from triptych.web.integrating import standing
from triptych.web.people import Asker, page
from triptych.web.show import show

DAYS = 14
FORMS = (ROTA, COVER, HOLIDAY, PHONE)


def phones(asker: Asker, site: str) -> dict[str, str]:
    """The telephone numbers that were filed last, by person."""
    filed = [
        one for one in asker.view.site_records(site) if one.form == PHONE and one.current and one.status == "filed"
    ]
    return {str(one.values.get("person")): str(one.values.get("phone")) for one in filed}


def years_without_holidays(asker: Asker, site: str) -> tuple[int, ...]:
    """The years among the weeks shown whose public holidays nobody filed, though a rota does not work on them."""
    filed = sorted(standing(asker.view.site_records(site)), key=lambda one: one.recorded_at, reverse=True)
    holidays = (str(one.values["day"]) for one in filed if one.form == HOLIDAY)
    today = local_day(asker.view.now, asker.view.zone())
    days = [today + timedelta(days=ahead) for ahead in range(DAYS)]
    return holidays_missing((one.values for one in filed if one.form == ROTA), holidays, days)


def _has_zone(posted: Posted) -> bool:
    """Whether the time zone of a rota is one; by a slip nobody would be on call."""
    name = posted.answers().get("zone")
    if name is None or zone_named(name) is not None:
        return True
    posted.problems.append(("zone", "No time zone has this name. Write one such as Europe/Oslo."))
    return False


@page
def duty(request: HttpRequest, asker: Asker, site: str) -> HttpResponse:
    """Show who is on call, and file a rota, a cover or a public holiday."""
    if site not in asker.view.sites() or not asker.view.sight.sees_form(ROTA):
        raise Http404
    role, forms = asker.study.roles[asker.grant.role], asker.study.forms
    may = [forms[name] for name in FORMS if name in forms and may_file(role, forms[name])]
    wanted = next((form for form in may if form.id == request.GET.get("form")), None)
    zone = asker.view.zone()
    posted, is_filed = form_of_site(request, asker, site, wanted, _has_zone)
    if is_filed:
        return redirect("duty", site=site)
    return show(
        request,
        asker,
        "duty.html",
        here="duty",
        status=posted.status if posted else 200,
        site=site,
        times=asker.view.on_call(site, DAYS),
        phones=phones(asker, site),
        steps=[(step, int(after.total_seconds()) // 60) for step, after in STEPS],
        names={choice.code: choice.label for item in forms[COVER].items for choice in item.choices},
        days=DAYS,
        years=years_without_holidays(asker, site),
        may=may,
        posted=posted,
        zone=zone,
    )
