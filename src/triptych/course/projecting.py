"""The course of a study to scale: on which days after the first visit each visit would fall, if all went as planned."""

from datetime import date
from typing import NamedTuple

from triptych.course.schedule import Slot, Timeline, slots
from triptych.study import Panel, Study

START = date(2000, 1, 1)


class Span(NamedTuple):
    """Days after the first visit, both included; `target` is the ideal day where there is one."""

    visit: str
    title: str
    cycle: int | None
    panel: Panel
    opens: int
    closes: int
    target: int | None


def projected(study: Study) -> tuple[Span, ...]:
    """Every visit that can be projected, in protocol order; the visits of a series as one span."""
    found: dict[tuple[str, int | None], Span] = {}
    places = slots(study)
    timeline = Timeline(study, {places[0].key: START} if places else {}, ())
    for slot in places:
        span = _span(timeline, slot)
        if span is None:
            continue
        name = span.visit, span.cycle
        before = found.get(name)
        found[name] = span if before is None else before._replace(closes=span.closes, target=None)
    return tuple(found.values())


def _span(timeline: Timeline, slot: Slot) -> Span | None:
    stem, title = slot.visit.id, slot.visit.title
    if slot.visit.series is not None:
        stem, title = stem.rpartition("_")[0], title.rpartition(" ")[0]
    if slot.key in timeline.actual:
        return Span(stem, title, slot.cycle, slot.panel, 0, 0, 0)
    window = timeline.window(slot.key)
    if window is None:
        return None
    opens, closes = (window.opens - START).days, (window.closes - START).days
    target = (window.target - START).days if window.target else None
    return Span(stem, title, slot.cycle, slot.panel, opens, closes, target)
