"""From texts to a study: shape, product and rules put together, immutable and named by its digest."""

import dataclasses
import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import Any

import msgspec
from msgspec.structs import replace

from triptych.rules import Rule
from triptych.study.checking import check_document
from triptych.study.compiling import Compiler
from triptych.study.errors import Problem, StudyProblems
from triptych.study.inheriting import Shelf, inherited
from triptych.study.model import Form, Gate, Role, StudyDocument, Unconfirmed
from triptych.study.reading import Read, read_files
from triptych.study.references import References
from triptych.study.series import written_out
from triptych.study.shaping import LISTS, Lost, convert
from triptych.study.treatment import JUDGED, AdverseEventDefinition
from triptych.study.visits import Visit
from triptych.study.writing import write_yaml

FORMAT = 1
NO_SHELF: Shelf = MappingProxyType({})
_canonical = msgspec.json.Encoder(order="sorted").encode


@dataclass(frozen=True, eq=False)
class Study:
    """A loaded document: a study with the product document under it, its rules compiled. Never changed.

    `known` has the other versions that records may have been filed under, by digest.
    """

    document: StudyDocument
    canonical: bytes = field(repr=False)
    unconfirmed: tuple[Unconfirmed, ...] = field(repr=False)
    rules: Mapping[str, Rule] = field(repr=False)
    known: Mapping[str, "Study"] = field(default_factory=dict, repr=False)

    def at(self, digest: str) -> "Study":
        """The version that a record was filed under; this one where that is not known."""
        return self.known.get(digest, self)

    @cached_property
    def digest(self) -> str:
        """The SHA-256 of the canonical text, in hexadecimal."""
        return hashlib.sha256(self.canonical).hexdigest()

    @cached_property
    def forms(self) -> Mapping[str, Form]:
        """The forms by id; those that only other versions have are there to read what was recorded on them."""
        own = {form.id: form for form in self.document.forms}
        others = {form.id: form for study in self.known.values() for form in study.document.forms}
        return MappingProxyType({**others, **own})

    @cached_property
    def own_forms(self) -> frozenset[str]:
        """The forms that this version itself has, and that can be filled in under it."""
        return frozenset(form.id for form in self.document.forms)

    @cached_property
    def visits(self) -> Mapping[str, Visit]:
        """The visits by id."""
        return MappingProxyType({visit.id: visit for visit in self.document.visits})

    @cached_property
    def gates(self) -> Mapping[str, Gate]:
        """The gates by id."""
        return MappingProxyType({gate.id: gate for gate in self.document.gates})

    @cached_property
    def roles(self) -> Mapping[str, Role]:
        """The roles by id."""
        return MappingProxyType({role.id: role for role in self.document.roles})

    @cached_property
    def setting_forms(self) -> tuple[str, ...]:
        """The ids of the forms that set a participant's standing, in this version or in another."""
        versions = (self, *self.known.values())
        return tuple(dict.fromkeys(form.id for study in versions for form in study.document.forms if form.sets))

    @cached_property
    def raising_forms(self) -> tuple[Form, ...]:
        """The forms that raise tasks or alerts, in this version or in another."""
        versions = (self, *self.known.values())
        names = dict.fromkeys(form.id for study in versions for form in study.document.forms if form.raises)
        return tuple(self.forms[name] for name in names)

    @cached_property
    def _guards(self) -> Mapping[str, Gate]:
        return {gate.guards: gate for gate in self.document.gates}

    def gate_of(self, form: str) -> Gate | None:
        """The gate in front of a form, if there is one."""
        return self._guards.get(form)

    def rule(self, path: str) -> Rule:
        """The compiled rule at a path of the document, such as `gates.authorize_dose.conditions.consent.rule`."""
        return self.rules[path]

    @cached_property
    def _closure(self) -> dict[str, frozenset[str]]:
        return {}

    def reads(self, path: str) -> frozenset[str]:
        """Every path that a rule reads, through the definitions it uses."""
        if path not in self._closure:
            found: set[str] = set()
            for name in self.rules[path].reads:
                definition = f"definitions.{name}.rule"
                found |= self.reads(definition) if definition in self.rules else {name}
            self._closure[path] = frozenset(found)
        return self._closure[path]

    def depends_on_cycle(self, gate: Gate) -> bool:
        """Whether any condition of a gate differs from cycle to cycle."""
        reads = (self.reads(f"gates.{gate.id}.conditions.{condition.id}.rule") for condition in gate.conditions)
        return any("cycle" in found or any(name.startswith("course.dose_") for name in found) for found in reads)

    @cached_property
    def gates_read_today(self) -> bool:
        """Whether any condition of a gate in a participant's course depends on the day it is asked."""
        gates = (gate for gate in self.document.gates if self.forms[gate.guards].about == "participant")
        paths = (f"gates.{gate.id}.conditions.{c.id}.rule" for gate in gates for c in gate.conditions)
        daily = {"today", "course.medicine_conflict", "course.screening_confirmed", "course.consent_in_force"}
        if self.document.consent is not None:  # without its parts, nothing is agreed to that a day could change
            daily |= {f"course.recording_{purpose}" for purpose in ("fidelity", "recall", "training")}
        return any(not daily.isdisjoint(self.reads(path)) for path in paths)


