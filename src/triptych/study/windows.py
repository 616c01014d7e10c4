"""Whether every visit can be reached from the start of the course, and every window be met."""

from collections.abc import Iterator
from typing import NamedTuple

from triptych.study.durations import parse_days
from triptych.study.errors import NotADuration
from triptych.study.references import References
from triptych.study.visits import Timing, Visit

STILL = ("0 days", "0 days")
MAX_REPEATS = 50


class Place(NamedTuple):
    """A visit in one of its cycles; the cycle is none where the visit stands once."""

    visit: str
    cycle: int | None

    def __str__(self) -> str:
        return self.visit if self.cycle is None else f"{self.visit}.{self.cycle}"


def check_windows(refs: References) -> None:
    """Report timings that name no visit, count from themselves, open after they close, or fit no cycle."""
    for visit in refs.written:
        for number, timing in enumerate(visit.timing):
            _timing(refs, visit, timing, f"visits.{visit.id}.timing.{number}")
        _cycles(refs, visit)
    if refs.written and all(visit.timing for visit in refs.written) and not refs.lost.any_of("visits"):
        message, hint = "Every visit counts from another, so none can be the first.", "Leave out `timing` of the first."
        refs.say("visits", "no_start", message, hint)
    elif len(refs.visits) == len(refs.document.visits):
        _reach(refs)


def _timing(refs: References, visit: Visit, timing: Timing, path: str) -> None:
    hint = 'Write `target: 4 weeks` or `between: ["2 weeks", "6 weeks"]`.'
    if (timing.target is None) == (timing.between is None):
        refs.say(path, "target_or_between", "A timing has either a target or two days to stand between.", hint)
    elif timing.between is not None and timing.window != STILL:
        message = "A window stands around a target, and here stand two days."
        refs.say(f"{path}.window", "target_or_between", message, "Take out `window`, or write `target`.")
    else:
        _days(refs, timing, path)
    if timing.anchor == visit.id and not timing.previous:
        message, hint = f"{visit.id!r} counts from itself.", "Name another visit, or in a cycle `previous: true`."
        refs.say(f"{path}.anchor", "own_anchor", message, hint)
        return
    for number, other in enumerate(timing.or_last):
        refs.refer(other, refs.visits, "visit", f"{path}.or_last.{number}")
    if timing.or_last and visit.cycle is not None and visit.cycle in _cycles_of(refs, timing):
        message = "Within a cycle a visit counts from one visit of its own turn."
        refs.say(
            f"{path}.or_last", "last_within_cycle", message, "Take it out, or count from visits outside the cycle."
        )
    known = refs.refer(timing.anchor, refs.visits, "visit", f"{path}.anchor")
    if known and timing.previous and (visit.cycle is None or refs.visits[timing.anchor].cycle != visit.cycle):
        message = "`previous` counts from a visit of the same cycle, one turn earlier."
        refs.say(path, "no_previous", message, "Take it out, or name a visit of this cycle.")


def _cycles_of(refs: References, timing: Timing) -> set[str | None]:
    return {refs.visits[name].cycle for name in (timing.anchor, *timing.or_last) if name in refs.visits}


def _days(refs: References, timing: Timing, path: str) -> None:
    try:
        opens, closes = window_days(timing)
    except NotADuration as error:
        hint = 'Windows are counted in days: write "28 days" or "4 weeks".'
        refs.say(path, "duration", str(error).partition(". ")[0] + ".", hint)
        return
    if opens > closes:
        message = f"The window opens on day {opens} and closes on day {closes}."
        refs.say(path, "window_reversed", message, "Write the earlier end first.")
    elif timing.target is not None and not opens <= parse_days(timing.target) <= closes:
        message, hint = "The target lies outside its own window.", 'Write it around the target: ["-7 days", "+7 days"].'
        refs.say(path, "target_outside", message, hint)
    elif closes < 0:
        message = f"The window closes {-closes} days before what it counts from, so it is over before it is known."
        refs.say(path, "window_past", message, "Count from an earlier visit.")


