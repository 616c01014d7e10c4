"""The schedule of activities, as the table a protocol reader knows."""

import re
from collections.abc import Iterator
from textwrap import shorten, wrap
from typing import NamedTuple

from triptych.study.loading import Study
from triptych.study.model import Timing, Visit


class Column(NamedTuple):
    """A visit (or a numbered series of visits): its heading, its window in words, and its forms."""

    phase: str
    label: str
    title: str
    window: str
    cells: dict[str, str]


class Schedule(NamedTuple):
    """Columns are visits in protocol order, rows are forms; a cell is `x`, `(x)` optional, with `?` unconfirmed."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[str, str], ...]


def schedule(study: Study) -> Schedule:
    """The schedule of activities of a study."""
    marks = {mark.path for mark in study.unconfirmed}
    columns = tuple(_columns(study, marks))
    placed = {form for column in columns for form in column.cells}
    rows = tuple((form.id, form.title) for form in study.document.forms if form.id in placed)
    return Schedule(columns, rows)


def _columns(study: Study, marks: set[str]) -> Iterator[Column]:
    phases = {phase.id: phase.title for phase in study.document.phases}
    series: dict[str, list[Visit]] = {}
    for visit in study.document.visits:
        series.setdefault(_stem(visit), []).append(visit)
    for stem, visits in series.items():
        first = visits[0]
        count = f" ×{len(visits)}" if len(visits) > 1 else ""
        title = re.sub(r" \d+$", "", first.title) if count else first.title
        window = _window(study, visits, marks, stem)
        yield Column(
            phases[first.phase], ", ".join(first.labels), f"{title}{count}", window, _cells(first, marks, stem)
        )


def _stem(visit: Visit) -> str:
    return visit.id.rpartition("_")[0] if visit.series is not None else visit.id


def _marked(path: str, marks: set[str]) -> str:
    """A question mark where a field, or a part that it stands in, is unconfirmed."""
    while path:
        if path in marks:
            return "?"
        path = path.rpartition(".")[0]
    return ""


def _window(study: Study, visits: list[Visit], marks: set[str], stem: str) -> str:
    texts = []
    for number, timing in enumerate(visits[0].timing):
        path = f"visits.{stem}.timing.{number}"
        inner = any(mark == path or mark.startswith(f"{path}.") for mark in marks)
        last = visits[-1].timing[number]
        text = timing_text(study, timing) if len(visits) == 1 else f"{_span(timing, last)} {_from(study, timing)}"
        texts.append(text + ("?" if inner or _marked(path, marks) else ""))
    return "; ".join(texts)


def timing_text(study: Study, timing: Timing) -> str:
    """A timing in words: `4 weeks ± 7 days after Dosing`."""
    if timing.between is not None:
        return f"{timing.between[0]} to {timing.between[1]} {_from(study, timing)}"
    earlier, later = (text.lstrip("+-") for text in timing.window)
    around = "" if earlier == later == "0 days" else f" ± {later}" if earlier == later else f" −{earlier}/+{later}"
    return f"{timing.target}{around} {_from(study, timing)}"


def _span(first: Timing, last: Timing) -> str:
    return (
        f"{first.target} to {last.target}"
        if first.target
        else f"{(first.between or ('', ''))[0]} to {(last.between or ('', ''))[1]}"
    )


def _from(study: Study, timing: Timing) -> str:
    anchor = study.visits[timing.anchor].title
    return f"after {anchor} of the cycle before" if timing.previous else f"after {anchor}"


def _cells(visit: Visit, marks: set[str], stem: str) -> dict[str, str]:
    found = {}
    for number, placement in enumerate(visit.forms):
        mark = _marked(f"visits.{stem}.forms.{number}", marks)
        found[placement.form] = ("x" if placement.required else "(x)") + mark
    return found


def render_text(study: Study, width: int) -> str:
    """The schedule in plain text, in as many blocks as the width needs, and every unconfirmed field."""
    table = schedule(study)
    head = max((len(title) for _, title in table.rows), default=10)
    head = min(head, max(20, width // 3))
    each = 16
    most = max(1, (width - head) // (each + 1))
    parts = [f"{study.document.title}\nVersion {study.document.version}, SHA-256 {study.digest}", ""]
    starts = range(0, len(table.columns), most)
    parts.extend(_block(table, table.columns[start : start + most], head, each) for start in starts)
    parts.append("x expected   (x) optional   ? unconfirmed by the source")
    parts.append(_unconfirmed(study))
    return "\n".join(parts)


def _block(table: Schedule, columns: tuple[Column, ...], head: int, each: int) -> str:
    rule = "─" * (head + len(columns) * (each + 1))
    lines = [rule, *_heading([column.phase for column in columns], head, each, repeat=False)]
    lines += _heading([column.label for column in columns], head, each)
    lines += _heading([column.title for column in columns], head, each)
    lines += [rule, *_heading([column.window or "–" for column in columns], head, each, first="Window"), rule]
    for form, title in table.rows:
        cells = [column.cells.get(form, "") for column in columns]
        if any(cells):
            row = shorten(title, head, placeholder="…").ljust(head)
            lines.append(row + "".join(f" {cell:^{each}}" for cell in cells).rstrip())
    return "\n".join([*lines, rule, ""])


def _heading(texts: list[str], head: int, each: int, first: str = "", *, repeat: bool = True) -> list[str]:
    shown = [text if repeat or number == 0 or text != texts[number - 1] else "" for number, text in enumerate(texts)]
    wrapped = [wrap(text, each) or [""] for text in shown]
    height = max(map(len, wrapped))
    lines = []
    for number in range(height):
        left = (first if number == 0 else "").ljust(head)
        lines.append(
            (left + "".join(f" {(one[number] if number < len(one) else ''):^{each}}" for one in wrapped)).rstrip()
        )
    return lines if any(line.strip() for line in lines) else []


def _unconfirmed(study: Study) -> str:
    if not study.unconfirmed:
        return "Every field is confirmed by its source."
    lines = [f"\n{len(study.unconfirmed)} unconfirmed fields (training only until they are confirmed):"]
    lines += [f"  {mark.file}:{mark.line}  {mark.path}" for mark in study.unconfirmed]
    return "\n".join(lines)