def load_study(files: Mapping[str, str], product_files: Mapping[str, str], shelf: Shelf = NO_SHELF) -> Study:
    """Load a study from the texts of its files. Raises `StudyProblems` listing everything that is wrong.

    `shelf` has the texts of the studies and instruments that it may inherit from.
    """
    return _checked(files, product_files, shelf).study()


def check_study(
    files: Mapping[str, str], product_files: Mapping[str, str], shelf: Shelf = NO_SHELF
) -> tuple[Problem, ...]:
    """Every problem of a document, in the order of the files; none if it can be loaded. Never raises."""
    return tuple(sorted(_checked(files, product_files, shelf).problems))


def flat_study(files: Mapping[str, str], shelf: Shelf = NO_SHELF) -> str:
    """A document with everything that it inherits written out, as YAML with its unconfirmed marks.

    Raises `StudyProblems` if it cannot be read.
    """
    return write_yaml(*_plain(inherited(read_files(files), shelf)))


def flat_data(files: Mapping[str, str], shelf: Shelf = NO_SHELF) -> tuple[dict[str, Any], frozenset[str]]:
    """A document with everything that it inherits, as plain data, and the paths of its unconfirmed marks.

    Every value has the shape of its field; whether it all makes a study is not looked at. Raises `StudyProblems`.
    """
    read = inherited(read_files(files), shelf)
    convert(read, Lost())
    return _plain(read)


def _plain(read: Read) -> tuple[dict[str, Any], frozenset[str]]:
    """What was read as plain data with its marks. Raises `StudyProblems` if anything was wrong."""
    if read.problems:
        raise StudyProblems(tuple(sorted(read.problems)))
    return read.data, frozenset(mark.path for mark in read.unconfirmed)


def as_files(data: Mapping[str, Any], unconfirmed: Collection[str]) -> dict[str, str]:
    """A document written out in full: `study.yaml`, and its long lists in files of their own."""
    rest = {key: value for key, value in data.items() if key not in SECTIONS}
    made = {"study.yaml": write_yaml(rest, unconfirmed)}
    return made | {file: write_yaml({key: data[key]}, unconfirmed) for key, file in SECTIONS.items() if key in data}


def study_from_canonical(content: bytes) -> Study:
    """Load a study again from its canonical text, which stays what it is named by. Raises `StudyProblems`."""
    return _decoded(content).study(content)


def flat_yaml(study: Study) -> str:
    """A loaded study's own document as YAML, with its unconfirmed marks."""
    return write_yaml(*plain_of(study))


def plain_of(study: Study) -> tuple[dict[str, Any], frozenset[str]]:
    """A loaded study's own document as plain data, in the order in which one reads, and the paths of its marks."""
    data = msgspec.json.decode(study.canonical, type=_Canonical)
    whole = {name: data.study[name] for name in StudyDocument.__struct_fields__ if name in data.study}
    return {name: _as_read(value) for name, value in whole.items()}, frozenset(data.unconfirmed)


_FIRST = ("id", "title", "label", "text", "form", "anchor", "type", "rule")


def _as_read(value: object) -> object:
    """A value with what names a part before the rest of it; the canonical text has everything by the alphabet."""
    if isinstance(value, dict):
        names = [*(name for name in _FIRST if name in value), *(name for name in value if name not in _FIRST)]
        return {name: _as_read(value[name]) for name in names}
    return [_as_read(one) for one in value] if isinstance(value, list) else value


def known_to_each_other(studies: Mapping[str, Study]) -> dict[str, Study]:
    """Versions of one study, by digest, each of which can tell what was recorded under the others."""
    found: dict[str, Study] = {}
    found |= {digest: dataclasses.replace(study, known=found) for digest, study in studies.items()}
    return found


SECTIONS = {"forms": "forms.yaml", "visits": "visits.yaml", "gates": "gates.yaml", "roles": "roles.yaml"}
"""Lists that stand in a file of their own in a new document."""


def new_study(files: Mapping[str, str], shelf: Shelf, name: str, inherit: str | None = None) -> dict[str, str]:
    """The files of a new document made from another: written out in full, or inheriting from the one named.

    Raises `StudyProblems` if the other cannot be read.
    """
    own = {"id": name, "title": f"{name} (a title of your own)", "version": "0.1"}
    if inherit is not None:
        return {"study.yaml": write_yaml({"inherits": inherit, **own})}
    data, marks = _plain(inherited(read_files(files), shelf))
    return as_files({**data, **own}, marks)


