"""Who is on call at a site in the weeks to come, where the rota leaves a gap, and the forms that fill it."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect

from triptych.course import may_file
from triptych.course.duty import COVER, HOLIDAY, PHONE, ROTA, STEPS
from triptych.web.filing import form_of_site
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


@page
def duty(request: HttpRequest, asker: Asker, site: str) -> HttpResponse:
    """Show who is on call, and file a rota, a cover or a public holiday."""
    if site not in asker.view.sites() or not asker.view.sight.sees_form(ROTA):
        raise Http404
    role, forms = asker.study.roles[asker.grant.role], asker.study.forms
    may = [forms[name] for name in FORMS if name in forms and may_file(role, forms[name])]
    wanted = next((form for form in may if form.id == request.GET.get("form")), None)
    zone = asker.view.zone()
    posted, is_filed = form_of_site(request, asker, site, wanted)
    if is_filed:
        return redirect("duty", site=site)
    return show(
        request,
        asker,
        "duty.html",
        here="duty",
        status=422 if posted and (posted.problems or posted.asked) else 200,
        site=site,
        times=asker.view.on_call(site, DAYS),
        phones=phones(asker, site),
        steps=[(step, int(after.total_seconds()) // 60) for step, after in STEPS],
        names={choice.code: choice.label for item in forms[COVER].items for choice in item.choices},
        days=DAYS,
        may=may,
        posted=posted,
        zone=zone,
    )