def window_days(timing: Timing) -> tuple[int, int]:
    """The first and last day of a timing, counted from its anchor. Raises `NotADuration`."""
    if timing.between is not None:
        return parse_days(timing.between[0]), parse_days(timing.between[1])
    target = parse_days(timing.target or "0 days")
    return target + parse_days(timing.window[0]), target + parse_days(timing.window[1])


def _cycles(refs: References, visit: Visit) -> None:
    """A visit has one timing for each of its cycles, or none at all."""
    path = f"visits.{visit.id}.timing"
    if not visit.timing or (visit.cycle is not None and visit.cycle not in refs.cycles):
        return
    if visit.cycle is None:
        if len(visit.timing) > 1 or visit.timing[0].cycle is not None:
            message = "Only a visit of a cycle has timings for its first and its later cycles."
            refs.say(path, "timing_cycle", message, "Write one timing, without `cycle`.")
        return
    for name in ("first", "later") if refs.cycles[visit.cycle] > 1 else ("first",):
        fitting = [timing for timing in visit.timing if timing.cycle in (None, name)]
        if len(fitting) != 1:
            hint = "Write one timing for all, or one with `cycle: first` and one with `cycle: later`."
            refs.say(path, "timing_cycle", f"{len(fitting)} timings fit the {name} cycle, and one is wanted.", hint)
        elif name == "first" and fitting[0].previous:
            hint = "Write `cycle: later` beside `previous: true`, and another timing with `cycle: first`."
            refs.say(path, "no_previous", "There is no cycle before the first.", hint)


def _reach(refs: References) -> None:
    """Follow what each visit counts from, cycle by cycle, and report each ring once: it never begins."""
    seen: set[Place] = set()
    rings: set[frozenset[str]] = set()
    for place in _places(refs):
        way: dict[Place, None] = {}
        at: Place | None = place
        while at is not None and at not in seen:
            seen.add(at)
            way[at] = None
            at = _before(refs, at)
        if at not in way:
            continue
        ring = list(way)[list(way).index(at) :]
        visits = frozenset(one.visit for one in ring)
        if visits not in rings:
            shown = " → ".join(str(one) for one in [*ring, at])
            message = f"The visit is never reached, because these count from each other: {shown}."
            path = f"visits.{_written(refs, at.visit)}.timing"
            refs.say(path, "unreachable", message, "Let one of them count from an earlier visit.")
        rings.add(visits)


def _places(refs: References) -> Iterator[Place]:
    for visit in refs.visits.values():
        cycles = range(1, _turns(refs, visit.cycle) + 1) if visit.cycle else (None,)
        yield from (Place(visit.id, cycle) for cycle in cycles)


def _turns(refs: References, cycle: str) -> int:
    return min(refs.cycles.get(cycle, 1), MAX_REPEATS)


def _before(refs: References, place: Place) -> Place | None:
    """What a visit counts from; none at the start, or where its timing is wrong and has been reported."""
    visit = refs.visits[place.visit]
    which = "first" if place.cycle in (None, 1) else "later"
    timing = next((timing for timing in visit.timing if timing.cycle in (None, which)), None)
    anchor = refs.visits.get(timing.anchor) if timing else None
    if timing is None or anchor is None or (anchor.id == visit.id and not timing.previous):
        return None
    if anchor.cycle is None:
        return Place(anchor.id, None)
    if anchor.cycle != visit.cycle or place.cycle is None:
        return Place(anchor.id, _turns(refs, anchor.cycle))
    cycle = place.cycle - timing.previous
    return Place(anchor.id, cycle) if cycle else None


def _written(refs: References, visit: str) -> str:
    """The id under which a visit is written: that of its series where it belongs to one."""
    return visit.rpartition("_")[0] if refs.visits[visit].series is not None else visit
