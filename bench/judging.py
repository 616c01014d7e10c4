"""Judging a gate of 12 conditions, beside plain Python and beside Google's CEL engine (C++) on the same facts."""

from collections.abc import Callable, Mapping
from datetime import UTC, timedelta
from itertools import takewhile
from typing import Any

import cel_expr_python.cel as google

from bench.measuring import Row, median, spent
from bench.participants import NAME, Participant, participant
from triptych.course import Fold, GateState
from triptych.ledger.library import knowledge
from triptych.rules import BOOL, INT, NUMBER, TEXT, Context, ListOf, RecordOf, Rule, Type, compile_rule, evaluate

Facts = Mapping[str, Any]
GATES = 2000
ROUNDS = 9
FORBIDDEN = ["phenelzine", "lithium", "sertraline"]

CONDITIONS: Mapping[str, Callable[[Facts], bool]] = {
    'consent.agreed && course.treatment == "active"': lambda f: (
        f["consent"]["agreed"] and f["course"]["treatment"] == "active"
    ),
    'course.enrollment == "enrolled" && baseline.still_eligible': lambda f: (
        f["course"]["enrollment"] == "enrolled" and f["baseline"]["still_eligible"]
    ),
    "team.first != team.second": lambda f: f["team"]["first"] != f["team"]["second"],
    "vitals.systolic <= 140": lambda f: f["vitals"]["systolic"] <= 140,
    "vitals.diastolic <= 90": lambda f: f["vitals"]["diastolic"] <= 90,
    "vitals.heart_rate <= 100": lambda f: f["vitals"]["heart_rate"] <= 100,
    "vitals.temperature <= 37.5": lambda f: f["vitals"]["temperature"] <= 37.5,
    'demographics.childbearing_potential == false || pregnancy_test.result == "negative"': lambda f: (
        f["demographics"]["childbearing_potential"] is False or f["pregnancy_test"]["result"] == "negative"
    ),
    '!medicine.exists(m, m.ongoing && m.name in ["phenelzine", "lithium", "sertraline"])': lambda f: (
        not any(m["ongoing"] and m["name"] in FORBIDDEN for m in f["medicine"])
    ),
    "cssrs.ideation < 4 && cssrs.behavior == false": lambda f: (
        f["cssrs"]["ideation"] < 4 and f["cssrs"]["behavior"] is False
    ),
    'filing.part == "initial" ? filing.amount <= course.dose_maximum : filing.amount <= course.dose_supplemental': (
        lambda f: (
            f["filing"]["amount"]
            <= (f["course"]["dose_maximum"] if f["filing"]["part"] == "initial" else f["course"]["dose_supplemental"])
        )
    ),
    "!study.paused && !site.paused": lambda f: not f["study"]["paused"] and not f["site"]["paused"],
}
"""Conditions such as stand in front of a dose, in words that all three understand."""

FACTS: Facts = {
    "consent": {"agreed": True},
    "course": {"treatment": "active", "enrollment": "enrolled", "dose_maximum": 80.0, "dose_supplemental": 40.0},
    "baseline": {"still_eligible": True},
    "team": {"first": "therapist-1", "second": "therapist-2"},
    "vitals": {"systolic": 122, "diastolic": 78, "heart_rate": 72, "temperature": 36.7},
    "demographics": {"childbearing_potential": True},
    "pregnancy_test": {"result": "negative"},
    "medicine": [{"name": name, "ongoing": False} for name in ("sertraline", "cetirizine", "ibuprofen")],
    "cssrs": {"ideation": 0, "behavior": False},
    "filing": {"part": "initial", "amount": 80.0},
    "study": {"paused": False},
    "site": {"paused": False},
}


def rows(scale: float) -> list[Row]:
    """The conditions alone, and a gate of the Norway study on a participant's whole ledger."""
    assert len(CONDITIONS) == 12
    return [_conditions(max(200, int(GATES * scale))), _whole()]


def _conditions(count: int) -> Row:
    ours, python, cel = _ours(), _python, _cel()
    assert ours(FACTS) == python(FACTS) == cel(FACTS) == [True] * 12
    spans = {judge: [] for judge in (ours, python, cel)}
    for _ in range(ROUNDS):
        for judge, found in spans.items():
            found.append(spent(lambda judge=judge: [judge(FACTS) for _ in range(count)]))
    each, beside, google_each = (1e6 * median(found).cpu / count for found in spans.values())
    return Row(
        "judge 12 conditions, facts at hand",
        f"{each:.1f} µs CPU",
        f"plain Python {beside:.1f} µs ({each / beside:.1f}×); Google's CEL {google_each:.1f} µs"
        f" ({each / google_each:.2f}×)",
        "",
        None,
    )


def _ours() -> Callable[[Facts], list[object]]:
    names = {name: _type(name, fact) for name, fact in FACTS.items()}
    rules: list[Rule] = [compile_rule(text, names, expects=BOOL) for text in CONDITIONS]
    context = Context(UTC)
    return lambda facts: [evaluate(rule, facts, context) for rule in rules]


def _type(path: str, fact: object) -> Type:
    match fact:
        case dict():
            return RecordOf(path, {key: _type(f"{path}.{key}", value) for key, value in fact.items()})
        case list():
            return ListOf(_type(path, fact[0]))
        case _:
            return {bool: BOOL, int: INT, float: NUMBER, str: TEXT}[type(fact)]


def _python(facts: Facts) -> list[object]:
    return [condition(facts) for condition in CONDITIONS.values()]


def _cel() -> Callable[[Facts], list[object]]:
    types = {dict: google.Type.Map(google.Type.STRING, google.Type.DYN), list: google.Type.LIST}
    env = google.NewEnv(variables={name: types[type(fact)] for name, fact in FACTS.items()})
    compiled = [env.compile(text) for text in CONDITIONS]

    def judge(facts: Facts) -> list[object]:
        activation = env.Activation(facts)
        return [one.eval(activation).value() for one in compiled]

    return judge


def _whole() -> Row:
    """Fold the participant as the first dose is to be authorized, and judge its gate on the whole ledger."""
    whole = participant()
    before = len(list(takewhile(lambda record: record.form != "dose_authorization", whole.records)))
    at = whole.until(before)
    state = _judged(at)
    assert state.decision == "open"
    found = median([spent(lambda: _judged(at)) for _ in range(51)])
    return Row(
        f"fold {before} records and judge the Norway study's {len(state.conditions)} conditions for a dose",
        f"{1e3 * found.cpu:.2f} ms CPU",
        "",
        "",
        None,
    )


def _judged(at: Participant) -> GateState:
    fold = Fold(at.study, NAME, at.records, at.setting, knowledge(), at.now + timedelta(minutes=1))
    return fold.gate("authorize_dose", 1, {"part": "initial", "amount": 80, "kit": "K-001"})
