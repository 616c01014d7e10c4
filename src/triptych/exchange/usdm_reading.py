"""A USDM file as a study document: what its classes say, laid over what an earlier export could not say in them."""

import re
from collections.abc import Collection
from typing import Any

import msgspec

from triptych.exchange.usdm_parts import Ids, Taken, Thing, from_html, slug
from triptych.exchange.usdm_reading_schedule import Schedule, in_order, put
from triptych.exchange.usdm_rest import marks_by_number
from triptych.exchange.usdm_treatment import CONFIRMATION, DOSE_PARTS, EXCLUDED, EXCLUSION, criteria_gate

Part = dict[str, Any]
EXTENSION = "urn:triptych:usdm-extension:study-document:1"
_ID = re.compile(r"[a-z][a-z0-9_-]{0,63}")
OFFICIAL, SPONSOR, ISSUED = "C207616", "C70793", "C215664"


class Reading:
    """A USDM file read: the document, its marks, the ids of the objects, and what was not understood."""

    def __init__(self, file: Thing, product: Collection[str]) -> None:
        self.taken, self.ids = Taken(file), Ids()
        self.study = self.taken.one(file, "study")
        self.version = self._first(self.study, "versions", "StudyVersion")
        self.design = self._first(self.version, "studyDesigns", "StudyDesign")
        self.data, marks = self._extension()
        self.has_extension = bool(self.data)
        schedule = Schedule(self.taken, self.design, self.data, self.ids, product)
        self._whole()
        for name, parts in (("phases", schedule.phases), ("cycles", schedule.cycles()), ("visits", schedule.visits)):
            put(self.data, name, parts, [])
        put(self.data, "forms", schedule.forms, [])
        self._arms()
        self._therapies()
        self._roles()
        self._criteria()
        self.unconfirmed = marks_by_number(marks, self.data)

    def _first(self, owner: Thing, name: str, kind: str) -> Thing:
        found = self.taken.all(owner, name)
        if len(found) > 1:
            self.taken.notes.append(f"There are {len(found)} objects of {kind}; the first is read, the others stay.")
        first = found[0] if found else {}
        self.ids.note(kind, "", first)
        return first

    def _extension(self) -> tuple[Part, list[str]]:
        for one in self.taken.all(self.study, "extensionAttributes"):
            if one.get("url") == EXTENSION:
                self.taken.text(one, "url")
                text = self.taken.text(one, "valueString")
                msgspec.json.decode(text, type=_Extension)
                plain = msgspec.json.decode(text)
                return plain["document"], plain["unconfirmed"]
        return {}, []

    def _whole(self) -> None:
        taken, data = self.taken, self.data
        name = taken.text(self.study, "name")
        put(data, "id", name if _ID.fullmatch(name) else slug(name or "imported", {}).replace("_", "-"))
        self.ids.note("Study", "", self.study)
        for title in taken.all(self.version, "titles"):
            if taken.code(title, "type") == OFFICIAL:
                self.ids.note("StudyTitle", "official", title)
                put(data, "title", from_html(taken.text(title, "text")))
        data["title"] = data.get("title") or data["id"]
        put(data, "version", taken.text(self.version, "versionIdentifier") or "1")
        dates = taken.all(self.version, "dateValues")
        issued = next((one for one in dates if taken.code(one, "type") == ISSUED), {})
        self.ids.note("GovernanceDate", "issued", issued)
        put(data, "version_date", taken.text(issued, "dateValue") or None)
        put(data, "design", taken.text(self.design, "description") or None)
        population = taken.one(self.design, "population")
        self.ids.note("StudyDesignPopulation", "", population)
        put(data, "population", taken.text(population, "description") or None)
        planned = taken.number(taken.one(population, "plannedEnrollmentNumber"), "value")
        put(data, "planned_participants", int(planned) if planned is not None else None)
        if (data.get("amendment") or {}).get("summary", ...) is None:
            data["amendment"]["summary"] = taken.text(self.version, "rationale")
        self._registrations()

    def _registrations(self) -> None:
        taken = self.taken
        owners = taken.by_id(self.version, "organizations")
        sponsors = {
            org
            for role in taken.all(self.version, "roles")
            if taken.code(role, "code") == SPONSOR
            for org in taken.names(role, "organizationIds")
        }
        found: dict[str, str] = {}
        for one in taken.all(self.version, "studyIdentifiers"):
            scope = owners.get(taken.text(one, "scopeId"))
            if scope is None or scope.get("id") in sponsors:
                self.ids.note("StudyIdentifier", "sponsor", one)
                continue
            registry = taken.text(scope, "name")
            self.ids.note("StudyIdentifier", registry, one)
            self.ids.note("Organization", registry, scope)
            found[registry] = taken.text(one, "text")
        put(self.data, "registrations", found or None)

    def _arms(self) -> None:
        taken, old = self.taken, {arm["id"]: arm for arm in self.data.get("arms", [])}
        by_id = taken.by_id(self.version, "studyInterventions")
        elements = taken.by_id(self.design, "elements")
        found: dict[str, Part] = {}
        for one in taken.all(self.design, "arms"):
            name = taken.text(one, "name")
            ident = name if name in old else slug(name or "arm", found)
            self.ids.note("StudyArm", ident, one)
            arm = found[ident] = old.get(ident) or {"id": ident}
            put(arm, "title", taken.text(one, "label") or name)
            has = [
                by_id.get(used, {})
                for cell in taken.all(self.design, "studyCells")
                if taken.text(cell, "armId") == one.get("id")
                for element in taken.names(cell, "elementIds")
                for used in taken.names(elements.get(element, {}), "studyInterventionIds")
            ]
            self._given(arm, has)
        put(self.data, "arms", in_order(self.data.get("arms", []), found, old), [])

    def _given(self, arm: Part, has: list[Thing]) -> None:
        """What an arm is given, by the names under which an export writes it."""
        taken, drug, therapy = self.taken, None, None
        for one in has:
            kind, _, name = taken.text(one, "name").partition(".")
            if kind == "drug" and name == arm["id"]:
                drug = one
            elif kind == "therapy":
                therapy = name
        if drug is not None:
            self.ids.note("Drug", arm["id"], drug)
            self._doses(arm, taken.all(drug, "administrations"))
        put(arm, "drug", taken.text(drug, "label") if drug else None)
        put(arm, "therapy", therapy)

    def _doses(self, arm: Part, given: list[Thing]) -> None:
        for one in given:
            owner, _, rest = self.taken.text(one, "name").partition(".")
            cycle, _, part = rest.partition(".")
            amount = self.taken.number(self.taken.one(one, "dose"), "value")
            if owner == arm["id"] and cycle.isdigit() and part in DOSE_PARTS and amount is not None:
                self.ids.note("Administration", f"{owner}.{cycle}.{part}", one)
                doses = arm.setdefault("doses", [])
                dose = next((dose for dose in doses if dose["cycle"] == int(cycle)), None)
                if dose is None:
                    doses.append(dose := {"cycle": int(cycle)})
                dose[part] = amount
        if "doses" in arm:
            arm["doses"] = [dose for dose in arm["doses"] if dose.get("initial") is not None]
        for dose in arm.get("doses", []):
            put(dose, "supplemental", dose.get("supplemental"))

    def _therapies(self) -> None:
        taken, old = self.taken, {therapy["id"]: therapy for therapy in self.data.get("therapies", [])}
        for one in taken.all(self.version, "studyInterventions"):
            kind, _, name = taken.text(one, "name").partition(".")
            if kind == "therapy" and name in old:
                self.ids.note("Therapy", name, one)
                put(old[name], "title", taken.text(one, "label") or name)
                put(old[name], "sessions", taken.text(one, "description") or None)

    def _roles(self) -> None:
        taken, old = self.taken, {role["id"]: role for role in self.data.get("roles", [])}
        for one in taken.all(self.version, "roles"):
            role = old.get(taken.text(one, "name"))
            if role is not None:
                self.ids.note("StudyRole", role["id"], one)
                put(role, "title", taken.text(one, "label"))
                masking = taken.one(one, "masking")
                if role.get("unblinded", ...) is None and masking:
                    role["unblinded"] = [] if masking.get("isMasked") is True else ["allocation"]

    def _criteria(self) -> None:
        taken, gate = self.taken, criteria_gate(self.data)
        items = taken.by_id(self.version, "eligibilityCriterionItems")
        old = {one["id"]: one for one in (gate or {}).get("conditions", [])}
        found: dict[str, Part] = {}
        for one in taken.all(self.design, "eligibilityCriteria"):
            item = items.get(taken.text(one, "criterionItemId"), {})
            name = taken.text(one, "name")
            ident = name if name in old else slug(name or "criterion", found)
            self.ids.note("EligibilityCriterion", ident, one)
            self.ids.note("EligibilityCriterionItem", ident, item)
            excluded = taken.code(one, "category") == EXCLUSION.code
            condition = found[ident] = old.get(ident) or _judged(ident, excluded=excluded)
            put(condition, "text", (EXCLUDED if excluded else "") + from_html(taken.text(item, "text")))
        if gate is None and found:
            gate = {"id": "confirm_eligibility", "title": "Confirmation of eligibility", "guards": CONFIRMATION}
            gate["ask"] = "principal_investigator"
            self.data.setdefault("gates", []).append(gate)
        if gate is not None:
            gate["conditions"] = in_order(gate.get("conditions", []), found, old)
        if new := [one["id"] for one in found.values() if one["id"] not in old]:
            _ask_about(self.data, new)


