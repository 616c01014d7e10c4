"""The screening of a participant: one engine for page, command and gate; a confirmation falls with its facts."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from msgspec.structs import replace

from triptych.cli import main
from triptych.cli.scenario import Line, Player, read_lines
from triptych.course import CONFIRMABLE, CONFIRMATION, Screened
from triptych.ledger import Filed, Refused
from triptych.ledger.library import find_study, study_folder
from triptych.ledger.memory import MemoryStore
from triptych.safety import read_case

STUDY = find_study("mdma-mdd-norway")
TEXT = (Path(str(study_folder("mdma-mdd-norway"))) / "scenarios" / "whole-course.jsonl").read_text("utf-8")
DAY = date(2026, 3, 18)
FACTS = sorted({form.id for form in STUDY.document.forms if any(item.fact for item in form.items)})


def before_the_dose() -> list[Line]:
    lines = [line for line in read_lines(TEXT) if line.expect is None and line.note is None]
    return lines[: next(n for n, line in enumerate(lines) if line.form == "dose_authorization")]


def played(lines: list[Line]) -> Player:
    player = Player(MemoryStore(), STUDY, lines)
    list(player.play())
    return player


def screened(player: Player, planned: date = DAY) -> Screened:
    found = player.trial.system_view().screened("NO-01", planned)
    assert found is not None
    return found


def gate_line(player: Player) -> str:
    course = player.course("NO-01")
    assert course is not None
    gate = next(gate for gate in course.gates if gate.id == "authorize_dose")
    return next(one.state for one in gate.conditions if one.id == "screening_confirmed")


def also(player: Player, form: str, values: dict[str, Any], **more: Any) -> Any:
    line = {"participant": "NO-01", "role": "physician", "occurred_at": player.clock.now, **more}
    return player.also(Line(form=form, values=values, **line)).outcome


def test_page_command_and_gate_give_one_answer(tmp_path: Path) -> None:
    player = played(before_the_dose())
    found = screened(player)
    case = read_case(dict(found.case))
    assert (case.unreadable, case.unknown_keys) == ((), ())
    assert (found.decision, gate_line(player)) == ("eligible_on_date", "met")
    file = tmp_path / "case.json"
    file.write_text(json.dumps(found.case))
    asked = CliRunner().invoke(main, ["screen", "--case", str(file), "--study", "mdma-mdd-norway", "--json"])
    answer = json.loads(asked.output)
    assert answer["decision"] == "eligible_on_date"
    assert answer["reasons"] == list(found.answer.reasons)
    assert answer["resolved_actives"] == ["cetirizine", "sertraline"]


def test_every_fact_of_the_case_comes_from_a_record_with_its_day() -> None:
    case = screened(played(before_the_dose())).case
    assert case["planned_dose_mg"] == {"initial": 80, "supplemental": 40}
    assert case["participant"]["age"] == 41
    assert [one["date"] for one in case["vitals"]["bp_readings_mmHg"]] == ["2026-01-26", "2026-02-25", "2026-03-18"]
    assert case["labs_and_ecg"]["labs_date"] == "2026-03-18"
    assert (
        case["medications"][1] | {"as_entered": "sertraline", "status": "stopped", "last_dose_date": "2026-02-06"}
        == (case["medications"][1])
    )


@pytest.mark.parametrize("form", [*FACTS, "medicine_review"])
def test_a_form_that_was_never_filed_never_leaves_somebody_eligible(form: str) -> None:
    player = played([line for line in before_the_dose() if line.form not in (form, CONFIRMATION)])
    found = screened(player)
    # Without a history on record nobody has another condition, and the vital signs have pressures of their own.
    if form not in ("medical_history", "blood_pressure"):
        assert found.decision not in CONFIRMABLE
    shown = {"planned_on": DAY.isoformat(), "shown": found.shown, "decision": "eligible_on_date"}
    if found.decision not in CONFIRMABLE:
        refused = also(player, CONFIRMATION, shown, cycle=1)
        assert isinstance(refused, Refused)
        assert [reason.code for reason in refused.reasons] == ["not_confirmable"]
        assert gate_line(player) != "met"


SESSION = {"visit": "dosing", "cycle": 1}
CHANGES: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("medicine", {"name": "ibuprofen", "ongoing": True}, {}),
    ("medical_history", {"condition": "Migraine", "ongoing": True}, {}),
    ("blood_pressure", {"systolic": 118, "diastolic": 70}, {}),
    ("laboratory", {"sodium": 139.0, "potassium": 4.2, "alt": 22.0}, {}),
    ("cssrs", {"ideation": 1, "behavior": False}, SESSION),
    (
        "vitals",
        {"systolic": 120, "diastolic": 78, "heart_rate": 71, "temperature": 36.7},
        {"visit": "dosing", "cycle": 1},
    ),
]


@pytest.mark.requirement("PSY-04")
@pytest.mark.parametrize(("form", "values", "where"), CHANGES, ids=[form for form, _, _ in CHANGES])
def test_a_confirmation_falls_when_a_fact_changes(form: str, values: Any, where: Any) -> None:
    player = played(before_the_dose())
    assert gate_line(player) == "met"
    assert isinstance(also(player, form, values, **where), Filed)
    assert gate_line(player) == "not met"


def test_a_confirmation_falls_with_the_day_and_with_a_criterion_and_counts_only_from_a_physician() -> None:
    lines = before_the_dose()
    other = [
        replace(x, values={**x.values, "planned_on": "2026-03-19"}) if x.form == CONFIRMATION else x for x in lines
    ]
    assert gate_line(played(other)) == "not met"
    by_another = [replace(x, role="principal_investigator") if x.form == CONFIRMATION else x for x in lines]
    assert gate_line(played(by_another)) != "met"
    player = played(lines)
    criteria = next(line for line in lines if line.form == "eligibility")
    seen = player.trial.system_view().records("NO-01")
    old = next(one for one in seen if one.form == "eligibility" and one.current)
    changed = {**criteria.values, "no_bipolar": False}
    where = {"corrects": old.id, "reason": "Heard from the general practitioner", "visit": "screening"}
    assert isinstance(also(player, "eligibility", changed, **where), Filed)
    assert gate_line(player) == "not met"
    assert screened(player).decision == "excluded"


def test_what_is_shown_no_longer_is_confirmed_by_nobody() -> None:
    player = played([line for line in before_the_dose() if line.form != CONFIRMATION])
    shown = {"planned_on": DAY.isoformat(), "shown": screened(player).shown, "decision": "eligible_on_date"}
    also(player, "blood_pressure", {"systolic": 119, "diastolic": 75})
    refused = also(player, CONFIRMATION, shown, cycle=1)
    assert [reason.code for reason in refused.reasons] == ["not_what_was_shown"]


@pytest.mark.requirement("PSY-04")
def test_each_criterion_names_its_facts_their_age_its_source_and_its_rationale() -> None:
    found = {one.id: one for one in screened(played(before_the_dose())).criteria}
    bipolar = found["no_bipolar"]
    assert (bipolar.answer, bipolar.source) == ("met", "kvam2022 [S]")
    assert bipolar.rationale
    (fact,) = bipolar.facts
    assert (fact.value, fact.on, fact.age_days) == ("yes", date(2026, 1, 26), 51)


def test_readings_after_a_dose_are_not_readings_at_rest() -> None:
    lines = [line for line in read_lines(TEXT) if line.expect is None and line.note is None]
    end = next(n for n, line in enumerate(lines) if line.form == "adverse_event")
    player = played(lines[:end])
    assert gate_line(player) == "met"
    assert [one["sbp"] for one in screened(player).case["vitals"]["bp_readings_mmHg"]] == [124, 122, 122]


def test_the_reading_that_the_schedule_asks_for_just_before_the_dose_is_of_the_session() -> None:
    lines = [line for line in read_lines(TEXT) if line.expect is None and line.note is None]
    dose = next(n for n, line in enumerate(lines) if line.form == "dose_administration")
    at = lines[dose].occurred_at
    assert at is not None
    values = {"systolic": 126, "diastolic": 80, "heart_rate": 74, "temperature": 36.8, "spo2": 98}
    reading = Line(form="vitals", role="physician", participant="NO-01", occurred_at=at, values=values, **SESSION)
    told = Line(form="medicine", role="physician", participant="NO-01", occurred_at=at, values=CHANGES[0][1])
    end = lines[: dose + 1]
    assert gate_line(played([*end[:-1], reading, end[-1]])) == "met"
    assert gate_line(played([*end[:-1], told, end[-1]])) == "not met"
