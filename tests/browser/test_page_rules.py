"""What the page decides by itself: every test vector of the rules, and the alarms of random readings, as the server."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from random import Random
from typing import get_args

import msgspec
import pytest
from playwright.sync_api import Browser
from tests.spec.room.test_episodes import Told
from tests.spec.rules.vectors import FILE, VECTORS, names_of

from triptych.course.prompts import windows
from triptych.ledger.library import find_study
from triptych.rules import compile_rule, rule_to_json
from triptych.rules._types import type_to_json
from triptych.safety import Stated, extra_readings, questions, session_alarms, stated_in
from triptych.safety.alarms import Alarm, AlarmState, Closing, Reading, limit_alarms
from triptych.study import Limit
from triptych.study.session_room import Prompt, PromptRules, PromptWindow
from triptych.web.live.drawing import watched
from triptych.web.live.room import window_json
from triptych.web.templating import HERE

ASK = """
async ([source, text]) => {
  const rules = await import(URL.createObjectURL(new Blob([source], {type: "text/javascript"})));
  const { Missing, Listing, Day, Instant, RuleFault, evaluate, readExact } = rules;
  const read = (value, of) => {
    if (value === null || value === undefined) return null;
    if (of === "date") return new Day(value);
    if (of === "timestamp") return new Instant(value);
    if (of?.list) {
      const [items, unaffirmed] = Array.isArray(value) ? [value, []] : [value.items, value.unaffirmed];
      return new Listing(items.map((one) => read(one, of.list)), unaffirmed);
    }
    if (of?.record) return Object.fromEntries(Object.entries(value).map(([k, one]) => [k, read(one, of.fields[k])]));
    return value;
  };
  const written = (answer) => {
    if (answer instanceof Missing) return { missing: [...answer.paths].sort() };
    if (answer instanceof Day) return { answer: answer.text };
    if (answer instanceof Instant) return { instant: String(answer.value) };
    return { answer: typeof answer === "bigint" ? Number(answer) : answer };
  };
  return readExact(text).map(({ rule, facts, names, zone, holds }) => {
    const known = Object.fromEntries(Object.entries(facts).map(([k, v]) => [k, read(v, names[k])]));
    try {
      return written(evaluate(rule, known, { zone, holdsRole: holds && ((who, role) => holds[role].includes(who)) }));
    } catch (error) {
      if (error instanceof RuleFault) return { fault: true };
      return { broken: String(error.stack) };
    }
  });
}
"""


def test_the_page_answers_every_vector_as_the_server_does(browser: Browser) -> None:
    asked = [vector for vector in VECTORS if "problems" not in vector]
    sent = [
        {
            "rule": rule_to_json(compile_rule(vector["rule"], names_of(vector), gate=vector.get("gate", False))),
            "facts": vector.get("facts", {}),
            "names": {name: type_to_json(of) for name, of in names_of(vector).items()},
            "zone": vector.get("zone", "UTC"),
            "holds": vector.get("holds"),
        }
        for vector in asked
    ]
    page = browser.new_page()
    source = (HERE / "static" / "rules.js").read_text("utf-8")
    answers = page.evaluate(ASK, [source, json.dumps(sent)])
    page.close()
    wrong = {
        vector["about"]: (answer, expected)
        for vector, answer in zip(asked, answers, strict=True)
        if answer != (expected := _expected(vector))
    }
    assert wrong == {}
    assert len(answers) > 150
    assert FILE["vectors"] == VECTORS


def _expected(vector: dict[str, object]) -> dict[str, object]:
    if "fault" in vector:
        return {"fault": True}
    if "missing" in vector:
        return {"missing": sorted(vector["missing"])}
    return {"answer": vector["answer"]}


DECIDE = """
async ([source, cases]) => {
  const { limitAlarms } = await import(URL.createObjectURL(new Blob([source], {type: "text/javascript"})));
  return cases.map(({ of, readings, closings }) => limitAlarms(of, readings, closings));
}
"""
START = datetime(2026, 3, 2, 9, tzinfo=UTC)
LIMITS = (
    Limit(level="hold", over=140),
    Limit(level="withhold", at_least=160),
    Limit(level="notify", at_least=180),
    Limit(level="emergency", at_least=200),
    Limit(level="notify", under=85),
)


def test_page_and_server_decide_alike_over_random_readings(browser: Browser) -> None:
    chance = Random(6)
    cases = [_case(chance) for _ in range(400)]
    after, late = timedelta(minutes=5), timedelta(minutes=10)
    expected = [limit_alarms("sys", "Systolic", LIMITS, *case, after, late) for case in cases]
    limits = msgspec.to_builtins(LIMITS)
    of = {"about": "sys", "title": "Systolic", "limits": limits, "after": 300_000, "late": 600_000}
    page = browser.new_page()
    source = (HERE / "static" / "session-alarms.js").read_text("utf-8")
    sent = [{"of": of, "readings": _sent(readings), "closings": _sent(closings)} for readings, closings in cases]
    found = page.evaluate(DECIDE, [source, sent])
    page.close()
    assert found == [[_alarm(one) for one in alarms] for alarms in expected]
    assert {alarm["state"] for alarms in found for alarm in alarms} == set(get_args(AlarmState))


def _case(chance: Random) -> tuple[list[Reading], list[Closing]]:
    """Readings a few minutes apart, some missing, around the limits; and some closings of what they raise."""
    at, readings = START, []
    for number in range(chance.randrange(1, 14)):
        at += timedelta(minutes=chance.choice((1, 4, 5, 15)))
        value = chance.choice((None, 80.0, 84.9, 85.0, 120.0, 141.0, 159.5, 160.0, 165.0, 179.0, 180.0, 200.0, 230.0))
        readings.append(Reading(at, value, f"r{number}", chance.random() < 0.2))
    closings = [Closing(one.at + timedelta(minutes=chance.randrange(0, 30)), one.record) for one in readings]
    return readings, [one for one in closings if chance.random() < 0.3]


def _sent(times: Sequence[Reading | Closing]) -> list[dict[str, object]]:
    return [msgspec.structs.asdict(one) | {"at": one.at.timestamp() * 1000} for one in times]


def _alarm(alarm: Alarm) -> dict[str, object]:
    given = msgspec.structs.asdict(alarm)
    times = {"repeat_due": "repeatDue", "repeat_late": "repeatLate", "ended_at": "endedAt", "at": "at"}
    shown = {key: value for key, value in given.items() if key not in times}
    milliseconds = {new: given[old] and given[old].timestamp() * 1000 for old, new in times.items()}
    return {**shown, **milliseconds}


RECOGNIZE = """
async ([sources, given, cases]) => {
  const load = (source) => import(URL.createObjectURL(new Blob([source], {type: "text/javascript"})));
  const [alarming, { evaluate }, recognition] = await Promise.all(sources.map(load));
  const { sessionAlarms, extraReadings, questions, statedIn } = recognition;
  return cases.map(({ filed, closings }) => {
    const day = filed.map(({ at, record, form, values }) => {
      const is_signal = form === "session_signal";
      return { at, record, is_signal, facts: statedIn(given, { form: is_signal ? "vitals" : form, values }) };
    });
    const alarms = sessionAlarms(given, day, closings, 0, { ...alarming, evaluate });
    const extra = extraReadings(given, day, closings, alarming);
    const asking = Object.fromEntries(extra.map(({ about, at, record, due }) => [about, [at, record, due]]));
    return [alarms, questions(given.recognize, given, day, 0, evaluate).map((one) => one.id), asking];
  });
}
"""
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
STUDY = find_study("mdma-mdd-norway")
NUMBERS: dict[str, dict[str, tuple[object, ...]]] = {
    "vitals": {
        "systolic": (120, 160, 180),
        "diastolic": (80, 120),
        "spo2": (91, 97),
        "temperature": (0, 36.7, 38, 38.2, 38.5),
    },
    "session_signal": {"heart_rate": (112, 135), "spo2": (89, 93)},
    "session_sodium": {"sodium": (124, 134, 140)},
    "session_distress": {"level": (0, 9, 10, 10)},
    "session_drink": {"volume": (100, 200, {"missing": "unknown"})},
}
SIGNS = [item.id for item in STUDY.forms["session_signs"].items if item.type == "boolean"]


@pytest.mark.requirement("SAF-09")
def test_the_page_recognizes_what_the_server_recognizes_over_random_signs_and_readings(browser: Browser) -> None:
    chance = Random(11)
    cases = [_day(chance) for _ in range(150)]
    expected = []
    for filed, closings in cases:
        day = [
            Stated(at, record, stated_in(STUDY, form, values), form == "session_signal")
            for at, record, form, values in filed
        ]
        closed: dict[str, list[Closing]] = {}
        for about, one in closings:
            closed.setdefault(about, []).append(one)
        alarms = session_alarms(STUDY, day, closed, EPOCH)
        asked = [one.id for one in questions(STUDY, day, EPOCH)]
        extra = extra_readings(STUDY, day, closed)
        asking = {about: [_ms(one.at), one.record, _ms(one.due)] for about, one in extra.items()}
        expected.append([[_alarm(one) for one in alarms], asked, asking])
    sent = [
        {"filed": [_filed(*one) for one in filed], "closings": [_closed(*one) for one in closings]}
        for filed, closings in cases
    ]
    names = ("session-alarms.js", "rules.js", "session-recognition.js")
    page = browser.new_page()
    sources = [(HERE / "static" / name).read_text("utf-8") for name in names]
    found = page.evaluate(RECOGNIZE, [sources, json.loads(json.dumps(watched(STUDY))), sent])
    page.close()
    assert found == expected
    rung = {alarm["about"] for alarms, *_ in found for alarm in alarms}
    assert {rule.id for rule in STUDY.document.session.recognize} - rung == set()
    assert all(any(one[place] for one in found) for place in (1, 2))


def _ms(at: datetime) -> float:
    return at.timestamp() * 1000


def _filed(at: datetime, record: str, form: str, values: dict[str, object]) -> dict[str, object]:
    return {"at": at.timestamp() * 1000, "record": record, "form": form, "values": values}


def _closed(about: str, one: Closing) -> dict[str, object]:
    return {"about": about, "at": one.at.timestamp() * 1000, "record": one.record}


def _day(chance: Random) -> tuple[list[tuple[datetime, str, str, dict[str, object]]], list[tuple[str, Closing]]]:
    """What was filed in a session, some of it not measured or not examined, and closings of what it raises."""
    at, filed = EPOCH - timedelta(minutes=20), []
    for number in range(chance.randrange(1, 12)):
        at += timedelta(minutes=chance.choice((1, 5, 10, 15, 40)))
        form = chance.choice((*NUMBERS, *["session_signs"] * 2))
        some = {name: chance.choice(of) for name, of in NUMBERS.get(form, {}).items()}
        values = {name: value for name, value in some.items() if chance.random() < 0.8}
        if form == "session_signs":
            answers = (True, False, {"missing": "not-performed"})
            values = {sign: chance.choice(answers) for sign in chance.sample(SIGNS, chance.randrange(1, 6))}
        filed.append((at, f"r{number}", form, values))
    rules = STUDY.document.session
    assert rules is not None
    closings = [
        (about.id, Closing(one[0] + timedelta(minutes=chance.randrange(0, 30)), one[1]))
        for about in (*rules.watches, *rules.recognize)
        for one in filed
        if chance.random() < 0.2
    ]
    return filed, closings


PROMPTED = """
async ([source, cases]) => {
  const { withUnsent } = await import(URL.createObjectURL(new Blob([source], {type: "text/javascript"})));
  const asked = ({ left, begun, deferred }) => [left, begun, deferred];
  return cases.map(({ windows, unsent }) => withUnsent(windows, unsent).map(asked));
}
"""
WINDOWS = (PromptWindow(opens=60, closes=90, anchor="last_dose"), PromptWindow(opens=120, closes=150))
PROMPTS = PromptRules(open="?", asks=(Prompt(kind="euphoria", text="?"),), windows=WINDOWS)


def test_an_answer_that_waits_on_the_tablet_belongs_to_the_window_to_which_the_server_counts_it(
    browser: Browser,
) -> None:
    chance = Random(3)
    doses = [EPOCH, EPOCH + timedelta(minutes=95)]
    sent, expected = [], []
    for _ in range(60):
        said = [_answered(chance, number) for number in range(5)]
        none, counted = (windows(PROMPTS, doses, records) for records in ((), said))
        unsent = [
            {"record": {"form": "session_prompt", "values": dict(one.values), "occurred_at": one.occurred_at}}
            for one in said
        ]
        sent.append({"windows": [window_json(one) for one in none], "unsent": unsent})
        expected.append([[list(one.left), one.is_begun, one.is_deferred] for one in counted])
    page = browser.new_page()
    source = (HERE / "static" / "session-room.js").read_text("utf-8")
    found = page.evaluate(PROMPTED, [source, json.loads(json.dumps(sent, default=datetime.isoformat))])
    page.close()
    assert found == expected


def _answered(chance: Random, number: int) -> Told:
    answer = chance.choice(("nothing", "present", "deferred"))
    values = {"window": chance.choice((60, 120)), "kind": chance.choice(("open", "euphoria")), "answer": answer}
    at = EPOCH + timedelta(minutes=chance.randrange(50, 200))
    return Told(id=f"r{number}", form="session_prompt", values=values, occurred_at=at)
