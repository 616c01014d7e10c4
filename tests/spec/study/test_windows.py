"""Anchors, windows, cycles and series: what cannot be reached or met is reported before a trial runs on it."""

import msgspec
import pytest
from tests.spec.study.documents import BASE, FILE, changed, line_of, loaded, problems_of

from triptych.study import NotADuration, Timing, parse_days, parse_duration
from triptych.study.windows import window_days

FIRST = '      - {cycle: first, anchor: first, between: ["1 week", "3 weeks"]}\n'
LATER = '      - {cycle: later, anchor: dosing, previous: true, target: 4 weeks, window: ["-7 days", "+7 days"]}\n'
END = '      - {anchor: dosing, target: 8 weeks, window: ["-7 days", "+7 days"]}\n'
CALL = "    timing: [{anchor: dosing, target: 1 day}]\n"
SERIES = "series: {count: 3, every: 1 day}"
DOSING = "title: Dosing\n"

# What the place becomes, the code, what stands on the line reported, and part of what to write.
OF_THE_END = {
    "an anchor that is not there": ("anchor: dosin, target: 8 weeks", "unknown_visit", "dosin,", "dosing"),
    "an anchor that names a series": ("anchor: call, target: 8 weeks", "unknown_visit", "r: call,", "call_"),
    "neither target nor two days": ("anchor: dosing", "target_or_between", "{anchor: dosing}", "target: 4 weeks"),
    "a target and two days": (
        'anchor: dosing, target: 8 weeks, between: ["1 day", "2 days"]',
        "target_or_between",
        "8 weeks, b",
        "target: 4 weeks",
    ),
    "a window around two days": (
        'anchor: dosing, between: ["1 day", "2 days"], window: ["-1 day", "+1 day"]',
        "target_or_between",
        'window: ["-1',
        "Take out",
    ),
    "a target in hours": ("anchor: dosing, target: 36 hours", "duration", "36 hours", "28 days"),
    "a target of no time": ("anchor: dosing, target: two weeks", "duration", "two weeks", "28 days"),
    "a window of no time": ('anchor: dosing, target: 1 week, window: ["-7", "+7"]', "duration", '["-7"', "28 days"),
    "a window upside down": (
        'anchor: dosing, between: ["6 weeks", "2 weeks"]',
        "window_reversed",
        "6 weeks",
        "earlier",
    ),
    "a window that leaves out its target": (
        'anchor: dosing, target: 8 weeks, window: ["1 day", "7 days"]',
        "target_outside",
        '["1 day", "7',
        "-7 days",
    ),
    "a window over before its anchor": (
        'anchor: dosing, target: "-2 weeks", window: ["-7 days", "+7 days"]',
        "window_past",
        "-2 weeks",
        "earlier visit",
    ),
    "a visit that counts from itself": ("anchor: end, target: 1 day", "own_anchor", "anchor: end", "another visit"),
    "the cycle before of no cycle": (
        "anchor: dosing, target: 1 day, previous: true",
        "no_previous",
        "1 day, previous",
        "Take it out",
    ),
    "a first cycle of no cycle": (
        "anchor: dosing, target: 1 day, cycle: first",
        "timing_cycle",
        "timing:\n      - {anchor: dosing, target: 1 day, cycle",
        "one timing",
    ),
}
CASES = {
    "two timings outside a cycle": (END, 2 * END, "timing_cycle", "timing:\n" + END, "one timing"),
    "no timing for the first cycle": (FIRST, "", "timing_cycle", "timing:\n" + LATER, "cycle: first"),
    "no timing for later cycles": (LATER, "", "timing_cycle", "timing:\n" + FIRST, "cycle: later"),
    "two timings for the first cycle": (FIRST, 2 * FIRST, "timing_cycle", "timing:\n" + FIRST, "cycle: first"),
    "a timing for all beside one for later cycles": (
        FIRST,
        FIRST.replace("cycle: first, ", ""),
        "timing_cycle",
        "timing:\n" + FIRST.replace("cycle: first, ", ""),
        "cycle: later",
    ),
    "the cycle before the first": (
        FIRST,
        "      - {cycle: first, anchor: dosing, previous: true, target: 4 weeks}\n",
        "no_previous",
        "timing:\n      - {cycle: first, anchor: dosing",
        "cycle: later",
    ),
    "the cycle before, of a visit outside": (
        LATER,
        "      - {cycle: later, anchor: first, previous: true, target: 4 weeks}\n",
        "no_previous",
        "anchor: first, previous",
        "visit of this cycle",
    ),
    "a later cycle that waits for what waits for the last": (
        LATER,
        "      - {cycle: later, anchor: end, target: 4 weeks}\n",
        "unreachable",
        "timing:\n" + FIRST,
        "earlier visit",
    ),
    "a first visit that waits for the last": (
        "{id: first, title: First,",
        "{id: zero, title: Zero, phase: screening}\n"
        "  - {id: first, title: First, timing: [{anchor: end, target: 1 day}],",
        "unreachable",
        "{id: first, title: First,",
        "earlier visit",
    ),
    "no first visit": (
        "{id: first, title: First,",
        "{id: first, title: First, timing: [{anchor: end, target: 1 day}],",
        "no_start",
        "visits:\n",
        "Leave out",
    ),
    "a series of none": (SERIES, "series: {count: 0, every: 1 day}", "bad_series", "count: 0", "1 to 400"),
    "a series without end": (SERIES, "series: {count: 401, every: 1 day}", "bad_series", "count: 401", "1 to 400"),
    "a series on one day": (SERIES, "series: {count: 3, every: 0 days}", "bad_series", "every: 0", "1 day"),
    "a series in hours": (SERIES, "series: {count: 3, every: 24 hours}", "duration", "every: 24", "1 week"),
    "a series that counts from nothing": (CALL, "", "bad_series", SERIES, "timing"),
    "a series with a wrong target": (
        CALL,
        CALL.replace("1 day", "1 dya"),
        "duration",
        "1 dya",
        "28 days",
    ),
    "a series without a target": (
        CALL,
        CALL.replace(", target: 1 day", ""),
        "target_or_between",
        "timing: [{anchor: dosing}]",
        "target: 4 weeks",
    ),
}


