"""The rules of a document, compiled where they stand.

A rule that names a part which is lost or wrong is left alone: what would be said of it only follows from that.
"""

import re
from collections.abc import Collection, Iterable, Mapping

from triptych.rules import BOOL, ListOf, Rule, RuleProblems, Type, compile_rule
from triptych.study.errors import Problem
from triptych.study.model import Definition, Form, StudyDocument
from triptych.study.names import course_names, form_names, gate_names, item_type, record_type
from triptych.study.recognition import SIGNS, recognition_names
from triptych.study.references import Say
from triptych.study.shaping import Lost

SPOILING = ("duplicate_id", "bad_id", "reserved_id", "no_choices", "duplicate_code", "stray_choices")
"""Problems of a part that make rules about it look wrong."""
_TEXTS = re.compile(r"'[^'\n]*'|\"[^\"\n]*\"")
_NAMES = re.compile(r"(?<![\w.])[A-Za-z_]\w*")
_WORDS = re.compile(r"\w+")


class Compiler:
    """Compiles every rule of a document; `rules` holds them by path."""

    def __init__(self, document: StudyDocument, lost: Lost, problems: Iterable[Problem], say: Say) -> None:
        self._document, self._lost, self._report = document, lost, say
        self._roles = [role.id for role in document.roles]
        self._avoid = {name for names in lost.names.values() for name in names}
        for problem in problems:
            if problem.code in SPOILING:
                self._avoid.update(_WORDS.findall(problem.path.rpartition(".")[2]))
        self.rules: dict[str, Rule] = {}

    def compile(self) -> None:
        """Compile every rule; what does not compile is reported."""
        for form in self._document.forms:
            self._form(form)
        forms = {form.id: form for form in self._document.forms}
        for visit in self._document.visits:
            if visit.held_when is not None and visit.held_by in forms:
                own = form_names(forms[visit.held_by])
                self._rule(f"visits.{visit.id}.held_when", visit.held_when, own, expects=BOOL)
        if "forms" not in self._lost.whole:
            self._recognition()
        if self._lost.whole & {"forms", "axes", "definitions"}:
            return
        names = self._define(course_names(self._document))
        for form in self._document.forms:
            if form.affirmed_by is not None:
                self._rule(f"forms.{form.id}.affirmed_by", form.affirmed_by, names, gate=True, expects=BOOL)
        for gate in self._document.gates:
            bound = gate_names(self._document, gate, names)
            for condition in gate.conditions:
                path = f"gates.{gate.id}.conditions.{condition.id}.rule"
                self._rule(path, condition.rule, bound, gate=True, expects=BOOL)

    def _recognition(self) -> None:
        """The rules of a session, where absence must never become a no: they are checked as a gate's are."""
        rules = self._document.session
        if rules is None:
            return
        forms = [form for form in self._document.forms if form.id == SIGNS]
        signs = [item.id for form in forms for item in form.items if item.type == "boolean"]
        names = recognition_names(signs, [watch.id for watch in rules.watches])
        for one in rules.recognize:
            for part in ("rule", "ask_when"):
                self._rule(f"session.recognize.{one.id}.{part}", getattr(one, part), names, gate=True, expects=BOOL)

    def _form(self, form: Form) -> None:
        names, path = form_names(form), f"forms.{form.id}"
        for item in form.items:
            if item.shown_when is not None:
                self._rule(f"{path}.items.{item.id}.shown_when", item.shown_when, names, expects=BOOL)
            if item.derived is not None:
                self._rule(f"{path}.items.{item.id}.derived", item.derived, names, expects=item_type(item))
        self._derived_in_order(form)
        for check in form.checks:
            self._rule(f"{path}.checks.{check.id}.rule", check.rule, names, expects=BOOL)
        for number, effect in enumerate(form.sets):
            if effect.when is not None:
                self._rule(f"{path}.sets.{number}.when", effect.when, names, expects=BOOL)
        one = record_type(form)
        before = {**names, "previous": one, "baseline": one, "earlier": ListOf(one)}
        for raised in form.raises:
            if raised.when is not None:
                self._rule(f"{path}.raises.{raised.id}.when", raised.when, before, expects=BOOL)

    def _derived_in_order(self, form: Form) -> None:
        """Derived items are worked out from top to bottom, so none may read itself or one further down."""
        waiting = [item.id for item in form.items if item.derived is not None]
        while waiting:
            path = f"forms.{form.id}.items.{waiting[0]}.derived"
            later = [name for name in waiting if path in self.rules and name in self.rules[path].reads]
            if later:
                message = f"This is worked out before {later[0]!r}, which it reads."
                self._report(path, "derived_order", message, "Place the item below those that it reads.")
            waiting = waiting[1:]

    def _define(self, names: Mapping[str, Type]) -> Mapping[str, Type]:
        """Compile definitions, each after those it uses; a ring of them is reported."""
        waiting = {definition.id: definition for definition in self._document.definitions}
        while waiting:
            ready = [one for one in waiting.values() if not _used(one) & waiting.keys()]
            for definition in ready:
                rule = self._rule(f"definitions.{definition.id}.rule", definition.rule, names, gate=True)
                if rule is None:
                    self._avoid.add(definition.id)
                else:
                    names = {**names, definition.id: rule.type}
                del waiting[definition.id]
            if not ready:
                self._ring(waiting)
                break
        return names

    def _ring(self, waiting: Mapping[str, Definition]) -> None:
        """Of definitions that cannot be ordered, report those that use themselves; the others only wait for these."""
        self._avoid.update(waiting)
        for name in waiting:
            reached = _used(waiting[name]) & waiting.keys()
            while more := {far for near in reached for far in _used(waiting[near]) & waiting.keys()} - reached:
                reached |= more
            if name in reached:
                message = "The definition uses itself, directly or through others."
                self._report(f"definitions.{name}.rule", "definition_cycle", message, "Write out what it stands for.")

    def _rule(
        self, path: str, text: str, names: Mapping[str, Type], *, gate: bool = False, expects: Type | None = None
    ) -> Rule | None:
        if self._avoid and self._avoid & set(_WORDS.findall(text)):
            return None
        try:
            self.rules[path] = compile_rule(text, names, gate=gate, expects=expects, roles=self._roles)
        except RuleProblems as error:
            for problem in error.problems:
                where = f"line {problem.line}, column {problem.column} of the rule"
                self._report(path, "rule", f"{problem.message} ({where})", problem.hint)
            return None
        return self.rules[path]


def _used(definition: Definition) -> Collection[str]:
    """The names a definition may use: what stands neither in quotes nor behind a dot."""
    return set(_NAMES.findall(_TEXTS.sub("''", definition.rule)))
