"""CDS Hooks 2.0: what is offered to a health record, what has to come with a call, and the answer as cards.

A card says what the command `triptych screen` says of the same record. Nothing is fetched from the record: what the
templates name has to come with the call.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from triptych.exchange.answers import answer_of
from triptych.exchange.fhir_bundle import Body, dicts
from triptych.exchange.fhir_deciding import FromRecord
from triptych.exchange.fhir_values import day, names_of
from triptych.safety import Decision, MedicineJudgment, Screening, Washout

PATIENT = "patient"
SEARCHES: Mapping[str, str] = {
    "statements": "MedicationStatement?patient={{context.patientId}}",
    "requests": "MedicationRequest?patient={{context.patientId}}",
    "conditions": "Condition?patient={{context.patientId}}",
    "observations": "Observation?patient={{context.patientId}}",
}
PREFETCH: Mapping[str, str] = {PATIENT: "Patient/{{context.patientId}}", **SEARCHES}
SERVICES: Mapping[str, str] = {"triptych-patient-view": "patient-view", "triptych-order-select": "order-select"}
"""The hook of each service, by its id."""
PLANNED = "org.triptych.planned-session-date"
SCREENING = "org.triptych.screening"
"""Extensions: of a call, the day of the planned session; of a card, the answer for programs."""
LONGEST, MOST = 139, 25
"""How long a summary is (under 140 characters), and how many cards of medicines there are."""
INDICATORS: Mapping[Decision, str] = {
    "excluded": "critical",
    "not_eligible_on_date": "critical",
    "cannot_decide": "warning",
    "needs_physician_review": "warning",
    "eligible_on_date": "info",
}
SAID: Mapping[Decision, str] = {
    "excluded": "Excluded from a session with MDMA",
    "not_eligible_on_date": "Not eligible for a session with MDMA on the planned day",
    "cannot_decide": "Cannot decide on a session with MDMA",
    "needs_physician_review": "A study physician has to decide on a session with MDMA",
    "eligible_on_date": "Nothing stands in the way of the planned session with MDMA",
}
CAUTION = (
    "An answer of software from what it was given; qualified people decide. Nobody stops or changes a medicine because "
    "of it: whoever prescribes it and the study physician decide that together."
)
MARKUP = re.compile(r"([\\`*_{}\[\]()<>#+!|~-])")


class Unmet(ValueError):
    """What a call lacks, so that it cannot be answered. `names` are those of the prefetch templates."""

    def __init__(self, names: Iterable[str]) -> None:
        self.names = tuple(names)
        super().__init__(", ".join(self.names))


def services() -> list[dict[str, Any]]:
    """What the discovery endpoint tells."""
    asks = "For people who are being screened for the trial. Everything that the templates name has to be sent."
    what = {
        "patient-view": "Whether somebody who is screened may have a session with MDMA, and why not.",
        "order-select": "What the selected orders would mean for a planned session with MDMA.",
    }
    return [
        {
            "id": service,
            "hook": hook,
            "title": "Screening for MDMA-assisted therapy",
            "description": what[hook],
            "prefetch": dict(PREFETCH),
            "usageRequirements": asks,
        }
        for service, hook in SERVICES.items()
    ]


def bundle_of_call(call: Mapping[str, Any]) -> dict[str, Any]:
    """What came with a call as one Bundle, draft orders included.

    Raises:
        Unmet: something that the templates name did not come, or came as something else.
    """
    given = call.get("prefetch")
    prefetch: Mapping[str, Any] = given if isinstance(given, Mapping) else {}
    context = call.get("context")
    person = prefetch.get(PATIENT)
    lacking = [name for name in SEARCHES if not _is_search(prefetch.get(name))]
    if not isinstance(person, Mapping) or person.get("resourceType") != "Patient":
        lacking.insert(0, PATIENT)
    elif not isinstance(context, Mapping) or person.get("id") != context.get("patientId"):
        raise Unmet(["patient (of another id than context.patientId)"])
    drafts = context.get("draftOrders") if isinstance(context, Mapping) else None
    if call.get("hook") == "order-select" and not _is_bundle(drafts):
        lacking.append("context.draftOrders")
    if lacking:
        raise Unmet(lacking)
    return _merged(person, [prefetch[name] for name in SEARCHES], drafts if isinstance(drafts, Mapping) else {})


def _is_bundle(value: object) -> bool:
    return isinstance(value, Mapping) and value.get("resourceType") == "Bundle"


def _is_search(value: object) -> bool:
    return isinstance(value, Mapping) and _is_bundle(value) and value.get("type") == "searchset"


def _merged(person: object, searches: list[Body], drafts: Body) -> dict[str, Any]:
    """One search set; it is counted, and so whole, where each of the answers was."""
    entries: list[Any] = [{"resource": person}]
    links: list[Any] = []
    is_whole = True
    for search in searches:
        found = search.get("entry")
        held = found if isinstance(found, list) else []
        matches = [one for one in dicts(held) if _mode(one) in ("match", "")]
        is_whole = is_whole and search.get("total") == len(matches)
        more = isinstance(total := search.get("total"), int) and total > len(matches)
        links += [one for one in dicts(search.get("link")) if one.get("relation") == "next"]
        links += [{"relation": "next"}] if more else []
        entries += [_bare(one) for one in held]
    orders = drafts.get("entry")
    entries += [_bare(one) for one in orders] if isinstance(orders, list) else []
    merged: dict[str, Any] = {"resourceType": "Bundle", "type": "searchset", "link": links, "entry": entries}
    return merged | ({"total": len(entries)} if is_whole else {})


def _mode(entry: Body) -> object:
    search = entry.get("search")
    return search.get("mode", "") if isinstance(search, Mapping) else ""


def _bare(entry: object) -> object:
    """An entry without what a search says of it."""
    return {key: value for key, value in entry.items() if key != "search"} if isinstance(entry, Mapping) else entry


def planned_of(call: Mapping[str, Any]) -> date | None:
    """The day of the planned session that a call names in its extension; none where it names none."""
    extension = call.get("extension")
    return day(extension.get(PLANNED)) if isinstance(extension, Mapping) else None


def cards_of(read: FromRecord, call: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The decision as a card, and one for each row that stands against a medicine; of draft orders, those selected."""
    wanted = _selected(call) if call.get("hook") == "order-select" else None
    told = [
        _medicine_card(one, washout)
        for one in read.answer.medicines
        if wanted is None or one.medicine.as_entered in wanted
        for washout in one.washouts
        if washout.management != "allow" and not washout.satisfied
    ]
    return [_decision_card(read.answer), *_unresolved(read.answer.medicines, wanted), *told][: MOST + 1]