def _judged(ident: str, *, excluded: bool) -> Part:
    """A condition whose rule asks the person who judged the criterion: the file has words and no rule."""
    return {"id": ident, "rule": f"latest(eligibility).{ident} == {'false' if excluded else 'true'}"}


def _ask_about(data: Part, names: list[str]) -> None:
    """Items on the form `eligibility` for criteria that only a person can judge."""
    form = next((form for form in data.get("forms", []) if form["id"] == "eligibility"), None)
    if form is None:
        form = {"id": "eligibility", "title": "Eligibility criteria", "group": "eligibility"}
        data.setdefault("forms", []).append(form)
    have = {item.get("id") for item in form.get("items", [])}
    form.setdefault("items", []).extend(
        {"id": name, "label": f"Criterion {name} applies", "type": "boolean", "required": True}
        for name in names
        if name not in have
    )


class _Named(msgspec.Struct):
    id: str


class _Visit(_Named):
    cycle: str | None = None
    labels: list[str] | None = None
    turns: list[int] | None = None
    series: dict[str, Any] | None = None
    forms: dict[str, dict[str, Any]] = {}
    timing: list[dict[str, Any]] = []


class _Cycle(_Named):
    first: int = 1
    repeats: int | None = None


class _Dose(msgspec.Struct):
    cycle: int


class _Arm(_Named):
    doses: list[_Dose] = []


class _Items(_Named):
    items: list[dict[str, Any]] = []


class _Gate(_Named):
    conditions: list[_Named] = []


class _Document(msgspec.Struct):
    """The shape of what an extension must hold for its parts to be put together; the rest is for the checker."""

    amendment: dict[str, Any] | None = None
    phases: list[_Named] = []
    cycles: list[_Cycle] = []
    visits: list[_Visit] = []
    forms: list[_Items] = []
    arms: list[_Arm] = []
    therapies: list[_Named] = []
    roles: list[_Named] = []
    gates: list[_Gate] = []


class _Extension(msgspec.Struct):
    document: _Document
    unconfirmed: list[str]
