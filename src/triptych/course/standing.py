"""A participant's standing: one value per axis of the document, set by the records that say so; attempts; site."""

from collections.abc import Callable, Mapping
from datetime import date, datetime, tzinfo
from typing import NamedTuple

from msgspec import Struct

from triptych.course.consenting import ELEMENT, PERMISSION
from triptych.course.entries import Entries, Entry, local_day
from triptych.course.facts import holds_in_form
from triptych.course.withdrawing import RESTART, ended
from triptych.rules import Context
from triptych.study import Study, parse_duration


class Change(Struct, frozen=True):
    """One axis set to a value by a record, at the time it happened."""

    at: datetime
    axis: str
    to: str
    form: str
    record: str


class Standing(NamedTuple):
    """The value of every axis, the changes that led there, and the number and start of the screening attempt.

    `attempt_position` is the stream position from which records belong to the current attempt; `own` are the axes as
    they would be if no part of the consent had been taken back.
    """

    axes: Mapping[str, str]
    changes: tuple[Change, ...]
    attempt: int
    attempt_position: int
    own: Mapping[str, str] = {}

    def since(self, axis: str) -> Change | None:
        """The change that gave an axis its present value."""
        return next((change for change in reversed(self.changes) if change.axis == axis), None)


def derive_standing(study: Study, entries: Entries, context: Context) -> Standing:
    """Fold the records that set an axis into the participant's standing."""
    axes = {axis.id: axis.start for axis in study.document.axes}
    changes: list[Change] = []
    over = ended(study, entries)
    taken_back = {one.entry.id: one for one in over.all}
    own = dict(axes)
    for entry in sorted(_setting_entries(study, entries), key=lambda e: (e.current.occurred_at, e.root.position)):
        version = study.at(entry.current.document)
        form = version.forms[entry.current.form]
        for number, effect in enumerate(form.sets):
            path = f"forms.{form.id}.sets.{number}.when"
            if effect.axis not in axes or (effect.only_from and axes[effect.axis] not in effect.only_from):
                continue
            if effect.when is None or holds_in_form(version, entry, path, context) is True:
                axes[effect.axis] = own[effect.axis] = effect.to
                changes.append(Change(entry.current.occurred_at, effect.axis, effect.to, entry.current.form, entry.id))
        for axis, to in taken_back[entry.id].consequence.sets if entry.id in taken_back else ():
            if axis in axes:
                axes[axis] = to
                changes.append(Change(entry.current.occurred_at, axis, to, entry.current.form, entry.id))
        if entry.current.form == RESTART:
            for axis in over.begins_again(entry):
                if axis in axes and axes[axis] != own[axis]:
                    axes[axis] = own[axis]
                    changes.append(Change(entry.current.occurred_at, axis, own[axis], RESTART, entry.id))
    attempts = entries.of("rescreening")
    start = attempts[-1].root.position if attempts else 0
    return Standing(axes, tuple(changes), 1 + len(attempts), start, own)


def _setting_entries(study: Study, entries: Entries) -> list[Entry]:
    """Entries that may set an axis: by what their form says, what was taken back, and decisions to begin again."""
    return [
        entry
        for form in dict.fromkeys((*study.setting_forms, ELEMENT, PERMISSION, RESTART))
        for entry in entries.of(form)
    ]


def counts_now(study: Study, standing: Standing, today: date, zone: tzinfo) -> Callable[[Entry], bool]:
    """Which entries gates read in a later screening attempt: log forms, the attempt's own, and what may serve again."""
    reuse = {reuse.form: parse_duration(reuse.within).span for reuse in study.document.reuse}

    def counts(entry: Entry) -> bool:
        form = study.forms.get(entry.current.form)
        if entry.root.position >= standing.attempt_position or form is None:
            return True
        if form.id in reuse:
            return today - local_day(entry.current.occurred_at, zone) <= reuse[form.id]
        return form.log and form.kind == "fact" and form.group not in ("consent", "eligibility")

    return counts


def current_site(entries: Entries) -> str | None:
    """The site a participant belongs to: where they were first contacted, or the last one they moved to."""
    moved = entries.latest("transfer")
    if moved is not None:
        return str(moved.current.values["to_site"])
    return next((entry.root.site for entry in entries.entries), None)


def failed_attempts(entries: Entries) -> int:
    """Contact attempts that reached nobody since somebody was last reached or seen."""
    count = 0
    for entry in reversed(entries.of("contact")):
        if entry.current.values.get("reached") is not False:
            break
        count += 1
    return count
