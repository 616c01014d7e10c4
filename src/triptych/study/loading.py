"""From texts to a study: shape, product and rules put together, immutable and named by its digest."""

import difflib
import hashlib
import re
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any, TypeVar, get_args, get_type_hints

import msgspec
from msgspec.structs import replace

from triptych.rules import BOOL, Rule, RuleProblems, Type, compile_rule
from triptych.study.checking import check_document
from triptych.study.durations import parse_days
from triptych.study.errors import NotADuration, Problem, StudyProblems
from triptych.study.model import (
    Form,
    Gate,
    Role,
    Series,
    StudyDocument,
    Timing,
    Unconfirmed,
    Visit,
)
from triptych.study.names import course_names, form_names, gate_names, item_type
from triptych.study.reading import Read, read_files

Part = TypeVar("Part")
_canonical = msgspec.json.Encoder(order="sorted").encode
_HINTS = get_type_hints(StudyDocument)
LISTS = {name: get_args(hint)[0] for name, hint in _HINTS.items() if getattr(hint, "__origin__", None) is tuple}


class Study:
    """A loaded document: a study with the product document under it, its rules compiled. Never changed."""

    def __init__(
        self, document: StudyDocument, canonical: bytes, unconfirmed: tuple[Unconfirmed, ...], rules: Mapping[str, Rule]
    ) -> None:
        self.document, self.canonical, self.unconfirmed, self._rules = document, canonical, unconfirmed, rules
        self.digest = hashlib.sha256(canonical).hexdigest()
        self.forms: Mapping[str, Form] = {form.id: form for form in document.forms}
        self.visits: Mapping[str, Visit] = {visit.id: visit for visit in document.visits}
        self.gates: Mapping[str, Gate] = {gate.id: gate for gate in document.gates}
        self.roles: Mapping[str, Role] = {role.id: role for role in document.roles}
        self.setting_forms = tuple(form.id for form in document.forms if form.sets)
        self.raising_forms = tuple(form for form in document.forms if form.raises)
        self._guards = {gate.guards: gate for gate in document.gates}

    def gate_of(self, form: str) -> Gate | None:
        """The gate in front of a form, if there is one."""
        return self._guards.get(form)

    def rule(self, path: str) -> Rule:
        """The compiled rule at a path of the document, such as `gates.authorize_dose.conditions.consent.rule`."""
        return self._rules[path]

    @cached_property
    def _closure(self) -> dict[str, frozenset[str]]:
        return {}

    def reads(self, path: str) -> frozenset[str]:
        """Every path that a rule reads, through the definitions it uses."""
        if path not in self._closure:
            found: set[str] = set()
            for name in self._rules[path].reads:
                definition = f"definitions.{name}.rule"
                found |= self.reads(definition) if definition in self._rules else {name}
            self._closure[path] = frozenset(found)
        return self._closure[path]

    def depends_on_cycle(self, gate: Gate) -> bool:
        """Whether any condition of a gate differs from cycle to cycle."""
        reads = (self.reads(f"gates.{gate.id}.conditions.{condition.id}.rule") for condition in gate.conditions)
        return any("cycle" in found or any(name.startswith("course.dose_") for name in found) for found in reads)

    @cached_property
    def gates_read_today(self) -> bool:
        """Whether any condition of a gate depends on the day it is asked."""
        paths = (f"gates.{g.id}.conditions.{c.id}.rule" for g in self.document.gates for c in g.conditions)
        return any("today" in self.reads(path) or "course.medicine_conflict" in self.reads(path) for path in paths)


def load_study(files: Mapping[str, str], product_files: Mapping[str, str]) -> Study:
    """Load a study from the texts of its files. Raises `StudyProblems` listing everything that is wrong."""
    draft = checked(files, product_files)
    if draft.problems:
        raise StudyProblems(tuple(draft.problems))
    return draft.study()


def check_study(files: Mapping[str, str], product_files: Mapping[str, str]) -> tuple[Problem, ...]:
    """Every problem of a document, in the order of the files; none if it can be loaded. Never raises."""
    return tuple(sorted(checked(files, product_files).problems))


