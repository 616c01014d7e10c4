"""Screening: the worked cases, with the names that they need; nothing absent ever ends in eligible."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from triptych.ledger.library import LIBRARY
from triptych.safety.conditions import read_conditions
from triptych.safety.knowledge import read_knowledge
from triptych.safety.naming import resolve
from triptych.safety.profile import read_profile
from triptych.safety.reading import read_case
from triptych.safety.screening import screen
from triptych.study import ScreeningRules

CASES = Path(__file__).parent / "cases"
NAMES = sorted(path.stem for path in CASES.glob("*.json"))
MORE = ("hazards", "counted_metabolite", "never_stop", "sign_off", "tapered_by", "suicidality_checks")
MORE += ("restart_days", "restart_note", "supersedes", "disagreement")
ACTIVES = """active,rows,synonyms,named
escitalopram,DDI-002,,yes
sertraline,DDI-003,,yes
dextromethorphan,DDI-087,,yes
bupropion,DDI-014,,yes
loratadine,DDI-110,,yes
pseudoephedrine,DDI-142,,yes
amoxicillin,DDI-154,,yes
levothyroxine,DDI-145,,yes
lisinopril,DDI-067,,yes
ondansetron,DDI-077,,yes
zolmitriptan,DDI-074,,yes
"""
PRODUCTS = """product,actives,rows,form,regions,source,confirmed
Lexapro,escitalopram,,,,,no
Zoloft,sertraline,,,,,no
Zofran,ondansetron,,,,,no
Zomig,zolmitriptan,,,,,no
Auvelity,dextromethorphan; bupropion,DDI-016,,,,no
Claritin,loratadine,,,,,no
Claritin-D,loratadine; pseudoephedrine,,,,,no
Synthroid,levothyroxine,,,,,no
"""
CONDITIONS = """id,title,present,past,family,phrases,source,confirmed
C-PTSD,PTSD,eligible_on_date,eligible_on_date,eligible_on_date,ptsd,,no
C-THYROID,hypothyroidism,eligible_on_date,eligible_on_date,eligible_on_date,hypothyroidism,,no
C-OTITIS,otitis media,eligible_on_date,eligible_on_date,eligible_on_date,otitis media,,no
C-BP,hypertension,needs_physician_review,needs_physician_review,eligible_on_date,hypertension,,no
C-BIPOLAR,bipolar I disorder,excluded,excluded,needs_physician_review,bipolar i disorder; bipolar i,,no
"""


def rows() -> str:
    """The bundled table with the columns that this room reads beside it, empty but for what the cases need."""
    lines = list(csv.DictReader(io.StringIO((LIBRARY / "medicines" / "interactions.csv").read_text("utf-8"))))
    out = io.StringIO()
    writer = csv.DictWriter(out, [*lines[0], *MORE])
    writer.writeheader()
    for line in lines:
        metabolite = "hydroxybupropion" if line["id"] == "DDI-016" else ""
        supersedes = "DDI-014; DDI-087" if line["id"] == "DDI-016" else ""
        added = {"hazards": "other", "counted_metabolite": metabolite, "supersedes": supersedes}
        writer.writerow({**dict.fromkeys(MORE, ""), **line, **added})
    return out.getvalue()


BASE = read_knowledge(rows(), ACTIVES, PRODUCTS, "name,means\nofloxacin,\n")
PROFILE = read_profile('{"name": "reference-1"}')
KNOWN = read_conditions(CONDITIONS)


def case(name: str) -> dict[str, Any]:
    return json.loads((CASES / f"{name}.json").read_text("utf-8"))


def decided(data: Any, profile: Any = PROFILE) -> Any:
    return screen(BASE, profile, KNOWN, read_case(data))


@pytest.mark.requirement("CRL-16")
@pytest.mark.parametrize("name", NAMES)
def test_a_worked_case_has_the_decision_that_was_written_down_for_it(name: str) -> None:
    data = case(name)
    expected, found = data["expected"], decided(data)
    assert found.decision == expected["decision"], found.reasons
    assert (found.earliest_date and found.earliest_date.isoformat()) == expected["earliest_date"]
    assert set(found.resolved_actives) == set(expected["resolved_actives"])
    assert list(found.missing_items) == expected["missing_items"]
    for row in ("DDI-002", "DDI-016"):
        assert any(row in told for told in expected["reasons"]) <= any(row in told for told in found.reasons)


def test_a_near_name_is_offered_and_never_taken() -> None:
    found = resolve(BASE, "zolfot 50")
    assert (found.status, found.actives) == ("offered", ())
    assert {one.name for one in found.candidates} >= {"Zoloft", "Zofran", "Zomig"}
    assert resolve(BASE, "ZOLOFT 50 mg tablets").actives == ("sertraline",)
    assert resolve(BASE, "qqqq").status == "unidentified"
    assert resolve(BASE, "ofloxacin").identified[0].unlisted == ("ofloxacin",)


def test_a_study_can_set_another_limit() -> None:
    data = case("vig-17")
    assert decided(data, PROFILE.with_study(ScreeningRules(minimum_age=90))).decision != "eligible_on_date"
    assert decided(data, PROFILE.with_study(None)).decision == "eligible_on_date"


def standing(data: Any, path: tuple[Any, ...]) -> Any:
    return standing(data[path[0]], path[1:]) if path else data


def paths(data: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inside = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    return [path for key, value in inside for path in ((*at, key), *paths(value, (*at, key)))]


ELIGIBLE = {key: value for key, value in case("vig-17").items() if key not in ("id", "title", "trap", "expected")}
FREE = {("planned_dose_mg",), ("participant", "contraception"), ("participant", "height_cm")}
"""What the profile does not ask for: its absence is no missing item. Notes of a medicine are words about it."""
NOT_ASKED = {"reported_under", "dose", "route", "creatinine_umol_l", "tsh_miu_l", "rhythm", "temperature_c"}
GIVEN = [
    path
    for path in paths(ELIGIBLE)
    if path[:1] not in FREE
    and path not in FREE
    and path[-1] not in NOT_ASKED
    and standing(ELIGIBLE, path) is not None
    and path[:2] != ("participant", "nursing")
]


@pytest.mark.requirement("CRL-16")
@settings(max_examples=150, deadline=None)
@given(path=st.sampled_from(GIVEN), value=st.sampled_from([None, "x", [], {}, -1, "gone"]))
def test_no_absent_or_unreadable_answer_ends_in_eligible(path: tuple[Any, ...], value: Any) -> None:
    data = json.loads(json.dumps(ELIGIBLE))
    parent = data
    for key in path[:-1]:
        parent = parent[key]
    if value == "gone" and isinstance(parent, dict):
        del parent[path[-1]]
    else:
        parent[path[-1]] = value
    found = decided(data)
    if path[-1] in ("medical_history", "medications") and value == []:
        return  # an empty list that is affirmed complete is an answer
    assert found.decision != "eligible_on_date", (path, value)
    assert msgspec.json.encode(found)