@pytest.mark.parametrize(
    ("old", "new", "code", "at", "hint"),
    [*((END, f"      - {{{new}}}\n", *more) for new, *more in OF_THE_END.values()), *CASES.values()],
    ids=[*OF_THE_END, *CASES],
)
def test_a_timing_that_cannot_be_met_is_reported_once_where_it_stands(old, new, code, at, hint):
    text = changed(old, new)
    (found,) = problems_of(text)
    assert (found.code, found.file, found.line) == (code, FILE, line_of(text, at))
    assert hint in found.hint


def test_a_ring_is_named_with_the_cycles_in_which_it_closes():
    (found,) = problems_of(changed(LATER, "      - {cycle: later, anchor: end, target: 4 weeks}\n"))
    assert "dosing.2 → end → dosing.2" in found.message


def test_a_ring_within_a_cycle_is_reported_once_for_all_cycles():
    other = "  - {id: day_after, title: After, phase: treatment_phase, cycle: dosing_cycle,"
    other += " timing: [{anchor: dosing, target: 1 day}]}\n"
    text = changed(FIRST + LATER, "      - {anchor: day_after, target: 1 day}\n").replace(
        "forms:\n  - id: v", other + "forms:\n  - id: v"
    )
    (found,) = problems_of(text)
    assert (found.code, found.path) == ("unreachable", "visits.dosing.timing")
    assert "dosing.1 → day_after.1 → dosing.1" in found.message


@pytest.mark.requirement("PSY-10")
def test_repeated_dosing_and_follow_up_beyond_a_year_can_be_scheduled():
    text = changed("repeats: 2", "repeats: 3").replace("labels: [V1, V2]", "labels: [V1, V2, V3]")
    text = text.replace("target: 8 weeks", "target: 104 weeks")
    study = loaded(text)
    assert study.document.cycles[0].repeats == 3
    assert window_days(study.visits["end"].timing[0]) == (721, 735)


def test_a_visit_of_a_series_can_be_counted_from_and_belongs_to_no_ring():
    assert problems_of(changed(END, "      - {anchor: call_3, target: 8 weeks}\n")) == ()


def test_a_ring_through_a_series_is_reported_at_the_series():
    text = changed(CALL, CALL.replace("anchor: dosing", "anchor: end")).replace(END, END.replace("dosing", "call_1"))
    (found,) = problems_of(text)
    assert (found.code, found.line) == ("unreachable", line_of(text, CALL.replace("anchor: dosing", "anchor: end")))