def checked(files: Mapping[str, str], product_files: Mapping[str, str]) -> "Draft":
    """Read, convert, check and compile a document, gathering problems."""
    draft = Draft(read_files(files), read_files(product_files))
    shaped = not draft.problems
    check_document(draft.document, draft.own, draft.say)
    if shaped:
        draft.compile_rules()
    return draft


def study_from_canonical(content: bytes) -> Study:
    """Load a study again from its canonical text. Raises `StudyProblems` if it is not one."""
    data = msgspec.json.decode(content)
    study, product = Read(), Read()
    study.data, product.data = data["study"], data["product"]
    study.unconfirmed = [Unconfirmed(path, "", 0) for path in data["unconfirmed"]]
    draft = Draft(study, product)
    if not draft.problems:
        draft.compile_rules()
    if draft.problems:
        raise StudyProblems(tuple(draft.problems))
    return draft.study()


class Draft:
    """A document on its way: shapes converted, the product laid under it, rules compiled, problems gathered."""

    def __init__(self, study: Read, product: Read) -> None:
        self.read, self.product = study, product
        self.problems = [*product.problems, *study.problems]
        self._canonical = _canonical(
            {
                "format": 1,
                "study": study.data,
                "product": product.data,
                "unconfirmed": sorted(mark.path for mark in study.unconfirmed),
            }
        )
        self.rules: dict[str, Rule] = {}
        parts = [convert(read) for read in (product, study)]
        self.problems = [*product.problems, *study.problems]
        self.own = parts[1]
        self.document = _together(*parts)

    def study(self) -> Study:
        """The finished study."""
        return Study(self.document, self._canonical, tuple(self.read.unconfirmed), self.rules)

    def say(self, path: str, code: str, message: str, hint: str = "") -> None:
        """Add a problem where the path is written: in the study, or in the product document."""
        read = self.read if path in self.read.lines or path not in self.product.lines else self.product
        read.say(path, code, message, hint)
        self.problems.append(read.problems[-1])

    def compile_rules(self) -> None:
        """Compile every rule; what does not compile becomes a problem."""
        for form in self.document.forms:
            self._compile_form(form)
        names = course_names(self.document)
        names = self._define(names)
        for form in self.document.forms:
            if form.affirmed_by is not None:
                self._rule(f"forms.{form.id}.affirmed_by", form.affirmed_by, names, gate=True, expects=BOOL)
        for gate in self.document.gates:
            bound = gate_names(self.document, gate, names)
            for condition in gate.conditions:
                self._rule(
                    f"gates.{gate.id}.conditions.{condition.id}.rule", condition.rule, bound, gate=True, expects=BOOL
                )

    def _compile_form(self, form: Form) -> None:
        names = form_names(form)
        for item in form.items:
            base = f"forms.{form.id}.items.{item.id}"
            if item.shown_when is not None:
                self._rule(f"{base}.shown_when", item.shown_when, names, expects=BOOL)
            if item.derived is not None:
                self._rule(f"{base}.derived", item.derived, names, expects=item_type(item))
        for check in form.checks:
            self._rule(f"forms.{form.id}.checks.{check.id}.rule", check.rule, names, expects=BOOL)
        for number, effect in enumerate(form.sets):
            if effect.when is not None:
                self._rule(f"forms.{form.id}.sets.{number}.when", effect.when, names, expects=BOOL)
        for raised in form.raises:
            if raised.when is not None:
                self._rule(f"forms.{form.id}.raises.{raised.id}.when", raised.when, names, expects=BOOL)

    def _define(self, names: dict[str, Type]) -> dict[str, Type]:
        """Compile definitions, each after those it uses; what is left over uses itself."""
        waiting = {definition.id: definition for definition in self.document.definitions}
        while waiting:
            ready = [
                d
                for d in waiting.values()
                if not _words(d.rule) & (waiting.keys() - {d.id}) and d.id not in _words(d.rule)
            ]
            for definition in ready:
                rule = self._rule(f"definitions.{definition.id}.rule", definition.rule, names, gate=True)
                names = {**names, definition.id: rule.type if rule else BOOL}
                del waiting[definition.id]
            if not ready:
                for definition in waiting.values():
                    self.say(f"definitions.{definition.id}.rule", "definition_cycle", "The definition uses itself.")
                break
        return names

    def _rule(
        self,
        path: str,
        text: str,
        names: Mapping[str, Type],
        *,
        gate: bool = False,
        expects: Type | None = None,
    ) -> Rule | None:
        roles = [role.id for role in self.document.roles]
        try:
            self.rules[path] = compile_rule(text, names, gate=gate, expects=expects, roles=roles)
        except RuleProblems as error:
            for problem in error.problems:
                where = f"line {problem.line}, column {problem.column} of the rule"
                self.say(path, "rule", f"{problem.message} ({where})", problem.hint)
            return None
        return self.rules[path]


