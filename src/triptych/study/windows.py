"""Whether every visit can be reached from the start of the course, and every window be met."""

from collections.abc import Callable, Mapping

from triptych.study.durations import parse_days
from triptych.study.errors import NotADuration
from triptych.study.model import StudyDocument, Timing, Visit

Say = Callable[..., None]


def check_windows(document: StudyDocument, say: Say) -> None:
    """Report timings that name no visit, count from themselves, open after they close, or fit no cycle."""
    visits = {visit.id: visit for visit in document.visits}
    if document.visits and all(visit.timing for visit in document.visits):
        say(
            "visits",
            "no_start",
            "Every visit counts from another, so none can be the first.",
            "Leave out the timing of the first visit.",
        )
    for visit in document.visits:
        for number, timing in enumerate(visit.timing):
            _timing(visits, visit, timing, f"visits.{visit.id}.timing.{number}", say)
        _cycles(document, visit, say)
    _reach(visits, say)


def _timing(visits: Mapping[str, Visit], visit: Visit, timing: Timing, path: str, say: Say) -> None:
    if timing.anchor not in visits:
        say(
            path,
            "unknown_visit",
            f"There is no visit {timing.anchor!r} to count from.",
            "Name a visit of this document.",
        )
        return
    if (timing.target is None) == (timing.between is None):
        say(
            path,
            "target_or_between",
            "A timing has either a target or two days to stand between.",
            'Write `target: 4 weeks` or `between: ["2 weeks", "6 weeks"]`.',
        )
        return
    if timing.previous and (visit.cycle is None or visits[timing.anchor].cycle != visit.cycle):
        say(path, "no_previous", "`previous` is for visits of one cycle.", "Take it out.")
    if timing.anchor == visit.id and not timing.previous:
        say(path, "own_anchor", f"{visit.id!r} counts from itself.", "In a cycle, write `previous: true`.")
    _days(timing, path, say)


def _days(timing: Timing, path: str, say: Say) -> None:
    try:
        opens, closes = window_days(timing)
    except NotADuration as error:
        say(path, "duration", str(error))
        return
    if opens > closes:
        say(
            path,
            "window_reversed",
            f"The window opens on day {opens} and closes on day {closes}.",
            "Write the earlier end first.",
        )
    elif timing.target is not None and not opens <= parse_days(timing.target) <= closes:
        say(
            path,
            "target_outside",
            "The target lies outside its own window.",
            'Write the window around it: ["-7 days", "+7 days"].',
        )
    elif closes < 0:
        say(
            path,
            "window_past",
            f"The window closes {-closes} days before what it counts from.",
            "Count from an earlier visit.",
        )


def window_days(timing: Timing) -> tuple[int, int]:
    """The first and last day of a timing, counted from its anchor. Raises `NotADuration`."""
    if timing.between is not None:
        return parse_days(timing.between[0]), parse_days(timing.between[1])
    target = parse_days(timing.target or "0 days")
    return target + parse_days(timing.window[0]), target + parse_days(timing.window[1])


def _cycles(document: StudyDocument, visit: Visit, say: Say) -> None:
    """A visit of a cycle is timed for the first cycle and for later ones, or for none."""
    if not visit.timing:
        return
    limited = {timing.cycle for timing in visit.timing}
    if visit.cycle is None:
        if limited != {None} or len(visit.timing) > 1:
            say(
                f"visits.{visit.id}.timing",
                "timing_cycle",
                "Only a visit of a cycle has timings for first and later cycles.",
                "Write one timing.",
            )
        return
    repeats = next((cycle.repeats for cycle in document.cycles if cycle.id == visit.cycle), 1)
    needed = {"first", "later"} if repeats > 1 else {"first"}
    if None not in limited and not needed <= limited:
        missing = ", ".join(sorted(needed - {name for name in limited if name}))
        say(
            f"visits.{visit.id}.timing",
            "timing_cycle",
            f"The visit has no timing for {missing} cycles.",
            "Add one with `cycle: first` or `cycle: later`.",
        )
    first = [timing for timing in visit.timing if timing.cycle in (None, "first")]
    if any(timing.previous for timing in first):
        say(
            f"visits.{visit.id}.timing",
            "no_previous",
            "There is no cycle before the first.",
            "Say `cycle: later` beside `previous: true`.",
        )


def _reach(visits: Mapping[str, Visit], say: Say) -> None:
    """Follow anchors from every visit; a ring never begins. Also: a window that closes before its anchor can open."""
    for visit in visits.values():
        seen: list[str] = []
        at: Visit | None = visit
        while at is not None and at.timing:
            if at.id in seen:
                ring = " → ".join([*seen[seen.index(at.id) :], at.id])
                say(
                    f"visits.{visit.id}.timing",
                    "unreachable",
                    f"The visit is never reached: {ring} count from each other.",
                    "Let one count from an earlier visit.",
                )
                break
            seen.append(at.id)
            timing = next((t for t in at.timing if not t.previous), None)
            at = visits.get(timing.anchor) if timing else None
