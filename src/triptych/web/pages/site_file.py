"""The site's file: approvals, consent versions, delegation, laboratory, correspondence; what is missing or expires."""

from collections.abc import Sequence
from datetime import date, timedelta

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from msgspec import Struct

from triptych.course import local_day, may_file
from triptych.ledger import Draft, Filed, Seen
from triptych.study import Choice
from triptych.web.attachments import NotTaken, described, keep
from triptych.web.entry import new_id
from triptych.web.house import house
from triptych.web.pages.attachment import given
from triptych.web.people import Asker, page
from triptych.web.show import show

FORM = "site_document"
SOON = timedelta(days=60)
NEEDED = ("approvals", "consent", "delegation", "laboratory")
"""Sections that no site can be without."""


class Document(Struct, frozen=True):
    """One document as it stands today: `state` is in force, expired, expires soon or replaced."""

    seen: Seen
    state: str
    expires_on: date | None


def standing(records: Sequence[Seen], today: date) -> dict[str, list[Document]]:
    """The current documents of each section, newest first, replaced ones last."""
    current = [seen for seen in records if seen.form == FORM and seen.current]
    replaced = {str(seen.values.get("replaces")) for seen in current}
    sections: dict[str, list[Document]] = {}
    for seen in sorted(current, key=lambda one: (one.root in replaced, str(one.values["dated"])), reverse=False):
        ends = seen.values.get("expires_on")
        expires_on = date.fromisoformat(ends) if isinstance(ends, str) else None
        state = "replaced" if seen.root in replaced else _state(expires_on, today)
        sections.setdefault(str(seen.values["section"]), []).append(Document(seen, state, expires_on))
    return sections


def _state(expires_on: date | None, today: date) -> str:
    if expires_on is None or expires_on > today + SOON:
        return "in force"
    return "expires soon" if expires_on >= today else "expired"


def missing(sections: dict[str, list[Document]]) -> list[str]:
    """Sections that need a document in force and have none."""
    standing_now = ("in force", "expires soon")
    return [name for name in NEEDED if not any(one.state in standing_now for one in sections.get(name, ()))]


@page
def site_file(request: HttpRequest, asker: Asker, site: str) -> HttpResponse:
    """Show the file of a site, and keep a document that is added to it."""
    if site not in asker.view.sites() or not asker.view.sight.sees_form(FORM):
        raise Http404
    may_add = may_file(asker.study.roles[asker.grant.role], asker.study.forms[FORM])
    problems: list[str] = []
    if request.method == "POST":
        if not may_add:
            raise Http404
        problems = _filed(request, asker, site)
        if not problems:
            return redirect("site_file", site=site)
    sections = standing(asker.view.site_records(site), local_day(asker.view.now, asker.view.zone()))
    return show(
        request,
        asker,
        "site_file.html",
        here="site_file",
        status=422 if problems else 200,
        site=site,
        choices=choices_of(asker),
        sections=sections,
        missing=missing(sections),
        grants=[grant for grant in asker.view.grants() if grant.covers(site) and grant.until is None],
        may_add=may_add,
        problems=problems,
        typed=request.POST,
        record=new_id(asker.view.now),
    )


def choices_of(asker: Asker) -> dict[str, tuple[Choice, ...]]:
    """The choices of the form's items, by item."""
    return {item.id: item.choices for item in asker.study.forms[FORM].items if item.choices}


def _filed(request: HttpRequest, asker: Asker, site: str) -> list[str]:
    names = ("section", "title", "version", "dated", "expires_on", "replaces", "copy")
    values: dict[str, object] = {
        name: request.POST[name].strip() for name in names if request.POST.get(name, "").strip()
    }
    upload = request.FILES.get("file")
    if upload is not None:
        if "copy" not in values:
            return ["Say whether the file is the original or a copy."]
        try:
            kept = keep(upload)
        except NotTaken as error:
            return [str(error)]
        values |= described(upload, kept)
    draft = Draft(
        id=request.POST.get("record") or new_id(asker.view.now),
        form=FORM,
        values=values,
        occurred_at=asker.view.now,
        site=site,
    )
    outcome = house().trial.file(draft, asker.actor)
    return [] if isinstance(outcome, Filed) else [reason.text for reason in outcome.reasons]


@page
def download(request: HttpRequest, asker: Asker, site: str, record: str) -> HttpResponse:
    """Give back the file of a document."""
    records = asker.view.site_records(site) if site in asker.view.sites() else ()
    return given(next((seen for seen in records if seen.id == str(record) and seen.form == FORM), None))
