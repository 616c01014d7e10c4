"""The readiness of a medicine session: each line of the gate closes by its own record, and says who clears it."""

from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from triptych.cli.scenario import Line, Player, read_lines
from triptych.course import Judged
from triptych.ledger.library import find_study, study_folder
from triptych.ledger.memory import MemoryStore

STUDY = find_study("mdma-mdd-norway")
TEXT = (Path(str(study_folder("mdma-mdd-norway"))) / "scenarios" / "whole-course.jsonl").read_text("utf-8")
SHARED = find_study("mapp-template")
DAY = "2026-03-18"
BOOLEANS = {
    "readiness": {
        "identifiers_checked": "identifiers_checked",
        "consent_affirmed": "consent_affirmed",
        "fasted": "fasted",
        "companion": "way_home",
        "night_attendant": "night_covered",
        "equipment_checked": "emergency_ready",
        "rescue_in_date": "emergency_ready",
    },
    "intake_review": dict.fromkeys(
        (
            "medicines_asked",
            "counter_asked",
            "supplements_asked",
            "alcohol_kept",
            "cannabis_kept",
            "stimulants_kept",
            "complete",
        ),
        "intake_affirmed",
    ),
}
EACH = [(form, item, gate_line) for form, items in BOOLEANS.items() for item, gate_line in items.items()]


def lines_before_the_dose() -> list[Line]:
    lines = list(read_lines(TEXT))
    return lines[: next(n for n, line in enumerate(lines) if line.form == "dose_authorization")]


def judged(lines: list[Line]) -> dict[str, Judged]:
    player = Player(MemoryStore(), STUDY, [line for line in lines if line.expect is None])
    list(player.play())
    course = player.course("NO-01")
    assert course is not None
    gate = next(gate for gate in course.gates if gate.id == "authorize_dose")
    return {condition.id: condition for condition in gate.conditions}


def changed(form: str, **values: Any) -> list[Line]:
    """The day before the dose with other answers on every record of a form; none takes an answer away."""
    return [
        replace(line, values={k: v for k, v in {**line.values, **values}.items() if v is not None})
        if line.form == form
        else line
        for line in lines_before_the_dose()
    ]


def test_everything_filed_opens_every_line() -> None:
    assert {
        c.id: c.state for c in judged(lines_before_the_dose()).values() if c.state not in ("met", "at filing")
    } == {}


@pytest.mark.requirement("CRL-16")
@pytest.mark.parametrize(("form", "item", "gate_line"), EACH, ids=[f"{f}-{i}" for f, i, _ in EACH])
def test_a_no_closes_its_line_and_says_who_clears_it(form: str, item: str, gate_line: str) -> None:
    condition = judged(changed(form, **{item: False}))[gate_line]
    assert condition.state == "not met"
    assert condition.cleared_by
    assert condition.how


@pytest.mark.parametrize(
    ("form", "gate_lines"),
    [
        ("readiness", set(BOOLEANS["readiness"].values())),
        ("intake_review", {"intake_affirmed"}),
        ("physician_cover", {"physician_covers", "alarm_way_tested"}),
        ("alarm_test", {"alarm_way_tested"}),
        ("alarm_test_seen", {"alarm_way_tested"}),
        ("result_review", {"laboratory_reviewed", "ecg_reviewed"}),
        ("drug_screen", {"drug_screen_settled"}),
    ],
)
def test_what_was_not_filed_is_never_a_yes(form: str, gate_lines: set[str]) -> None:
    found = judged([line for line in lines_before_the_dose() if line.form != form])
    assert {name for name in gate_lines if found[name].state == "unknown"} == gate_lines


def said(role: str, ready: bool, cycle: int | None = 1) -> Line:
    last = next(line.occurred_at for line in reversed(lines_before_the_dose()) if line.occurred_at)
    values = {"ready": ready}
    return Line(participant="NO-01", form="session_ready", values=values, role=role, occurred_at=last, cycle=cycle)


