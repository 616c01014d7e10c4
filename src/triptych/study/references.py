"""What the checks of a document share: the names that can be referred to, what was lost, and where problems go."""

import difflib
from collections.abc import Collection, Iterable, Mapping
from typing import Protocol

from triptych.study.durations import parse_duration
from triptych.study.errors import NotADuration
from triptych.study.model import Form, StudyDocument
from triptych.study.shaping import Lost
from triptych.study.visits import Visit

MAX_NEAR = 200
LIST_OF = {
    "form": "forms",
    "form_or_group": "forms",
    "secret": "forms",
    "role": "roles",
    "axis": "axes",
    "phase": "phases",
    "cycle": "cycles",
    "visit": "visits",
    "definition": "definitions",
}


class Say(Protocol):
    """How a check reports."""

    def __call__(self, path: str, code: str, message: str, hint: str = "", *, again: bool = False) -> None:
        """Add a problem at a path; with `again`, at the second place where the path is written."""


class References:
    """The merged document by name, the study's own part as written, and what could not be read of both."""

    def __init__(
        self, document: StudyDocument, own: StudyDocument, product: StudyDocument, lost: Lost, say: Say
    ) -> None:
        self.document, self.own, self.lost, self.say = document, own, lost, say
        self.written: tuple[Visit, ...] = (*product.visits, *own.visits)
        self.own_forms = {form.id for form in own.forms}
        self.forms: Mapping[str, Form] = {form.id: form for form in document.forms}
        self.visits: Mapping[str, Visit] = {visit.id: visit for visit in document.visits}
        self.roles = {role.id for role in document.roles}
        self.axes = {axis.id: axis.values for axis in document.axes}
        self.phases = {phase.id for phase in document.phases}
        self.cycles = {cycle.id: cycle.repeats for cycle in document.cycles}
        self.definitions = {definition.id for definition in document.definitions}
        self._hints = 0

    def refer(self, name: str, known: Collection[str], what: str, path: str) -> bool:
        """Whether a name is known; if not, report it with the nearest that is, unless it may have been lost."""
        if name in known:
            return True
        field = LIST_OF.get(what, "")
        # A group or a secret has no place of its own: any form that was lost may have had it.
        inside = what in ("form_or_group", "secret") and self.lost.any_of(field)
        if not inside and not self.lost.may_hold(field, name):
            said = what.replace("_", " ")
            self.say(path, f"unknown_{what}", f"There is no {said} {name[:60]!r}.", self._near(name, known))
        return False

    def _near(self, name: str, known: Collection[str]) -> str:
        # Looking for what is near takes long, and nobody reads the two-hundredth hint.
        self._hints += 1
        near = difflib.get_close_matches(name[:60], known, n=1) if self._hints <= MAX_NEAR else []
        if near:
            return f"Did you mean {near[0]}?"
        return f"Known: {', '.join(sorted(known)[:12])}." if known else "None is written yet."

    def refer_to_role(self, role: str, path: str) -> None:
        """Report a role that the study has not; a study without any role is told so once, elsewhere."""
        if self.roles:
            self.refer(role, self.roles, "role", path)

    def refer_to_value(self, axis: str, value: str, path: str) -> None:
        """Report an axis, or a value of it, that does not exist."""
        if self.refer(axis, self.axes, "axis", path):
            self.refer(value, self.axes[axis], "value", path)

    def unique(self, names: Iterable[str], path: str) -> None:
        """Report a name that stands twice, where it stands for the second time."""
        seen: set[str] = set()
        for name in names:
            if name in seen:
                message, hint = f"There is a {name[:60]!r} already.", "Give each its own id."
                self.say(f"{path}.{name}", "duplicate_id", message, hint, again=True)
            seen.add(name)

    def number(self, value: int | None, least: int, most: int, path: str) -> None:
        """Report a count outside what can be used."""
        if value is not None and not least <= value <= most:
            message, hint = f"{value:,} cannot be used here.", f"Write {least:,} to {most:,}."
            self.say(path, "bad_number", message, hint)

    def duration(self, text: str, path: str, *, least: int = 0) -> None:
        """Report a duration that is none, or that is shorter than so many minutes."""
        try:
            span = parse_duration(text).span
        except NotADuration:
            message = f"{text[:60]!r} is not a duration."
            self.say(path, "duration", message, 'Write weeks, days, hours or minutes: "4 weeks", "24 hours".')
            return
        if span.total_seconds() < least * 60:
            self.say(path, "duration", f"{text!r} is too short.", 'Write a longer one: "24 hours".')
