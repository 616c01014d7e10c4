"""Progress: for a participant what is next, how long it goes on and what they wrote; for a therapist their own people.

The participant's page shows no score and no answer that counts: nothing that would unblind, compare or frighten.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from msgspec import Struct
from msgspec.structs import replace

from triptych.course import Listed, Planned, Task
from triptych.course.readiness import READY
from triptych.course.schedule import HELD, PENDING
from triptych.ledger import Seen
from triptych.study import Form
from triptych.web import integrating as kept
from triptych.web.days_after import FORM
from triptych.web.pages.diary import own_today, own_zone
from triptych.web.pages.participant import PANELS
from triptych.web.people import PARTICIPANT, Asker, found, page
from triptych.web.show import show
from triptych.web.words import Words, title_of, words_for

UNSAID = frozenset({"reminder_wishes", "device_edits", "education_answer", kept.PICTURE})
"""What participants file that holds no words of their own."""
DAYS = 3
"""How many entries of the diary stand on a therapist's page."""
PAGES = {kept.GOAL: "goals", kept.PRACTICE: "practices", kept.DAY: "practices", kept.WORDS: "recall", READY: "ready"}
"""Forms that participants know by the page that they write them on, and the words that call it so."""


class Wrote(Struct, frozen=True, kw_only=True):
    """Something that a participant wrote: when, on which form, in answer to what."""

    seen: Seen
    title: str
    label: str
    words: str


class Row(Struct, frozen=True, kw_only=True):
    """One participant of a therapist's: what is next, what rings, the last days of the diary, and the practices."""

    participant: str
    next: Planned | None
    alerts: tuple[Task, ...]
    diary: tuple[Seen, ...]
    practices: tuple[kept.Practice, ...]


@page
def way(request: HttpRequest, asker: Asker) -> HttpResponse:
    """Show a participant where they are on their way, what comes next, how long it goes on, and their own words."""
    participant = asker.grant.participant or ""
    visits = [one for one in found(asker.view.course(participant)).visits if one.status != "hidden"]
    coming = [one for one in visits if one.status in PENDING]
    today, words = own_today(asker), words_for(request)
    parts = {
        "asker": asker,
        "text": words,
        "panels": [(id_, *_counted(visits, id_)) for id_, _ in PANELS],
        "here": coming[0].panel if coming else "",
        "coming": [(one, _until(one, today, words.say)) for one in coming if not one.series][:DAYS],
        "last": coming[-1] if coming else None,
        "wrote": wrote(_titled(asker, words), kept.standing(asker.view.records(participant))),
        "zone": own_zone(asker),
    }
    return render(request, "own/way.html", parts)


def _counted(visits: Iterable[Planned], panel: str) -> tuple[int, int]:
    """How many visits of a panel were held, and how many there are in all; those that fall away are none."""
    here = [one for one in visits if one.panel == panel and one.status not in ("skipped", "missed")]
    return sum(one.status in HELD for one in here), len(here)


def _until(visit: Planned, today: date, say: Mapping[str, str]) -> str:
    """When a visit comes, in words; nothing where its day is not known."""
    if visit.window is None or not visit.window.firm:
        return ""
    days = (visit.window.opens - today).days
    if days <= 0:
        return say["way_open_until"] if visit.window.closes != visit.window.opens else say["way_open"]
    return say["way_tomorrow"] if days == 1 else say["way_in_days"].format(days)


def _titled(asker: Asker, words: Words) -> Iterator[Form]:
    """The forms, called as they are in a language, or as the page that they are written on."""
    for form in asker.study.forms.values():
        page_title = words.say[PAGES[form.id]] if form.id in PAGES else ""
        yield replace(form, title=page_title or title_of(form, words.language, asker.study.document.language))


def wrote(forms: Iterable[Form], records: Iterable[Seen]) -> list[Wrote]:
    """The words that a participant wrote by themselves, newest first; numbers and choices are none."""
    known = {form.id: form for form in forms if form.id not in UNSAID}
    return [
        Wrote(seen=seen, title=known[seen.form].title, label=item.label, words=words)
        for seen in sorted(records, key=lambda one: one.occurred_at, reverse=True)
        if seen.role == PARTICIPANT and seen.form in known
        for item in known[seen.form].items
        if item.type == "text" and isinstance(words := seen.values.get(item.id), str) and words.strip()
    ]


@page
def caseload(request: HttpRequest, asker: Asker) -> HttpResponse:
    """Show a therapist the participants whom they treat: what is next, what rings, diary and practices."""
    if not asker.view.sight.sees_form(kept.PAGE):
        raise Http404
    listed = asker.view.listing()
    asker.view.gather(line.participant for line in listed)
    records = {line.participant: kept.standing(asker.view.records(line.participant)) for line in listed}
    own = [line for line in listed if treats(asker, records[line.participant])]
    return show(
        request,
        asker,
        "caseload.html",
        here="caseload",
        instants=(line.next_change for line in own),
        rows=sorted((_row(asker, line, records[line.participant]) for line in own), key=lambda row: not row.alerts),
        others=len(listed) - len(own),
        forms=asker.study.forms,
        zone=asker.view.zone(),
    )


def treats(asker: Asker, records: Iterable[Seen]) -> bool:
    """Whether a record names the asker as somebody who treats: a session, its team, or an assignment."""
    forms = asker.study.forms
    named = ((seen, item) for seen in records if seen.form in forms for item in forms[seen.form].items)
    return any(item.type == "person" and seen.values.get(item.id) == asker.actor.person for seen, item in named)


def _row(asker: Asker, line: Listed, records: list[Seen]) -> Row:
    zone = asker.view.zone(line.participant)
    return Row(
        participant=line.participant,
        next=next((one for one in line.visits if one.status in PENDING), None),
        alerts=line.alerts,
        diary=tuple(one for one in reversed(records) if one.form == FORM)[:DAYS],
        practices=tuple(one for one in kept.practices(records, zone) if one.agreed),
    )
