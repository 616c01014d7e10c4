"""What differs between two documents, in a protocol reader's words: visits and windows, forms, doses, criteria."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

from msgspec import Struct

from triptych.study.loading import Study
from triptych.study.model import Form, Gate, Item
from triptych.study.showing import timing_text
from triptych.study.treatment import Arm, Part
from triptych.study.visits import Visit


class Difference(Struct, frozen=True, order=True):
    """One thing that differs: in which part of the protocol, about what, and how it was and is."""

    section: str
    about: str
    what: str


class Said(NamedTuple):
    """What a document says of one part, by the name that a reader knows: texts, or nothing where it is silent."""

    title: str
    facts: Mapping[str, str]


SECTIONS = (
    "The study", "Arms and doses", "Visits", "Forms", "Eligibility", "Gates", "Roles", "Standing", "Rules",
)  # fmt: skip


def differences(one: Study, other: Study) -> tuple[Difference, ...]:
    """What `other` says otherwise than `one`, in the order of `SECTIONS` and of the documents."""
    found = []
    for section, tell in zip(SECTIONS, _TELLERS, strict=True):
        found += list(_compared(section, tell(one), tell(other)))
    return tuple(found)


def _compared(section: str, before: Mapping[str, Said], after: Mapping[str, Said]) -> Iterator[Difference]:
    for name in dict.fromkeys((*before, *after)):
        old, new = before.get(name), after.get(name)
        if new is None or old is None:
            title = (old or new or Said(name, {})).title
            yield Difference(section, title, "taken out" if new is None else "added")
            continue
        for fact in dict.fromkeys((*old.facts, *new.facts)):
            was, now = old.facts.get(fact, ""), new.facts.get(fact, "")
            if was != now:
                yield Difference(section, new.title, f"{fact}: {was or 'nothing'} → {now or 'nothing'}")


def _study(study: Study) -> dict[str, Said]:
    document = study.document
    names = ("title", "version", "version_date", "design", "population", "planned_participants", "arm_item")
    facts = {name.replace("_", " "): str(getattr(document, name) or "") for name in names}
    facts |= {f"registration in {name}": number for name, number in document.registrations.items()}
    defined = document.adverse_event
    if defined is not None:
        listed = {"included": defined.includes, "not included": defined.excludes}
        facts |= {"adverse event": defined.text, "severity": defined.severity}
        facts |= {f"adverse event, {name}": "; ".join(texts) for name, texts in listed.items()}
    if document.screening is not None:
        facts |= {f"screening, {name.replace('_', ' ')}": text for name, text in document.screening.said()}
    if document.session is not None:
        facts |= {f"session, {name}": text for name, text in document.session.said()}
    if document.consent is not None:
        facts |= {f"consent, {name}": text for name, text in document.consent.said()}
    if document.amendment is not None:
        moving = "after new consent" if document.amendment.reconsent else f"{document.amendment.participants}"
        facts |= {"amendment": document.amendment.summary, "who moves over": moving}
    found = {"study": Said("The study", facts)}
    for therapy in document.therapies:
        found[f"therapy {therapy.id}"] = Said(therapy.title, _texts(therapy, "kind", "manual", "sessions"))
    for phase in document.phases:
        found[f"phase {phase.id}"] = Said(f"Phase {phase.title}", _texts(phase, "panel"))
    for cycle in document.cycles:
        found[f"cycle {cycle.id}"] = Said(cycle.title, _texts(cycle, "repeats", "first"))
    return found


def _arms(study: Study) -> dict[str, Said]:
    return {arm.id: Said(arm.title, _arm(arm)) for arm in study.document.arms}


def _arm(arm: Arm) -> dict[str, str]:
    facts = _texts(arm, "drug", "therapy")
    for dose in arm.doses:
        most = f" to {dose.maximum:g}" if dose.maximum is not None else ""
        more = f", then {dose.supplemental:g} mg" if dose.supplemental is not None else ""
        facts[f"session {dose.cycle}"] = f"{dose.initial:g}{most} mg{more}"
    return facts


def _visits(study: Study) -> dict[str, Said]:
    return {visit.id: Said(visit.title, _visit(study, visit)) for visit in study.document.visits}


def _visit(study: Study, visit: Visit) -> dict[str, str]:
    facts = _texts(visit, "phase", "mode", "cycle", "turns", "optional", "depends_on", "held_by", "held_when")
    facts["title"] = visit.title
    facts["protocol number"] = ", ".join(visit.labels)
    facts["window"] = "; ".join(timing_text(study, timing) for timing in visit.timing)
    facts["requires"] = ", ".join(f"{axis} {value}" for axis, value in visit.requires.items())
    for placement in visit.forms:
        facts[f"form {study.forms[placement.form].title}"] = "expected" if placement.required else "optional"
    return facts


def _forms(study: Study) -> dict[str, Said]:
    return {form.id: Said(form.title, _form(form)) for form in study.document.forms if form.id != "eligibility"}


def _form(form: Form) -> dict[str, str]:
    facts = _texts(form, "kind", "about", "group", "secret", "instrument", "instrument_version", "affirmed_by", "help")
    facts |= _texts(form, "shared_by")
    facts["title"] = form.title
    facts |= {f"item {item.label}": _item(item) for item in form.items}
    facts |= {f"check {check.text}": check.rule for check in form.checks}
    facts |= {f"task {raised.title}": " ".join(_texts(raised, *_RAISED).values()) for raised in form.raises}
    facts |= {f"sets {effect.axis}": f"{effect.to} {effect.when or ''}".strip() for effect in form.sets}
    return facts


_RAISED = ("level", "tier", "role", "when", "within", "until")


def _item(item: Item) -> str:
    parts = [item.type, item.unit or "", "required" if item.required else ""]
    parts += [f"{name} {limits.min}–{limits.max}" for name, limits in (("range", item.range),) if limits]
    parts += [f"usually {limits.min}–{limits.max}" for limits in (item.expected,) if limits]
    parts += [f"shown when {item.shown_when}" if item.shown_when else "", item.derived or ""]
    parts += [", ".join(f"{choice.code} {choice.label}" for choice in item.choices), ", ".join(item.missing)]
    return "; ".join(part for part in parts if part)


def _eligibility(study: Study) -> dict[str, Said]:
    gate = study.gate_of("eligibility_confirmation")
    return {} if gate is None else _conditions(gate)


def _conditions(gate: Gate) -> dict[str, Said]:
    return {one.id: Said(one.text, {"wording": one.text, "rule": one.rule}) for one in gate.conditions}


def _gates(study: Study) -> dict[str, Said]:
    found = {}
    for gate in study.document.gates:
        if gate.guards != "eligibility_confirmation":
            facts = _texts(gate, "guards", "ask") | {one.text: one.rule for one in gate.conditions}
            found[gate.id] = Said(gate.title, facts)
    return found


def _roles(study: Study) -> dict[str, Said]:
    return {
        role.id: Said(role.title, _texts(role, "title", "scope", "files", "sees", "unblinded", "masks"))
        for role in study.document.roles
    }


def _standing(study: Study) -> dict[str, Said]:
    return {axis.id: Said(axis.title, _texts(axis, "values", "start")) for axis in study.document.axes}


def _rules(study: Study) -> dict[str, Said]:
    document = study.document
    found = {one.id: Said(one.title, {"rule": one.rule}) for one in document.definitions}
    found |= {f"deviation {one.id}": Said(one.title, _texts(one, "classification")) for one in document.deviations}
    found |= {f"reuse {one.form}": Said(f"Reuse of {one.form}", _texts(one, "within")) for one in document.reuse}
    released = {(one.visit or one.definition or ""): ", ".join(one.to) for one in document.releases}
    return found | {f"release {name}": Said(f"Release of {name}", {"to": to}) for name, to in released.items()}


def _texts(part: Part, *names: str) -> dict[str, str]:
    return {name.replace("_", " "): _text(getattr(part, name)) for name in names}


def _text(value: object) -> str:
    if isinstance(value, Sequence) and not isinstance(value, str):
        return ", ".join(map(str, value))
    return "" if value in (None, False) else "yes" if value is True else str(value)


_TELLERS: tuple[Callable[[Study], dict[str, Said]], ...] = (
    _study, _arms, _visits, _forms, _eligibility, _gates, _roles, _standing, _rules,
)  # fmt: skip
