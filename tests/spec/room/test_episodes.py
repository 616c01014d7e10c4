"""Effects as episodes, and the questions about them: small records in, what stands out."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import Struct

from triptych.course import Entries, Record
from triptych.course.episodes import episodes, episodes_of
from triptych.course.prompts import slots, windows
from triptych.study.session_room import Prompt, PromptRules, PromptWindow, Scale

DOSE = datetime(2026, 3, 4, 9, tzinfo=UTC)
ASKS = tuple(Prompt(kind=kind, text="?") for kind in ("euphoria", "abnormal"))
RULES = PromptRules(open="?", asks=ASKS, windows=(PromptWindow(opens=60, closes=90),))


class Told(Struct, frozen=True, kw_only=True):
    id: str
    form: str
    values: Mapping[str, Any]
    occurred_at: datetime
    current: bool = True
    status: str = "filed"

    @property
    def root(self) -> str:
        return self.id.partition("'")[0]


def at(minutes: float) -> datetime:
    return DOSE + timedelta(minutes=minutes)


def told(minutes: float, form: str, values: dict[str, Any], name: str = "", **more: Any) -> Told:
    return Told(id=name or f"{form}-{minutes}", form=form, values=values, occurred_at=at(minutes), **more)


def effect(minutes: float = 40, **values: Any) -> Told:
    return told(minutes, "effect", {"kind": "euphoria", **values}, "e")


def change(minutes: float, what: str, **values: Any) -> Told:
    return told(minutes, "effect_change", {"about": "e", "change": what, **values})


@pytest.mark.requirement("CRL-01")
@pytest.mark.requirement("CRL-04")
def test_a_welcome_euphoria_is_an_episode_with_onset_peak_and_end() -> None:
    told_ = [
        effect(intensity="mild", valence="welcome"),
        change(80, "changed", intensity="strong"),
        change(200, "ended"),
    ]
    (one,) = episodes(told_)
    assert (one.kind, one.onset, one.ended, one.peak) == ("euphoria", at(40), at(200), "strong")
    assert one.duration == timedelta(minutes=160)


@pytest.mark.requirement("CRL-04")
@pytest.mark.parametrize(
    ("later", "is_open"),
    [
        ([], True),
        ([change(60, "ended")], False),
        ([change(60, "ended"), change(70, "changed")], True),  # seen again after its end
        ([told(60, "effect_change", {"about": "e", "change": "ended"}, status="held")], True),
        ([told(60, "effect_change", {"about": "e", "change": "ended"}, current=False)], True),
        ([change(30, "ended")], True),  # an end before the onset
        ([told(60, "effect_change", {"about": "another", "change": "ended"})], True),
    ],
)
def test_an_episode_is_open_until_a_record_that_counts_says_that_it_has_ended(later: list[Told], is_open: bool) -> None:
    assert episodes([effect(), *later])[0].is_open is is_open


def test_an_end_that_names_a_corrected_effect_ends_it_and_what_nobody_said_stays_unknown() -> None:
    old = told(40, "effect", {"kind": "anxiety"}, "e", current=False)
    new = told(40, "effect", {"kind": {"missing": "unknown"}, "impairing": {"missing": "not-asked"}}, "e'2")
    (one,) = episodes([old, new, told(90, "effect_change", {"about": "e'2", "change": "ended"})])
    assert (one.id, one.kind, one.intensity, one.impairing, one.ended) == ("e", None, None, None, at(90))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(41, 400), st.sampled_from(["changed", "ended"])), max_size=8), st.randoms())
def test_the_order_of_arrival_changes_no_episode(later: list[tuple[int, str]], mixed: Any) -> None:
    distinct = dict(later)
    records = [effect(), *(change(minute, what) for minute, what in distinct.items())]
    once = episodes(records)
    mixed.shuffle(records)
    assert episodes(records) == once
    assert once[0].is_open is (not distinct or distinct[max(distinct)] == "changed")


def asked(minutes: float, kind: str, answer: str = "nothing") -> Told:
    return told(minutes, "session_prompt", {"window": 60, "kind": kind, "answer": answer}, f"{kind}-{minutes}")


ALL = [asked(70, "open"), asked(71, "euphoria"), asked(72, "abnormal")]


@pytest.mark.requirement("CRL-01")
@pytest.mark.parametrize(
    ("records", "now", "status", "left"),
    [
        ([], 30, "ahead", 3),
        ([], 75, "open", 3),
        ([], 91, "gap", 3),
        (ALL, 91, "answered", 0),
        (ALL[:1], 91, "gap", 2),  # begun and not done
        ([asked(70, "open", "deferred")], 91, "deferred", 3),  # the participant was inward: no miss
        ([asked(95, "open", "deferred")], 96, "gap", 3),  # put off only after it had passed
        ([asked(95, "open"), asked(95, "euphoria"), asked(95, "abnormal")], 96, "gap", 0),
        ([asked(70, "open", "deferred"), *(asked(95, k) for k in ("open", "euphoria", "abnormal"))], 96, "answered", 0),
        ([asked(59, "open")], 59.5, "ahead", 3),
    ],
)
def test_a_window_that_passed_with_neither_answer_nor_deferral_is_a_gap(
    records: list[Told], now: float, status: str, left: int
) -> None:
    (window,) = windows(RULES, [DOSE], records)
    assert (window.status(at(now)), len(window.left)) == (status, left)
    assert window.left == ("open", "euphoria", "abnormal")[3 - left :]


def test_a_scale_is_answered_within_a_quarter_of_an_hour_and_its_baseline_by_what_came_before_the_dose() -> None:
    scale = Scale(form="session_distress", title="Distress", at=(-30, 60, 120), counts=("session_arrival",))
    records = [told(-100, "session_arrival", {"distress": 3}), told(74, "session_distress", {"level": 4})]
    found = [slot.record for slot in slots((scale,), [DOSE], records)]
    assert found == [
        "session_arrival--100",
        "session_distress-74",
        None,
    ]


def test_what_counts_from_the_last_dose_begins_anew_with_the_supplement_and_what_had_begun_stays() -> None:
    rules = PromptRules(
        open="What do you notice?",
        asks=RULES.asks,
        windows=(PromptWindow(opens=60, closes=90, anchor="last_dose"), PromptWindow(opens=120, closes=150)),
    )
    scale = Scale(form="session_distress", title="Distress", at=(-30, 30, 100), anchor="last_dose")

    def opened(*doses: int, said: list[Told] = ALL) -> list[tuple[datetime, int]]:
        return [(one.opens, len(one.left)) for one in windows(rules, [at(minute) for minute in doses], said)]

    def due(*doses: int) -> list[datetime]:
        return [one.at for one in slots((scale,), [at(minute) for minute in doses], [])]

    assert opened(0) == [(at(60), 0), (at(120), 3)]
    assert due(0) == [at(-30), at(30), at(100)]
    # The window of the first dose was answered; that of the supplemental one asks again, and has its own answers.
    assert opened(0, 95) == [(at(60), 0), (at(120), 3), (at(155), 3)]
    assert opened(0, 95, said=[*ALL, asked(155, "open")])[2] == (at(155), 2)
    assert due(0, 95) == [at(-30), at(30), at(125), at(195)]
    assert opened(0, 50) == [(at(110), 3), (at(120), 3)]


def record(position: int, form: str, values: dict[str, Any], **more: Any) -> Record:
    known = {"stream": "participant:P-1", "previous": "", "actor": "t", "role": "therapist", "document": "d"}
    times = {"occurred_at": at(position), "recorded_at": at(position)}
    return Record(position=position, id=f"r{position}", form=form, values=values, **known, **times, **more)


@pytest.mark.requirement("CRL-04")
def test_a_gate_reads_the_same_episodes_and_an_end_entered_in_error_ends_nothing() -> None:
    begun = record(1, "effect", {"kind": "dissociation"})
    ended = record(3, "effect_change", {"about": "r2", "change": "ended"})
    corrected = record(2, "effect", {"kind": "impairment"}, corrects="r1", reason="wrong button")
    (one,) = episodes_of(Entries([begun, corrected, ended]))
    assert (one.id, one.kind, one.is_open) == ("r1", "impairment", False)
    void = record(4, "entered_in_error", {"about": "r3"})
    assert episodes_of(Entries([begun, corrected, ended, void]))[0].is_open