def _selected(call: Mapping[str, Any]) -> set[str] | None:
    """The names of the selected orders; none, for all medicines, where they cannot be told from the rest."""
    context = call.get("context")
    assert isinstance(context, Mapping)
    selections, drafts = context.get("selections"), context.get("draftOrders")
    chosen = {str(one) for one in selections} if isinstance(selections, list) else set()
    entries = dicts(drafts.get("entry")) if isinstance(drafts, Mapping) else []
    orders = [one["resource"] for one in entries if isinstance(one.get("resource"), Mapping)]
    picked = [one for one in orders if f"{one.get('resourceType')}/{one.get('id')}" in chosen]
    names = [names_of(one.get("medicationCodeableConcept")) for one in picked]
    return {name for each in names for name in each} if picked and all(names) else None


def _decision_card(answer: Screening) -> dict[str, Any]:
    missing, earliest = len(answer.missing_items), answer.earliest_date
    summary = SAID[answer.decision]
    if earliest is not None and answer.decision == "not_eligible_on_date":
        summary += f"; {earliest.isoformat()} at the earliest"
    summary += f"; {missing} missing" if missing else ""
    parts = (("Why", answer.reasons), ("Missing", answer.missing_items), ("To do", answer.other_actions))
    detail = [CAUTION]
    if earliest is not None and missing:
        detail.append("Any date is conditional on what is missing.")
    detail += ["\n".join([f"**{title}**\n", *(f"- {_plain(one)}" for one in items)]) for title, items in parts if items]
    told = {key: value for key, value in answer_of(answer).items() if value not in (None, [])}
    return {
        "summary": _short(summary),
        "indicator": INDICATORS[answer.decision],
        "source": {"label": f"Triptych screening, profile {answer.profile}"},
        "detail": "\n\n".join(detail),
        "extension": {SCREENING: told},
    }


def _unresolved(judged: Iterable[MedicineJudgment], wanted: set[str] | None) -> Iterator[dict[str, Any]]:
    """A card for each name that is not known for certain: it means stop and ask, never that there is no interaction."""
    for one in judged:
        name = one.medicine.as_entered or "a medicine without a name"
        if one.resolution.status == "resolved" or (wanted is not None and name not in wanted):
            continue
        offered = "; ".join(_plain(candidate.name) for candidate in one.resolution.candidates)
        ask = f"A person has to confirm one of: {offered}." if offered else "Nothing like it is known."
        yield {
            "summary": _short(f"{name}: not identified for certain. Stop and ask"),
            "indicator": "warning",
            "source": {"label": "Triptych, knowledge base of medicines with MDMA"},
            "detail": f"An unknown name never means that there is no interaction. {ask}",
        }


def _medicine_card(judged: MedicineJudgment, one: Washout) -> dict[str, Any]:
    mark = "confirmed" if one.confirmed else "unconfirmed"
    hazards = ", ".join(one.hazards).replace("_", " ")
    findings = [finding.reason for finding in judged.findings if one.row in finding.reason]
    lines = [*findings, f"{one.effect}.", f"Wash-out: {one.statement}.", one.advice]
    lines += [one.must_not_restart] if one.must_not_restart else []
    lines += [f"Sources disagree: {one.disagreement}"] if one.disagreement else []
    source = {"label": f"{one.source or 'no source'} ({mark})"}
    return {
        "summary": _short(f"{one.label} with MDMA: {hazards} ({one.row}, {mark})"),
        "indicator": "critical" if one.management in ("exclude", "taper_washout") else "warning",
        "source": source | ({"url": one.url} if one.url.startswith("https://") else {}),
        "detail": "\n\n".join([CAUTION, *(_plain(line) for line in lines if line)]),
    }


def _plain(text: str) -> str:
    """Text as GitHub Flavored Markdown that shows it and does nothing else."""
    return MARKUP.sub(r"\\\1", text)


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