def _words(rule: str) -> set[str]:
    return set(re.findall(r"[A-Za-z_][A-Za-z0-9_]*", rule))


def _together(product: StudyDocument, study: StudyDocument) -> StudyDocument:
    """The product document laid under a study: lists follow each other, and the study's deviations replace."""
    own = {rule.id for rule in study.deviations}
    deviations = (*(rule for rule in product.deviations if rule.id not in own), *study.deviations)
    joined: dict[str, Any] = {name: (*getattr(product, name), *getattr(study, name)) for name in LISTS}
    joined |= {"deviations": deviations, "requires": {**product.requires, **study.requires}}
    return replace(study, **joined)


def convert(read: Read) -> StudyDocument:
    """Convert plain data into shapes, element by element, so that one problem does not hide another."""
    fields: dict[str, Any] = {}
    for name, value in read.data.items():
        if name not in _HINTS:
            near = difflib.get_close_matches(name, _HINTS, n=1)
            read.say(name, "unknown_field", f"There is no field {name}.", f"Did you mean {near[0]}?" if near else "")
        elif name in LISTS and isinstance(value, list):
            found = [_element(read, f"{name}.{_name(part, n)}", part, LISTS[name]) for n, part in enumerate(value)]
            fields[name] = tuple(part for part in found if part is not None)
        else:
            part = _element(read, name, value, _HINTS[name])
            if part is not None:
                fields[name] = part
    for name in ("id", "title", "version"):
        if name not in fields:
            read.say(name, "missing_field", f"The document has no {name}.")
            fields.setdefault(name, "")
    document = StudyDocument(**fields)
    return replace(document, visits=tuple(_expanded(read, document.visits)))


def _name(part: object, number: int) -> object:
    return part.get("id", number) if isinstance(part, dict) else number


def _element(read: Read, path: str, value: object, wanted: type[Part]) -> Part | None:
    try:
        return msgspec.convert(value, wanted)
    except msgspec.ValidationError as error:
        text = str(error)
        message, _, where = text.partition(" - at `$")
        inner = re.sub(r"\[(\d+)\]", lambda m: f".{m.group(1)}", where.rstrip("`"))
        read.say(_named(value, path, inner), "shape", f"{message}.")
        return None


def _named(value: object, path: str, inner: str) -> str:
    """A path below an element, with list places replaced by the ids of what stands there."""
    for step in filter(None, inner.split(".")):
        value = (
            value[int(step)]
            if isinstance(value, list) and step.isdigit()
            else value.get(step)
            if isinstance(value, dict)
            else None
        )
        path = f"{path}.{value['id'] if isinstance(value, dict) and 'id' in value and step.isdigit() else step}"
    return path


def _expanded(read: Read, visits: tuple[Visit, ...]) -> Iterator[Visit]:
    """Visits, a series written out as numbered visits."""
    for visit in visits:
        if visit.series is None:
            yield visit
            continue
        try:
            yield from _numbered(visit, visit.series)
        except NotADuration as error:
            read.say(f"visits.{visit.id}.series", "duration", str(error))


def _numbered(visit: Visit, series: Series) -> Iterator[Visit]:
    every = parse_days(series.every)
    for number in range(1, min(series.count, 400) + 1):
        timing = tuple(_later(one, every * (number - 1)) for one in visit.timing)
        yield replace(visit, id=f"{visit.id}_{number}", title=f"{visit.title} {number}", timing=timing)


def _later(timing: Timing, days: int) -> Timing:
    if timing.target is not None:
        return replace(timing, target=f"{parse_days(timing.target) + days} days")
    assert timing.between is not None
    opens, closes = (f"{parse_days(text) + days} days" for text in timing.between)
    return replace(timing, between=(opens, closes))
