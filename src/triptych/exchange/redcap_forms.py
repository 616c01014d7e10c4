"""A REDCap data dictionary as forms of the study document, with a report in which every field is accounted for."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import Struct

from triptych.exchange.redcap_logic import Known, Untranslated, translate
from triptych.exchange.redcap_reading import Dictionary, Field, plain
from triptych.study import check_study, write_yaml

MISSING = ["unknown", "asked-declined", "not-performed"]
RESERVED = {"id", "day", "occurred_at", "visit", "cycle", "actor", "actor_role", "today", "previous", "baseline"}
KINDS = {
    "radio": "code", "dropdown": "code", "checkbox": "codes", "yesno": "boolean", "truefalse": "boolean",
    "slider": "integer", "calc": "decimal",
}  # fmt: skip
VALIDATED = (("integer", "integer"), ("number", "decimal"), ("datetime", "datetime"), ("date", "date"))
_UNIT = re.compile(r"\(([A-Za-z%°/][A-Za-z0-9%°/\[\]. ]{0,14})\)")
UCUM = {
    "mmhg": "mm[Hg]", "bpm": "/min", "beats/min": "/min", "°c": "Cel", "c": "Cel", "celsius": "Cel", "years": "a",
    "year": "a", "days": "d", "hours": "h", "minutes": "min", "pounds": "[lb_av]", "lbs": "[lb_av]", "inches": "[in_i]",
    "%": "%", "kg": "kg", "g": "g", "mg": "mg", "cm": "cm", "m": "m", "mmol/l": "mmol/L", "ms": "ms",
}  # fmt: skip
_SHELL = """\
id: imported
title: Imported
version: "1"
site_defaults: {zone: UTC}
roles: [{id: physician, title: Physician, files: [clinical], sees: [clinical]}]
phases: [{id: one, title: One, panel: preparation}]
visits: [{id: only, title: Only, phase: one}]
"""
_PRODUCT = {"product.yaml": 'id: product\ntitle: Product\nversion: "1"\n'}


class Imported(Struct, frozen=True):
    """The forms as YAML, and a line for every field that was not taken over as it stood."""

    text: str
    report: tuple[str, ...]
    fields: int
    taken: int


def import_redcap(dictionary: Dictionary) -> Imported:
    """Turn a dictionary into forms; every rule in them compiles, and what does not is in the report."""
    maker = _Maker(dictionary)
    forms = [maker.form(name, fields) for name, fields in dictionary.forms.items()]
    forms = [form for form in forms if form["items"]]
    for _ in range(len(dictionary.fields) + 1):
        if not maker.without_faults(forms):
            break
    text = write_yaml({"forms": forms})
    return Imported(text, tuple(maker.report), len(dictionary.fields), sum(len(form["items"]) for form in forms))


class _Maker:
    def __init__(self, dictionary: Dictionary) -> None:
        self.dictionary, self.report = dictionary, list[str]()
        self._first = dictionary.fields[0].name if dictionary.fields else ""
        self._names: set[str] = set()

    def say(self, field: Field, text: str) -> None:
        """Add a line about a field to the report."""
        self.report.append(f"{field.form}, {field.name} (row {field.row}): {text}")

    def form(self, name: str, fields: list[Field]) -> dict[str, Any]:
        """One form; its items are logs until somebody places the form on a visit."""
        form_id = self._own(_id(name, "form"), self._names)
        used: set[str] = set()
        items = [(field, self._item(field, used)) for field in fields]
        known = {field.name: Known(item["id"], item["type"]) for field, item in items if item is not None}
        for field, item in items:
            if item is not None:
                self._logic(field, item, known)
        made = [item for _, item in items if item is not None]
        return {
            "id": form_id,
            "title": plain(name.replace("_", " ")).capitalize() or form_id,
            "log": True,
            "items": made,
        }

    def _own(self, wanted: str, used: set[str]) -> str:
        found, number = wanted, 2
        while found in used:
            found, number = f"{wanted[:55]}_{number}", number + 1
        used.add(found)
        return found

    def _item(self, field: Field, used: set[str]) -> dict[str, Any] | None:
        if field.name == self._first and field.kind == "text" and not field.validation:
            self.say(field, "the record's own identifier is not an item: a participant has one already")
            return None
        if field.kind == "descriptive":
            self.say(field, f"a text without an answer is left out: {plain(field.label)[:120]!r}")
            return None
        kind = _kind(field)
        wanted = _id(field.name, "item")
        item_id = self._own(f"{wanted}_value" if wanted in RESERVED else wanted, used)
        if item_id != field.name:
            self.say(field, f"the item is called {item_id!r}")
        label = plain(field.label)[:500] or field.name
        item: dict[str, Any] = {"id": item_id, "label": label, "type": kind}
        item |= dict(self._details(field, kind))
        return item

    def _details(self, field: Field, kind: str) -> Iterator[tuple[str, Any]]:
        if kind in ("integer", "decimal"):
            unit = _unit(field)
            if unit is None and field.kind != "slider":
                self.say(field, 'no unit was found, so "1" stands for it: write the unit')
            yield "unit", unit or "1"
            yield from self._limits(field)
        if kind in ("code", "codes"):
            yield "choices", [{"code": code, "label": label[:500]} for code, label in self._choices(field)]
        if field.required.lower() == "y" and field.kind != "calc":
            yield "required", True
            yield "missing", MISSING
        notes = [plain(field.note)] if field.note else []
        if field.kind in ("file", "sql") or field.validation in ("email", "phone", "time"):
            self.say(field, f"a field of the kind {field.validation or field.kind} is text here")
        if field.identifier.lower() == "y":
            self.say(field, "it identifies a person: keep it with the identities, not among the answers")
        if notes:
            yield "help", notes[0][:1000]

    def _choices(self, field: Field) -> list[tuple[str, str]]:
        found = dict(reversed(field.choices))
        if len(found) < len(field.choices):
            self.say(field, "a code stands twice among the choices, and its first label is kept")
        return [(code, found[code]) for code in dict.fromkeys(code for code, _ in field.choices)] or [
            ("1", field.label or "1")
        ]

    def _limits(self, field: Field) -> Iterator[tuple[str, Any]]:
        if field.kind == "slider":
            yield "range", {"min": 0, "max": 100}
            return
        ends = {name: _number(text) for name, text in (("min", field.least), ("max", field.most))}
        limits = {name: value for name, value in ends.items() if value is not None}
        if limits and limits.get("min", 0) <= limits.get("max", limits.get("min", 0)):
            self.say(field, "its limits ask and do not refuse, as in REDCap")
            yield "expected", limits

    def _logic(self, field: Field, item: dict[str, Any], known: Mapping[str, Known]) -> None:
        for place, logic in (
            ("shown_when", field.branching),
            ("derived", field.options if field.kind == "calc" else ""),
        ):
            if not logic.strip():
                continue
            try:
                found = translate(logic, known, decimal=place == "derived")
            except Untranslated as why:
                self.say(field, f"{place} was not translated ({why}): {logic[:200]}")
                continue
            item[place] = found.rule
            for remark in found.remarks:
                self.say(field, f"{place}: {remark}")

    def without_faults(self, forms: list[dict[str, Any]]) -> bool:
        """Take out what the check of a document has something against, and say so; whether there was any."""
        if not forms:
            return False
        problems = check_study({"a.yaml": _SHELL, "b.yaml": write_yaml({"forms": forms})}, _PRODUCT)
        items = {f"forms.{form['id']}.items.{item['id']}": (form, item) for form in forms for item in form["items"]}
        changed = False
        for problem in problems:
            path, _, last = problem.path.rpartition(".")
            form, item = items.get(path, (None, None)) if last in ("shown_when", "derived") else (None, None)
            if item is not None and last in item:
                self.report.append(f"{path}: {last} was left out ({problem.message}): {item.pop(last)}")
                changed = True
            elif problem.path in items and items[problem.path][1] in items[problem.path][0]["items"]:
                form, item = items[problem.path]
                form["items"].remove(item)
                self.report.append(f"{problem.path}: the item was left out ({problem.message})")
                changed = True
        return changed


def _kind(field: Field) -> str:
    if field.kind in KINDS:
        return KINDS[field.kind]
    return next((kind for name, kind in VALIDATED if field.validation.startswith(name)), "text")


def _unit(field: Field) -> str | None:
    for text in (field.note, field.label):
        for found in [*_UNIT.findall(plain(text)), plain(text)]:
            if found.strip().lower() in UCUM:
                return UCUM[found.strip().lower()]
    return None


def _number(text: str) -> float | None:
    if not re.fullmatch(r"-?\d{1,12}(\.\d{1,6})?", text.strip()):
        return None
    value = float(text)
    return int(value) if value == int(value) else value


def _id(name: str, kind: str) -> str:
    found = re.sub(r"[^a-z0-9_]+", "_", name.lower()).strip("_")[:58]
    return found if re.match(r"[a-z]", found) else f"{kind}_{found}".rstrip("_")