@pytest.mark.requirement("CON-04")
def test_touch_is_agreed_with_everybody_named_for_the_day_and_care_with_it() -> None:
    lines = lines_before_the_dose()
    one = [line for line in lines if line.form != "touch_agreement" or line.values["person"] == "therapist-1"]
    assert judged(one)["touch_agreed"].state == "unknown"
    for values in ({"care_agreed": False}, {"signed": "not_signed", "holder": None}):
        condition = judged(changed("touch_agreement", **values))["touch_agreed"]
        assert (condition.state, condition.cleared_by) == ("not met", "Therapist")
    waiting = judged(changed("touch_agreement", signed="own", holder=None))["touch_agreed"]
    assert (waiting.state, waiting.missing) == ("unknown", ("touch_signature.agreed",))
    assert judged(changed("touch_agreement", kinds=[]))["touch_agreed"].state == "met"  # no touch is an agreement too


@pytest.mark.parametrize("role", ["participant", "therapist"])
def test_a_dose_waits_until_participant_and_therapist_have_both_said_that_they_are_ready(role: str) -> None:
    without = [line for line in lines_before_the_dose() if (line.form, line.role) != ("session_ready", role)]
    assert judged(without)["both_ready"].state == "unknown"
    assert judged([*without, said(role, ready=True, cycle=2)])["both_ready"].state == "unknown"
    assert judged([*without, said(role, ready=True)])["both_ready"].state == "met"
    assert judged([*lines_before_the_dose(), said(role, ready=False)])["both_ready"].state == "not met"
    both = [*lines_before_the_dose(), said(role, ready=False), said(role, ready=True)]
    assert judged(both)["both_ready"].state == "met"


def test_nobody_else_can_say_it_for_them() -> None:
    without = [line for line in lines_before_the_dose() if (line.form, line.role) != ("session_ready", "participant")]
    assert judged([*without, said("co_therapist", ready=True)])["both_ready"].state == "unknown"


def test_who_has_no_page_says_it_in_person_to_somebody_named_and_never_over_their_own_no() -> None:
    without = [line for line in lines_before_the_dose() if (line.form, line.role) != ("session_ready", "participant")]

    def told(ready: bool = True, alone: bool = True) -> Line:
        values = {"ready": ready, "alone": alone, "words": "As they said it"}
        return replace(said("coordinator", ready=True), form="session_ready_in_person", values=values)

    def state(*more: Line) -> str:
        return judged([*without, *more])["both_ready"].state

    assert state(told()) == "met"
    assert state(told(alone=False)) == state(told(), told(ready=False)) == "not met"
    assert state(said("participant", ready=False), told()) == "not met"
    assert state(said("participant", ready=True), told(ready=False)) == "not met"
    assert state(told(ready=False), said("participant", ready=True)) == "met"


@pytest.mark.requirement("CRL-13")
def test_a_result_that_is_significant_or_seven_weeks_old_keeps_the_dose_closed() -> None:
    significant = {"finding": "significant", "why": "Sodium"}
    assert judged(changed("result_review", **significant))["laboratory_reviewed"].state == "not met"
    old = [x for x in lines_before_the_dose() if not (x.form == "laboratory" and x.visit is None)]
    assert judged([x for x in old if x.form != "result_review"])["laboratory_reviewed"].state == "not met"


@pytest.mark.requirement("CRL-13")
def test_a_result_corrected_after_its_review_has_to_be_reviewed_again() -> None:
    lines = lines_before_the_dose()
    labs = next(x for x in lines if x.form == "laboratory" and x.visit is None)
    last = next(x.occurred_at for x in reversed(lines) if x.occurred_at)
    corrected = replace(
        labs, id=None, corrects=labs.id, reason="Slip", occurred_at=last, values={**labs.values, "sodium": 128.0}
    )
    assert judged([*lines, corrected])["laboratory_reviewed"].state == "not met"


@pytest.mark.requirement("CRL-13")
def test_each_abnormal_value_is_judged_and_a_significant_one_keeps_the_dose_closed() -> None:
    low = [
        replace(x, values={**x.values, "potassium": 3.2}) if x.form == "laboratory" and x.visit is None else x
        for x in lines_before_the_dose()
    ]
    assert judged(low)["values_judged"].state == "unknown"
    last = next(x.occurred_at for x in reversed(low) if x.occurred_at)
    values = {"about": "labs-1", "item": "potassium", "significant": False, "why": "Repeated, 3.6"}
    review = Line(participant="NO-01", form="value_review", role="physician", occurred_at=last, values=values)
    assert judged([*low, review])["values_judged"].state == "met"
    other = replace(review, values={**values, "item": "sodium"})
    assert judged([*low, other])["values_judged"].state == "unknown"
    significant = replace(review, values={**values, "significant": True})
    assert judged([*low, significant])["values_judged"].state == "not met"
    labs = next(x for x in low if x.id == "labs-1")
    again = replace(labs, id="labs-1b", corrects="labs-1", reason="Slip", occurred_at=last, values=labs.values)
    assert (
        judged([*low, review, replace(again, values={**labs.values, "potassium": 3.1})])["values_judged"].state != "met"
    )


