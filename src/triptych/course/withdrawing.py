"""Parts of the consent that were taken back, and what that asks: what was said before it was confirmed (CON-05).

What follows is `triptych.study.consent_effects`, which the page shows; here it is carried out.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from triptych.course.consenting import ELEMENT, PERMISSION, signed_before
from triptych.course.entries import Entries, Entry
from triptych.course.obligations import Task
from triptych.course.sight import Sight
from triptych.study import Study
from triptych.study.consent import OPTIONAL, REQUIRED
from triptych.study.consent_effects import UNDER_AGE, WITHIN, Consequence, consequence


class Withdrawn(NamedTuple):
    """A part that was taken back, or permission or assent, by which entry, and what follows."""

    entry: Entry
    element: str
    consequence: Consequence

    @property
    def at(self) -> datetime:
        """When it happened."""
        return self.entry.current.occurred_at


def withdrawn(study: Study, entries: Entries) -> Iterator[Withdrawn]:
    """Every part that was taken back, in order: a no where there had been a yes before; permission and assent likewise.

    What taking part rests on is taken back only from a consent that had been signed; before that nothing has begun that
    could end.
    """
    before: dict[str, bool] = {}
    answers = (*entries.of(ELEMENT), *entries.of(PERMISSION))
    for entry in sorted(answers, key=lambda found: found.root.position):
        values = entry.current.values
        element, agreed = (
            str(values.get("what" if entry.current.form == PERMISSION else "element")),
            values.get("agreed"),
        )
        was = before.get(element)
        before[element] = agreed is True
        if agreed is not False or study.at(entry.current.document).document.consent is None:
            continue
        is_signed = signed_before(entries, entry.root.position)
        if element in OPTIONAL:
            is_taken_back = was is True
        else:
            is_taken_back = element in (*REQUIRED, *UNDER_AGE) and is_signed and was is not False
        if is_taken_back:
            yield Withdrawn(entry, element, consequence(element))


RESTART = "treatment_restart"
"""The decision that treatment begins again after a part was taken back and given anew."""


class Ended(NamedTuple):
    """Every time that taking back a part ended treatment, and those after which a physician decided to begin again."""

    all: tuple[Withdrawn, ...]
    begun_again: frozenset[str]

    @property
    def standing(self) -> tuple[Withdrawn, ...]:
        """Those after which nobody decided so."""
        return tuple(one for one in self.all if one.entry.id not in self.begun_again)

    def begins_again(self, decision: Entry) -> tuple[str, ...]:
        """The axes that a decision gives back: none if something ended treatment before it that it did not answer."""
        if any(one.at <= decision.current.occurred_at for one in self.standing):
            return ()
        return tuple(dict.fromkeys(axis for one in self.all for axis, _ in one.consequence.sets))


def ended(study: Study, entries: Entries) -> Ended:
    """What ended treatment by the consent. A decision answers what was known when it was filed, and had happened."""
    found = tuple(one for one in withdrawn(study, entries) if one.consequence.sets)
    decisions = entries.of(RESTART)
    answered = {
        one.entry.id
        for one in found
        if any(d.root.position > one.entry.current.position and d.current.occurred_at >= one.at for d in decisions)
    }
    return Ended(found, frozenset(answered))


def withdrawal_tasks(study: Study, entries: Entries, sight: Sight, now: datetime) -> Iterator[Task]:
    """What parts that were taken back ask of the team, until somebody has done it."""
    if not (sight.sees_form(ELEMENT) and sight.sees_form("task_done") and sight.sees_forms((PERMISSION,))):
        return
    for one in withdrawn(study, entries):
        done = entries.about.get(("task_done", one.entry.id), ())
        if not any(found.current.values.get("task") == one.consequence.task for found in done):
            due = one.at + WITHIN
            yield Task(
                id=one.consequence.task,
                title=one.consequence.title,
                roles=(one.consequence.role,),
                since=one.at,
                level="alert" if one.consequence.kind == "treatment" else "task",
                due=due,
                overdue=due <= now,
                about=one.entry.id,
                form=one.entry.current.form,
            )
