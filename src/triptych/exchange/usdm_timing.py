"""Visit windows as USDM timings: a value and the window around it in ISO 8601, with the document's words as labels."""

import re
from collections.abc import Mapping
from typing import Any

from triptych.exchange.usdm_parts import Term, Thing, coded, thing
from triptych.study.durations import days_text, parse_days
from triptych.study.errors import NotADuration

AFTER, BEFORE = Term("C201356", "After"), Term("C201357", "Before")
FIXED = Term("C201358", "Fixed Reference")
START_TO_START = Term("C201355", "Start to Start")
_ISO = re.compile(r"P(?:([0-9]{1,5})W)?(?:([0-9]{1,5})D)?(?:T0[HMS])?")
_BETWEEN = re.compile(r"between (.+) and (.+)")
_AROUND = re.compile(r"(.+) to (.+)")


def iso_days(text: str) -> str:
    """A duration of the document without its sign, in ISO 8601. Raises `NotADuration`.

    >>> iso_days("4 weeks"), iso_days("-7 days")
    ('P4W', 'P7D')
    """
    days = abs(parse_days(text))
    return f"P{days // 7}W" if "week" in text and days else f"P{days}D"


def days_of(iso: str) -> int | None:
    """The days of an ISO 8601 duration in weeks and days; none where it has another unit.

    >>> days_of("P4W"), days_of("P1M")
    (28, None)
    """
    match = _ISO.fullmatch(iso)
    if match is None or iso in ("P", "PT0H", "PT0M", "PT0S"):
        return None
    return 7 * int(match[1] or 0) + int(match[2] or 0)


def said(entry: Mapping[str, Any]) -> dict[str, Any]:
    """What USDM says of one timing of the document: type, value, window and their labels."""
    if entry.get("between"):
        opens, closes = entry["between"]
        start, label = opens, f"between {opens} and {closes}"
        lower, upper = "P0D", f"P{parse_days(closes) - parse_days(opens)}D"
    else:
        start = entry.get("target") or "0 days"
        lower = upper = label = ""
        if window := entry.get("window"):
            label = f"{window[0]} to {window[1]}"
            lower, upper = iso_days(window[0]), iso_days(window[1])
    window_of = {"windowLower": lower, "windowUpper": upper, "windowLabel": label} if label else {}
    kind = BEFORE if parse_days(start) < 0 else AFTER
    return {"type": kind, "value": iso_days(start), "valueLabel": start, **window_of}


def written(entry: Mapping[str, Any], ident: str, name: str, label: str, from_: str, to: str) -> Thing:
    """A `Timing` that places the instance `from_` relative to the instance `to`."""
    fields = said(entry)
    fields["type"] = coded(ident, "type", fields["type"])
    ends = {"relativeFromScheduledInstanceId": from_, "relativeToScheduledInstanceId": to}
    start = coded(ident, "relativeToFrom", START_TO_START)
    return thing("Timing", ident, name=name, label=label, relativeToFrom=start, **fields, **ends)


def fixed(ident: str, name: str, label: str, instance: str) -> Thing:
    """The anchor of a timeline: a fixed reference at one instance."""
    kind, start = coded(ident, "type", FIXED), coded(ident, "relativeToFrom", START_TO_START)
    ends = {"relativeFromScheduledInstanceId": instance, "relativeToScheduledInstanceId": instance}
    value = {"value": "P0D", "valueLabel": "Day of this visit"}
    return thing("Timing", ident, name=name, label=label, type=kind, relativeToFrom=start, **value, **ends)


def understood(kind: str, value: str, labels: tuple[str, str], lower: str, upper: str) -> dict[str, Any] | None:
    """The document's timing for what a USDM timing says; none where it is not said in whole days.

    The labels give the words only as long as they mean what value and window say.
    """
    days = days_of(value)
    ends = [days_of(lower), days_of(upper)] if lower or upper else []
    if days is None or None in ends or kind not in (AFTER.code, BEFORE.code):
        return None
    start = -days if kind == BEFORE.code else days
    worded = _worded(*labels, has_window=bool(ends))
    if worded is not None and _same(said(worded), start, ends):
        return worded
    if not ends:
        return {"target": days_text(start)}
    before, after = (int(end or 0) for end in ends)
    if _BETWEEN.fullmatch(labels[1]):
        return {"between": [days_text(start - before), days_text(start + after)]}
    window = ["0 days" if not before else days_text(-before), "0 days" if not after else f"+{days_text(after)}"]
    return {"target": days_text(start), "window": window}


def _worded(value: str, window: str, *, has_window: bool) -> dict[str, Any] | None:
    """What the labels alone say; none if they are no durations of the document."""
    between, around = _BETWEEN.fullmatch(window), _AROUND.fullmatch(window)
    entry: dict[str, Any] = {"target": value}
    if has_window and between:
        entry = {"between": [between[1], between[2]]}
    elif has_window and around:
        entry["window"] = [around[1], around[2]]
    try:
        return entry if said(entry) else None
    except NotADuration:
        return None


def _same(fields: Mapping[str, object], start: int, ends: list[int | None]) -> bool:
    days = days_of(str(fields["value"])) or 0
    own = [days_of(str(fields[name])) for name in ("windowLower", "windowUpper") if name in fields]
    return (-days if fields["type"] == BEFORE else days) == start and own == ends