@pytest.mark.parametrize(
    ("sex", "qtcf", "state"), [("female", 460, "met"), ("female", 461, "not met"), ("male", 451, "not met")]
)
def test_the_limit_of_qtc_is_that_of_the_sex(sex: str, qtcf: int, state: str) -> None:
    lines = [
        replace(x, values={**x.values, "sex": sex} if x.form == "demographics" else {**x.values, "qtcf": qtcf})
        if x.form in ("demographics", "ecg")
        else x
        for x in lines_before_the_dose()
    ]
    assert judged(lines)["qtc_in_limits"].state == state


@pytest.mark.requirement("CON-02")
@pytest.mark.parametrize(
    ("person", "kind"), [("therapist-1", "therapy"), ("co_therapist-1", "therapy"), ("physician-1", "license")]
)
def test_a_credential_that_has_run_out_keeps_the_dose_closed(person: str, kind: str) -> None:
    player = Player(MemoryStore(), STUDY, [line for line in lines_before_the_dose() if line.expect is None])
    list(player.play())
    records = player.trial.system_view().site_records("site-1")
    held = next(one for one in records if (one.values.get("person"), one.values.get("kind")) == (person, kind))
    player.also(
        Line(
            form="staff_credential",
            site="site-1",
            role="administrator",
            occurred_at=player.clock.now,
            values={**held.values, "expires_on": "2026-03-17"},
            corrects=held.id,
            reason="Read from the certificate",
        )
    )
    course = player.course("NO-01")
    assert course is not None
    gate = next(gate for gate in course.gates if gate.id == "authorize_dose")
    assert {one.id: one.state for one in gate.conditions}["credentials_in_date"] == "not met"


def test_a_positive_screen_waits_for_the_physician() -> None:
    lines = [
        replace(x, id="screen") if x.form == "drug_screen" and x.visit == "dosing" else x
        for x in changed("drug_screen", result="positive", found="Amphetamine")
    ]
    assert judged(lines)["drug_screen_settled"].state == "unknown"
    last = lines[-1].occurred_at or next(x.occurred_at for x in reversed(lines) if x.occurred_at)
    decision = Line(
        participant="NO-01",
        form="drug_screen_decision",
        role="physician",
        occurred_at=last,
        values={"about": "screen", "acceptable": True, "why": "Confirmed negative by the laboratory"},
    )
    assert judged([*lines, decision])["drug_screen_settled"].state == "met"
    by_therapist = replace(decision, role="therapist")
    assert judged([*lines, by_therapist])["drug_screen_settled"].state == "not met"


def test_the_studies_that_share_these_parts_have_the_same_lines() -> None:
    shared = {c.id: c for c in SHARED.gates["authorize_dose"].conditions if c.cleared_by}
    own = {c.id: c for c in STUDY.gates["authorize_dose"].conditions if c.cleared_by}
    assert shared == own


@pytest.mark.parametrize(
    ("readings", "state"),
    [
        ([("session_sodium", {"sodium": 134.0})], "not met"),
        ([("session_sodium", {"sodium": 134.0}), ("session_sodium", {"sodium": 136.0})], "met"),
        ([("session_sodium", {"sodium": {"missing": "not-performed"}})], "met"),
        (
            [("vitals", {"systolic": 120, "diastolic": 76, "heart_rate": 70, "temperature": 36.7, "spo2": 94})],
            "not met",
        ),
    ],
)
def test_a_value_beside_the_vital_signs_holds_the_first_dose_too(
    readings: list[tuple[str, dict[str, Any]]], state: str
) -> None:
    lines = [line for line in lines_before_the_dose() if line.expect is None]
    at = lines[-1].occurred_at
    who: dict[str, Any] = {"participant": "NO-01", "role": "physician", "occurred_at": at}
    place: dict[str, Any] = {"visit": "dosing", "cycle": 1}
    more = [Line(form=form, values=values, **who, **(place if form == "vitals" else {})) for form, values in readings]
    assert judged([*lines, *more])["no_value_holds"].state == state
