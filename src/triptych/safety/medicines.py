"""Whether a list of medicines stands in the way of a dose on a day, by exact names and wash-out days.

A name that is not known is never *no interaction*, and a list that nobody affirmed complete is never clear.
Management codes and their meaning are those of the default screening profile.
"""

import csv
import io
import math
import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Literal

from msgspec import Struct

Management = Literal["exclude", "taper_washout", "hold", "physician_review", "allow"]


class MedicineRow(Struct, frozen=True, kw_only=True):
    """What is known of one medicine together with MDMA; `confirmed` says whether its claim was read in a source."""

    id: str
    medicine_class: str
    management: Management
    washout_days: int | None
    advice: str
    citation: str
    confirmed: bool


NO_NAMES = ("", "-", "many", "many combinations")
"""What stands in a column of names where there is none, so that nobody's medicine is taken for it."""

MedicineTable = Mapping[str, MedicineRow]
"""Rows by name in lower case: generic names of single medicines, names of combinations, brands."""


class Taken(Struct, frozen=True, kw_only=True):
    """A medicine as recorded; none stands for what is not known. `cleared` is a physician's recorded clearance."""

    name: str
    ongoing: bool | None
    last_taken_on: date | None
    cleared: bool = False


class Finding(Struct, frozen=True, kw_only=True):
    """The judgment on one medicine: in conflict, not in conflict, or none with what is missing."""

    name: str
    conflict: bool | None
    why: str
    missing: str = ""
    source: str = ""
    confirmed: bool = False


class Conflict(Struct, frozen=True, kw_only=True):
    """The judgment on the whole list; `conflict` is none when it cannot be decided, with everything missing."""

    conflict: bool | None
    findings: tuple[Finding, ...]
    missing: tuple[str, ...] = ()


def read_medicines(text: str) -> MedicineTable:
    """Read the table of medicines from CSV text with a heading line."""
    table: dict[str, MedicineRow] = {}
    for line in csv.DictReader(io.StringIO(text)):
        row = MedicineRow(
            id=line["id"],
            medicine_class=line["drug_class"],
            management=_management(line["management_code"]),
            washout_days=int(line["washout_days"]) if line["washout_days"] else None,
            advice=line["trial_management"],
            citation=line["citation"],
            confirmed=line["verified"] == "yes",
        )
        for name in _names(line["active_ingredients_atc"], line["brand_examples"]):
            table[name] = max(table.get(name, row), row, key=_strictness)
    return table


def _strictness(row: MedicineRow) -> tuple[int, float]:
    """Where two rows share a name (two routes of one medicine), the stricter one decides."""
    order: tuple[Management, ...] = ("allow", "physician_review", "hold", "taper_washout", "exclude")
    return order.index(row.management), math.inf if row.washout_days is None else row.washout_days


def _management(code: str) -> Management:
    match code:
        case "exclude" | "taper_washout" | "hold" | "physician_review" | "allow":
            return code
        case _:
            raise ValueError(f"management code {code!r} is not one of the five that the profile defines")


def _names(ingredients: str, brands: str) -> Iterable[str]:
    for part in (*ingredients.split(";"), *brands.split(";")):
        name = re.sub(r"\[[^]]*\]|\([^)]*\)", "", part)
        name = " ".join(name.split()).casefold()
        if name not in NO_NAMES:
            yield name


def judge_medicines(table: MedicineTable, taken: Iterable[Taken], on: date, *, affirmed: bool) -> Conflict:
    """Judge a list of medicines for a dose on a day. Any conflict decides; otherwise anything unknown does."""
    findings = tuple(_judge(table, medicine, on) for medicine in taken)
    if any(finding.conflict for finding in findings):
        return Conflict(conflict=True, findings=findings)
    missing = {finding.missing for finding in findings if finding.conflict is None}
    if not affirmed:
        missing.add("medicine_review.complete")
    return Conflict(conflict=None if missing else False, findings=findings, missing=tuple(sorted(missing)))


def _judge(table: MedicineTable, medicine: Taken, on: date) -> Finding:
    row = table.get(" ".join(medicine.name.split()).casefold())
    if row is None:
        why = "The name is not in the table of medicines. A person must identify it."
        return Finding(name=medicine.name, conflict=None, why=why, missing="medicine.name")
    conflict, why, missing = _apply(row, medicine, on)
    return Finding(
        name=medicine.name, conflict=conflict, why=why, missing=missing, source=row.citation, confirmed=row.confirmed
    )


def _apply(row: MedicineRow, medicine: Taken, on: date) -> tuple[bool | None, str, str]:
    match row.management:
        case "allow":
            return False, "No effect on the decision", ""
        case "physician_review":
            if medicine.cleared:
                return False, "A physician has cleared it", ""
            return None, "A physician must decide", "medicine_clearance.cleared"
        case _:
            return _washed_out(row, medicine, on)


def _washed_out(row: MedicineRow, medicine: Taken, on: date) -> tuple[bool | None, str, str]:
    if row.washout_days is None:
        return True, row.advice, ""
    if medicine.ongoing:
        return True, f"Still taken; the wash-out is {row.washout_days} days. {row.advice}", ""
    if medicine.ongoing is None:
        return None, "Whether it is still taken is not known", "medicine.ongoing"
    if medicine.last_taken_on is None:
        return None, "The day of the last dose is not known", "medicine.last_taken_on"
    days = (on - medicine.last_taken_on).days
    if days < row.washout_days:
        return True, f"Last taken {days} days before; the wash-out is {row.washout_days} days", ""
    return False, f"Last taken {days} days before; the wash-out of {row.washout_days} days is over", ""
