"""A study document as a protocol text, in the order and under the headings of the ICH M11 template.

What the document does not say is said to be missing and never filled in; unconfirmed fields are marked with a question
mark where they are shown in the schedule, and listed in an appendix.
"""

from collections.abc import Iterator

from msgspec import Struct

from triptych.study.loading import Study
from triptych.study.model import Gate
from triptych.study.showing import schedule

SILENT = "Not stated in the study document."


class Table(Struct, frozen=True, tag="table"):
    """A table with one row of headings; the first cell of a row heads it."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


class Listing(Struct, frozen=True, tag="list"):
    """A numbered list."""

    entries: tuple[str, ...]


class Text(Struct, frozen=True, tag="text"):
    """A paragraph."""

    text: str


class Section(Struct, frozen=True):
    """A section of the protocol: its number and heading as in the template, and what stands in it."""

    number: str
    title: str
    parts: tuple[Text | Listing | Table, ...]

    @property
    def level(self) -> int:
        """1 for a main section, 2 for one below."""
        return 1 + self.number.count(".")


class Protocol(Struct, frozen=True):
    """The whole text."""

    title: str
    version: str
    digest: str
    language: str
    sections: tuple[Section, ...]


def protocol_text(study: Study) -> Protocol:
    """The protocol of a study as text."""
    document = study.document
    sections = tuple(
        Section(number, title, tuple(parts) or (Text(SILENT),)) for number, title, parts in _sections(study)
    )
    return Protocol(document.title, document.version, study.digest, document.language, sections)


def _sections(study: Study) -> Iterator[tuple[str, str, list[Text | Listing | Table]]]:
    document = study.document
    yield "1", "Protocol Summary", [Text(f"{document.title}, version {document.version}.")]
    yield "1.1", "Protocol Synopsis", _synopsis(study)
    yield "1.2", "Trial Schema", [_phases(study)]
    yield "1.3", "Schedule of Activities", [_schedule(study), Text("x expected, (x) optional, ? not confirmed.")]
    yield "2", "Introduction", []
    yield "3", "Trial Objectives and Associated Estimands", []
    yield "4", "Trial Design", [Text(text) for text in (document.design,) if text]
    yield "4.1", "Description of Trial Design", [_visits(study)]
    yield "5", "Trial Population", [Text(text) for text in (document.population,) if text]
    yield "5.1", "Eligibility Criteria", _criteria(study.gate_of("eligibility_confirmation"))
    yield "6", "Trial Intervention and Concomitant Therapy", _interventions(study)
    yield (
        "7",
        "Participant Discontinuation of Trial Intervention and Discontinuation or Withdrawal from Trial",
        [Listing(tuple(form.title for form in document.forms if form.sets and form.about == "participant"))],
    )
    yield "8", "Trial Assessments and Procedures", [_forms(study)]
    yield "9", "Adverse Events and Special Safety Situations", _adverse(study)
    yield "10", "Statistical Considerations", _numbers(study)
    yield "11", "Trial Oversight and Other General Considerations", [_roles(study)]
    yield "12", "Appendix: Supporting Details", list(_gates(study))
    yield "12.1", "Fields Not Confirmed by Their Source", _unconfirmed(study)
    yield "13", "Appendix: Glossary of Terms and Abbreviations", []
    yield "14", "Appendix: References", _references(study)


def _synopsis(study: Study) -> list[Text | Listing | Table]:
    document = study.document
    rows = [("Title", document.title), ("Version", document.version), ("Design", document.design or SILENT)]
    rows += [("Population", document.population or SILENT)]
    rows += [("Planned participants", str(document.planned_participants or SILENT))]
    rows += [(name, number) for name, number in document.registrations.items()]
    rows += [("Arm", f"{arm.title}: {arm.drug}") for arm in document.arms]
    return [Table(("Item", "Content"), tuple(rows))]


def _phases(study: Study) -> Table:
    held = {
        phase.id: [v.title for v in study.document.visits if v.phase == phase.id] for phase in study.document.phases
    }
    rows = tuple((phase.title, str(len(held[phase.id]))) for phase in study.document.phases)
    return Table(("Phase", "Visits"), rows)


def _schedule(study: Study) -> Table:
    found = schedule(study)
    head = ("Activity", *(f"{column.label} {column.title}".strip() for column in found.columns))
    windows = ("Window", *(column.window for column in found.columns))
    rows = ((title, *(column.cells.get(form, "") for column in found.columns)) for form, title in found.rows)
    return Table(head, (windows, *rows))


def _visits(study: Study) -> Table:
    rows = ((column.title, column.phase, column.window or "at any time") for column in schedule(study).columns)
    return Table(("Visit", "Phase", "Window"), tuple(rows))


def _criteria(gate: Gate | None) -> list[Text | Listing | Table]:
    return [Listing(tuple(_sourced(one.text, one.source) for one in gate.conditions))] if gate else []


def _sourced(text: str, source: str) -> str:
    return f"{text} [{source}]" if source else text


def _interventions(study: Study) -> list[Text | Listing | Table]:
    parts: list[Text | Listing | Table] = []
    for arm in study.document.arms:
        parts.append(Text(f"{arm.title}. {arm.drug}. {arm.source}".strip()))
        rows = tuple(
            (str(dose.cycle), f"{dose.initial:g}", _amount(dose.maximum), _amount(dose.supplemental))
            for dose in arm.doses
        )
        if rows:
            parts.append(Table(("Session", "Initial, mg", "At most, mg", "Supplemental, mg"), rows))
    parts += [Text(f"{one.title}: {one.kind.replace('_', ' ')}. {one.sessions}") for one in study.document.therapies]
    return parts


def _amount(value: float | None) -> str:
    return "–" if value is None else f"{value:g}"


def _forms(study: Study) -> Table:
    rows = (
        (form.title, form.kind, str(len(form.items)), form.instrument or "–")
        for form in study.document.forms
        if form.about == "participant" and form.group != "system"
    )
    return Table(("Form", "Kind", "Items", "Instrument"), tuple(rows))


def _adverse(study: Study) -> list[Text | Listing | Table]:
    defined = study.document.adverse_event
    if defined is None:
        return []
    parts: list[Text | Listing | Table] = [Text(defined.text)]
    parts += [Text(f"Included: {text}.") for text in defined.includes]
    parts += [Text(f"Not included: {text}.") for text in defined.excludes]
    parts.append(Text(f"This is definition {defined.code}; whoever signs an adverse event is trained on it."))
    return [*parts, *([Text(defined.severity)] if defined.severity else [])]


def _numbers(study: Study) -> list[Text | Listing | Table]:
    planned = study.document.planned_participants
    return [Text(f"Planned participants: {planned}.")] if planned else []


def _roles(study: Study) -> Table:
    rows = ((r.title, ", ".join(r.files) or "–", ", ".join(r.sees) or "–") for r in study.document.roles)
    return Table(("Role", "Files", "Sees"), tuple(rows))


def _gates(study: Study) -> Iterator[Text | Listing | Table]:
    for gate in study.document.gates:
        if gate.guards != "eligibility_confirmation":
            yield Text(f"{gate.title}, before: {study.forms[gate.guards].title}")
            yield Listing(tuple(_sourced(one.text, one.source) for one in gate.conditions))


def _unconfirmed(study: Study) -> list[Text | Listing | Table]:
    paths = tuple(mark.path for mark in study.unconfirmed)
    return [Listing(paths)] if paths else [Text("Every field is confirmed by its source.")]


def _references(study: Study) -> list[Text | Listing | Table]:
    entries = tuple(f"{one.citation}. {one.address}".strip() for one in study.document.references)
    return [Listing(entries)] if entries else []
