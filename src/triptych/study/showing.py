"""The schedule of activities, as the table a protocol reader knows."""

from collections.abc import Iterator
from textwrap import shorten, wrap
from typing import NamedTuple

from triptych.study.durations import parse_days
from triptych.study.loading import Study
from triptych.study.visits import Timing, Visit


class Column(NamedTuple):
    """A visit (or a numbered series of visits): its heading, its window in words, and its forms."""

    id: str
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
    forms = (form for form in study.document.forms if form.id in placed)
    rows = tuple((form.id, form.title + _marked(f"forms.{form.id}.title", marks)) for form in forms)
    return Schedule(columns, rows)


def _columns(study: Study, marks: set[str]) -> Iterator[Column]:
    phases = {phase.id: phase.title for phase in study.document.phases}
    series: dict[str, list[Visit]] = {}
    for visit in study.document.visits:
        series.setdefault(_stem(visit), []).append(visit)
    for stem, visits in series.items():
        first, path = visits[0], f"visits.{stem}"
        title = first.title if first.series is None else f"{first.title.removesuffix(' 1')} ×{len(visits)}"
        doubtful = {_marked(f"{path}.title", marks), _marked(f"{path}.source", marks), _within(f"{path}.series", marks)}
        yield Column(
            stem,
            phases[first.phase] + _marked(f"phases.{first.phase}.title", marks),
            ", ".join(first.labels) + (_within(f"{path}.labels", marks) if first.labels else ""),
            title + max(doubtful),
            _window(study, visits, marks, stem),
            _cells(first, marks, stem),
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


def _within(path: str, marks: set[str]) -> str:
    """A question mark where a field, anything in it, or a part that it stands in is unconfirmed."""
    return "?" if any(mark.startswith(f"{path}.") for mark in marks) else _marked(path, marks)


def _window(study: Study, visits: list[Visit], marks: set[str], stem: str) -> str:
    texts = []
    for number, timing in enumerate(visits[0].timing):
        last = visits[-1].timing[number]
        text = timing_text(study, timing) if len(visits) == 1 else f"{_span(timing, last)} {_from(study, timing)}"
        texts.append(text + _within(f"visits.{stem}.timing.{number}", marks))
    return "; ".join(texts)


def timing_text(study: Study, timing: Timing) -> str:
    """A timing in words: `4 weeks ± 7 days after Dosing`."""
    if timing.between is not None:
        return f"{timing.between[0]} to {timing.between[1]} {_from(study, timing)}"
    early, late = timing.window
    ends = parse_days(early), parse_days(late)
    if ends == (0, 0):
        around = ""
    elif ends[0] == -ends[1]:
        around = f" ± {late.lstrip('+')}"
    else:
        around = f" {_signed(early)}/{_signed(late)}"
    return f"{timing.target}{around} {_from(study, timing)}"


def _signed(text: str) -> str:
    days = parse_days(text)
    return f"{'−' if days < 0 else '+' if days > 0 else ''}{text.lstrip('+-')}"


def _span(first: Timing, last: Timing) -> str:
    """From the earliest day of a series to its latest."""
    start = first.target or (first.between or ("", ""))[0]
    return f"{start} to {last.target or (last.between or ('', ''))[1]}"


def _from(study: Study, timing: Timing) -> str:
    anchor = " or ".join(study.visits[name].title for name in (timing.anchor, *timing.or_last))
    if timing.or_last:
        return f"after the last {anchor}"
    return f"after {anchor} of the cycle before" if timing.previous else f"after {anchor}"


def _cells(visit: Visit, marks: set[str], stem: str) -> dict[str, str]:
    found = {}
    for number, placement in enumerate(visit.forms):
        mark = _within(f"visits.{stem}.forms.{number}", marks)
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
    count = len(study.unconfirmed)
    lines = [f"\n{count} unconfirmed field{'' if count == 1 else 's'} (training only until confirmed):"]
    lines += [f"  {f'{mark.file}:{mark.line}  ' if mark.file else ''}{mark.path}" for mark in study.unconfirmed]
    return "\n".join(lines)