def _checked(files: Mapping[str, str], product_files: Mapping[str, str], shelf: Shelf) -> "Draft":
    """Read, convert, check and compile a document, gathering problems."""
    draft = Draft(inherited(read_files(files), shelf), read_files(product_files))
    # What is missing from a document that cannot be read whole is nobody's mistake.
    if not (draft.read.broken or draft.product.broken):
        check_document(References(draft.document, draft.own, draft.base, draft.lost, draft.say))
        draft.compile_rules()
    return draft


class _Canonical(msgspec.Struct, forbid_unknown_fields=True):
    format: int
    study: dict[str, Any]
    product: dict[str, Any]
    unconfirmed: tuple[str, ...]


def _decoded(content: bytes) -> "Draft":
    study, product = Read("canonical"), Read("canonical")
    try:
        data = msgspec.json.decode(content, type=_Canonical)
        fault = "" if data.format == FORMAT else f"its format is {data.format}"
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        data, fault = _Canonical(FORMAT, {}, {}, ()), str(error)
    if fault:
        message = f"This is not the canonical text of a study document: {fault}."
        raise StudyProblems((study.problem("", "not_canonical", message, "Hand in what `Study.canonical` gave."),))
    study.data, product.data = _renamed(data.study), data.product
    study.unconfirmed = [Unconfirmed(_RENAMED.get(path, path), "", 0) for path in data.unconfirmed]
    draft = Draft(study, product)
    draft.compile_rules()
    return draft


_RENAMED = {"adverse_event_definition": "adverse_event"}


def _renamed(data: dict[str, Any]) -> dict[str, Any]:
    """A document of an earlier release of this program, with what has another name and shape since."""
    if "adverse_event_definition" not in data:
        return data
    rest = {name: value for name, value in data.items() if name != "adverse_event_definition"}
    return {**rest, "adverse_event": {"text": data["adverse_event_definition"]}}


class Draft:
    """A document on its way: shapes converted, the product laid under it, rules compiled, problems gathered."""

    def __init__(self, study: Read, product: Read) -> None:
        self.read, self.product, self.lost = study, product, Lost()
        self.unconfirmed = (*study.unconfirmed, *product.unconfirmed)
        self.rules: Mapping[str, Rule] = {}
        self.base, self.own = convert(product, self.lost), convert(study, self.lost)
        self.problems = [*product.problems, *study.problems]
        self.document = _together(
            *(
                replace(part, visits=tuple(written_out(part.visits, self.lost, self.say)))
                for part in (self.base, self.own)
            )
        )

    def study(self, content: bytes | None = None) -> Study:
        """The finished study, named by the canonical text it came from or by its own. Raises `StudyProblems`."""
        if self.problems:
            raise StudyProblems(tuple(sorted(self.problems)))
        parts = {"format": FORMAT, "study": self.read.data, "product": self.product.data}
        canonical = _canonical({**parts, "unconfirmed": sorted({mark.path for mark in self.unconfirmed})})
        return Study(self.document, content or canonical, self.unconfirmed, MappingProxyType(self.rules))

    def say(self, path: str, code: str, message: str, hint: str = "", *, again: bool = False) -> None:
        """Add a problem where the path is written: in the study, or in a part of the product document."""
        below = len(self.product.nearest(path)) > len(self.read.nearest(path)) and "." in path
        read = self.product if below else self.read
        self.problems.append(read.problem(path, code, message, hint, again=again))

    def compile_rules(self) -> None:
        """Compile every rule; what does not compile becomes a problem."""
        compiler = Compiler(self.document, self.lost, self.problems, self.say)
        compiler.compile()
        self.rules = compiler.rules


def _with_definition(form: Form, defined: AdverseEventDefinition | None) -> Form:
    """The forms that say what is an adverse event, with the study's own definition as help: there is one (CRL-02)."""
    if form.id not in JUDGED or defined is None:
        return form
    parts = [defined.text, *(f"Included: {text}." for text in defined.includes)]
    parts += [f"Not included: {text}." for text in defined.excludes]
    parts.append(f"This is definition {defined.code}.")
    return replace(form, help=" ".join([*parts, defined.severity, form.help]).replace("  ", " ").strip())


def _together(product: StudyDocument, study: StudyDocument) -> StudyDocument:
    """The product document laid under a study: lists follow each other, and the study's deviations replace."""
    own = {rule.id for rule in study.deviations}
    deviations = (*(rule for rule in product.deviations if rule.id not in own), *study.deviations)
    joined: dict[str, Any] = {name: (*getattr(product, name), *getattr(study, name)) for name in LISTS}
    joined |= {"deviations": deviations, "requires": {**product.requires, **study.requires}}
    joined["forms"] = tuple(_with_definition(form, study.adverse_event) for form in joined["forms"])
    return replace(study, **joined)