def test_one_timing_may_stand_for_every_cycle():
    text = changed(FIRST + LATER, FIRST.replace("cycle: first, ", ""))
    assert problems_of(text) == ()


def test_series_are_written_out_as_numbered_visits_each_counted_later():
    calls = [visit for visit in loaded().document.visits if visit.id.startswith("call")]
    assert [(visit.id, visit.title) for visit in calls] == [
        ("call_1", "Call 1"),
        ("call_2", "Call 2"),
        ("call_3", "Call 3"),
    ]
    assert [window_days(visit.timing[0]) for visit in calls] == [(1, 1), (2, 2), (3, 3)]


def test_a_series_between_two_days_moves_both():
    text = changed(CALL, '    timing: [{anchor: dosing, between: ["1 day", "2 days"]}]\n')
    text = text.replace("every: 1 day", "every: 1 week")
    calls = [visit for visit in loaded(text).document.visits if visit.id.startswith("call")]
    assert [window_days(visit.timing[0]) for visit in calls] == [(1, 2), (8, 9), (15, 16)]


def test_all_series_together_stand_for_a_bounded_number_of_visits():
    series = "".join(
        f"  - {{id: s{number}, title: S, phase: screening, series: {{count: 400, every: 1 day}},"
        " timing: [{anchor: first, target: 1 day}]}\n"
        for number in range(13)
    )
    (found,) = problems_of(changed("forms:\n  - id: vitals", f"{series}forms:\n  - id: vitals"))
    assert (found.code, found.path) == ("bad_series", "visits.s12.series.count")


def test_a_cycle_that_repeats_a_billion_times_is_refused_at_once():
    (found,) = problems_of(changed("repeats: 2", "repeats: 1000000000"))
    assert (found.code, found.hint) == ("bad_number", "Write 1 to 50.")


# Days counted by hand from the texts.
@pytest.mark.parametrize(
    ("timing", "days"),
    [
        ({"target": "4 weeks", "window": ["-7 days", "+7 days"]}, (21, 35)),
        ({"target": "13 weeks", "window": ["-3 weeks", "+3 weeks"]}, (70, 112)),
        ({"target": "1 week", "window": ["-3 days", "+4 days"]}, (4, 11)),
        ({"target": "1 day"}, (1, 1)),
        ({"target": "0 days", "window": ["0 days", "+1 day"]}, (0, 1)),
        ({"between": ["2 weeks", "6 weeks"]}, (14, 42)),
        ({"between": ["-1 day", "+1 day"]}, (-1, 1)),
    ],
)
def test_a_window_is_counted_in_days_from_its_anchor(timing, days):
    assert window_days(msgspec.convert({"anchor": "dosing", **timing}, Timing)) == days


@pytest.mark.parametrize(
    ("text", "minutes", "days"),
    [
        ("4 weeks", 40_320, 28),
        ("1 week", 10_080, 7),
        ("-7 days", -10_080, -7),
        ("+7 days", 10_080, 7),
        ("1 day", 1_440, 1),
        ("24 hours", 1_440, None),
        ("90 minutes", 90, None),
        ("1 minute", 1, None),
        ("0 days", 0, 0),
    ],
)
def test_a_duration_is_read_and_has_days_only_where_it_is_written_in_days(text, minutes, days):
    duration = parse_duration(text)
    assert duration.span.total_seconds() == minutes * 60
    assert duration.days == days


NO_DURATIONS = ["", "4", "weeks", "4 week s", "4  weeks", " 4 weeks", "4.5 weeks", "4 months", "4 Weeks", "--4 days"]


@pytest.mark.parametrize("text", [*NO_DURATIONS, "4 weeks\n", "\u0664 days", "100000 days", "1e3 days"])
def test_what_is_no_duration_is_refused_with_an_example(text):
    with pytest.raises(NotADuration, match="Write weeks, days, hours or minutes"):
        parse_duration(text)


def test_days_are_not_read_from_hours():
    with pytest.raises(NotADuration, match='write "28 days" or "4 weeks"'):
        parse_days("24 hours")


def test_the_base_document_is_not_changed_by_these_tests():
    assert problems_of(BASE) == ()
