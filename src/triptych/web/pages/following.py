"""The months after treatment on one page: who has gone quiet, who stays, what was held in its window, what recurred."""

from collections import Counter
from collections.abc import Iterable, Sequence

from django.http import HttpRequest, HttpResponse
from msgspec import Struct

from triptych.course import Listed
from triptych.course.durability import Evaluation
from triptych.course.obligations import filers
from triptych.course.outside import FORMS as OUTSIDE
from triptych.course.outside import Outside, outside
from triptych.course.quiet import Contact, contact_of, is_followed, quiet_after
from triptych.course.staying import TRACING, WISH, Staying, staying
from triptych.study import Study, Visit
from triptych.web.attrition import by_arm
from triptych.web.integrating import standing as standing_of
from triptych.web.people import Asker, page
from triptych.web.show import show

STATUSES = ("done", "out_of_window", "missed", "skipped", "open", "planned")
LEFT = (
    ("treatment", "stopped", "Study treatment stopped"),
    ("follow_up", "stopped", "Visits and follow-up stopped"),
    ("data", "stopped", "No further data"),
    ("reach", "lost", "Lost to follow-up"),
    ("life", "dead", "Died"),
    ("enrollment", "completed", "Completed"),
)
"""How people leave, as their standing says it. Somebody may stand in several lines."""
GONE = (("follow_up", "stopped"), ("data", "stopped"), ("reach", "lost"))
"""Who left, and of whom it matters what may still be collected."""


class Line(Struct, frozen=True, kw_only=True):
    """How often something stands in each status, and the share held in its window of all that are over."""

    title: str
    counts: Counter[str]

    @property
    def over(self) -> int:
        """How many are over."""
        return sum(self.counts[status] for status in ("done", "out_of_window", "missed"))

    @property
    def share(self) -> str:
        """The share that was held in its window, of those that are over."""
        return (
            f"{self.counts['done']} of {self.over} ({100 * self.counts['done'] / self.over:.0f} %)" if self.over else ""
        )


def after_treatment(study: Study) -> list[Visit]:
    """The visits that stand after the last one of a cycle in the document."""
    visits = list(study.document.visits)
    last = max((place for place, visit in enumerate(visits) if visit.cycle is not None), default=-1)
    return visits[last + 1 :]


def by_visit(study: Study, listed: Iterable[Listed]) -> list[Line]:
    """Each follow-up visit with the statuses in which it stands."""
    listed = list(listed)
    return [Line(title=visit.title, counts=_counts(listed, {visit.id})) for visit in after_treatment(study)]


def by_role(study: Study, listed: Iterable[Listed]) -> list[Line]:
    """For each role that files a required form of a follow-up visit, the statuses of those visits."""
    listed, lines = list(listed), []
    for role in study.document.roles:
        theirs = {
            visit.id
            for visit in after_treatment(study)
            if any(placed.required and role.id in filers(study, placed.form) for placed in visit.forms)
        }
        if theirs:
            lines.append(Line(title=role.title, counts=_counts(listed, theirs)))
    return lines


def _counts(listed: Iterable[Listed], visits: set[str]) -> Counter[str]:
    return Counter(str(visit.status) for line in listed for visit in line.visits if visit.visit in visits)


@page
def follow_up(request: HttpRequest, asker: Asker) -> HttpResponse:
    """Show who has gone quiet, attrition, windows by visit and by role, and the rules of recurrence as they stand."""
    listed = asker.view.listing()
    enrolled = [line for line in listed if line.standing.get("enrollment") in ("enrolled", "completed")]
    left = [(title, sum(line.standing.get(axis) == value for line in enrolled)) for axis, value, title in LEFT]
    judged = any(one.judges for one in asker.study.document.definitions)
    standing = {line.participant: _newest(asker.view.evaluations(line.participant)) for line in enrolled if judged}
    followed = [line for line in listed if is_followed(line.standing)]
    asker.view.gather(line.participant for line in followed)
    contacts = sorted((_contact(asker, line) for line in followed), key=lambda one: one.order)
    wishes, leaving = _wishes(asker, enrolled, [one.participant for one in contacts])
    return show(
        request,
        asker,
        "follow_up.html",
        contacts=contacts,
        wishes=wishes,
        leaving=leaving,
        wish_words=_wish_words(asker.study),
        quiet_after=quiet_after(asker.study).days,
        zone=asker.view.zone(),
        here="follow_up",
        enrolled=len(enrolled),
        left=left,
        arms=by_arm(asker.view, enrolled, [way[:2] for way in LEFT], lambda people: _share(asker.study, people)),
        outside=_outside(asker, enrolled),
        visits=by_visit(asker.study, enrolled),
        roles=by_role(asker.study, enrolled),
        statuses=STATUSES,
        standing={name: found for name, found in standing.items() if found},
        judged=judged,
    )


def _wishes(asker: Asker, enrolled: Iterable[Listed], followed: list[str]) -> tuple[dict[str, Staying], list[str]]:
    """What each person wants of the follow-up, and who left or wants less; nothing where the role does not see it."""
    if not all(map(asker.view.sight.sees_form, (WISH, TRACING))):
        return {}, []
    left = {one.participant for one in enrolled if any(one.standing.get(axis) == value for axis, value in GONE)}
    asker.view.gather(left)
    wishes = {name: staying(standing_of(asker.view.records(name))) for name in sorted({*left, *followed})}
    return wishes, [name for name, one in wishes.items() if name in left or one.wish not in ("", "as_planned")]


def _share(study: Study, listed: Sequence[Listed]) -> str:
    """The share of all visits after treatment that were held in their window."""
    return Line(title="", counts=_counts(listed, {visit.id for visit in after_treatment(study)})).share


def _outside(asker: Asker, enrolled: Iterable[Listed]) -> list[Outside]:
    """What was had outside the study, the newest first; nothing where the role sees no form that asks for it."""
    if not any(map(asker.view.sight.sees_form, OUTSIDE)):
        return []
    view, names = asker.view, [line.participant for line in enrolled]
    view.gather(names)
    found = [one for name in names for one in outside(asker.study, name, view.records(name), view.zone(name))]
    return sorted(found, key=lambda one: one.on, reverse=True)


def _wish_words(study: Study) -> dict[str, str]:
    """What each wish says, by its code."""
    form = study.forms.get(WISH)
    items = form.items if form else ()
    return {choice.code: choice.label for item in items if item.id == "wish" for choice in item.choices}


def _contact(asker: Asker, line: Listed) -> Contact:
    """How a participant is in touch, as far as the asker sees contacts and visits."""
    name, view = line.participant, asker.view
    answered = view.last_answered(name)
    return contact_of(asker.study, name, view.records(name), line.visits, answered, view.now, view.zone(name))


def _newest(found: Iterable[Evaluation]) -> list[Evaluation]:
    """The newest evaluation of each rule, with the first day on which it was met before it, where it was."""
    newest = {one.rule: one for one in found}
    return list(newest.values())
