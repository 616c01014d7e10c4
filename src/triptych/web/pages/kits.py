"""Kits of study medicine at a site: what may be used and why the rest may not; releases, and quarantines."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Literal

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from msgspec import Struct

from triptych.course import local_day, may_file
from triptych.course.kits import COUNT, MOVEMENT, Balance, balance
from triptych.ledger import Seen
from triptych.web.attachments import NotTaken, described, keep
from triptych.web.entry import Posted
from triptych.web.filing import form_of_site
from triptych.web.house import house
from triptych.web.pages.attachment import given
from triptych.web.people import Asker, page
from triptych.web.show import show

RELEASE, QUARANTINE = "kit_release", "kit_quarantine"
FORMS = (RELEASE, QUARANTINE, MOVEMENT, COUNT)
FILE = ("name", "sha256", "size", "media_type")
"""Items that the file itself answers."""
State = Literal["released", "expired", "in quarantine", "not released by a pharmacist"]


class Kit(Struct, frozen=True):
    """One kit as it stands today, on its last release and the last word about a quarantine."""

    kit: str
    release: Seen | None
    quarantine: Seen | None
    state: State


def standing(records: Sequence[Seen], today: date, pharmacists: Collection[str]) -> list[Kit]:
    """Every kit of a site that something was said of, by its number, as the gate in front of a dose counts it."""
    releases, quarantines = _last(records, RELEASE), _last(records, QUARANTINE)
    names = sorted(releases.keys() | quarantines.keys())
    return [_kit(name, releases.get(name), quarantines.get(name), today, pharmacists) for name in names]


def _last(records: Sequence[Seen], form: str) -> dict[str, Seen]:
    found = sorted((one for one in records if one.form == form and one.current), key=lambda one: one.occurred_at)
    return {str(one.values.get("kit")): one for one in found}


def _kit(name: str, release: Seen | None, quarantine: Seen | None, today: date, pharmacists: Collection[str]) -> Kit:
    state: State = "released"
    ended = quarantine is None or (quarantine.values.get("change") == "ended" and quarantine.actor in pharmacists)
    if not ended:
        state = "in quarantine"
    elif release is None or release.actor not in pharmacists or release.values.get("conforms") is not True:
        state = "not released by a pharmacist"
    elif str(release.values.get("expires_on")) < today.isoformat():
        state = "expired"
    return Kit(name, release, quarantine, state)


@page
def kits(request: HttpRequest, asker: Asker, site: str) -> HttpResponse:
    """Show the kits of a site; file a release with its certificate, or a quarantine."""
    if site not in asker.view.sites() or not asker.view.sight.sees_form(RELEASE):
        raise Http404
    role, forms = asker.study.roles[asker.grant.role], asker.study.forms
    may = [forms[name] for name in FORMS if may_file(role, forms[name])]
    wanted = next((form for form in may if form.id == request.GET.get("form")), None)
    zone = asker.view.zone()
    sees_batch = any(item.id == "batch" and asker.view.sight.sees_item(item) for item in forms[RELEASE].items)
    posted, is_filed = form_of_site(request, asker, site, wanted, lambda read: _with_file(request, read))
    if is_filed:
        return redirect("kits", site=site)
    return show(
        request,
        asker,
        "kits.html",
        here="kits",
        status=posted.status if posted else 200,
        site=site,
        kits=standing(asker.view.site_records(site), local_day(asker.view.now, zone), pharmacists(site)),
        sees_batch=sees_batch,
        balance=balance_of(asker, site) if sees_batch else None,
        may=may,
        posted=posted,
        items=[item for item in posted.form.items if item.id not in FILE] if posted else [],
        zone=zone,
    )


def balance_of(asker: Asker, site: str) -> Balance:
    """The balance of a site, for whoever may know which kit was given to whom."""
    names = asker.view.participants()
    asker.view.gather(names)
    about = (one for name in names for one in asker.view.records(name) if one.site == site)
    return balance([*asker.view.site_records(site), *about], asker.view.now)


def pharmacists(site: str) -> frozenset[str]:
    """Who holds the role of a pharmacist at a site now, whatever the asker sees of who holds which role."""
    view = house().trial.system_view()
    grants = (one for one in view.grants() if one.role == "pharmacist" and one.covers(site))
    return frozenset(one.person for one in grants if one.in_force(view.now))


def _with_file(request: HttpRequest, posted: Posted) -> bool:
    """Keep the certificate that was sent by its content, and name it in the form. False if it cannot be kept."""
    for name in FILE:
        posted.typed.pop(name, None)
    upload = request.FILES.get("file")
    if posted.form.id != RELEASE or upload is None:
        return True
    try:
        kept = keep(upload)
    except NotTaken as error:
        posted.problems.append(("", str(error)))
        return False
    posted.typed |= {name: [str(value)] for name, value in described(upload, kept).items()}
    return True


@page
def certificate(request: HttpRequest, asker: Asker, site: str, record: str) -> HttpResponse:
    """Give back the certificate of analysis of a release, to whoever sees what is in it."""
    records = asker.view.site_records(site) if site in asker.view.sites() else ()
    found = next((seen for seen in records if seen.id == str(record) and seen.form == RELEASE), None)
    return given(found if found and "sha256" in found.values else None)
