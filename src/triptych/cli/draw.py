"""The triptych in a terminal: three panels, preparation, medicine, integration, drawn from a course.

Status is always a shape and a word; colors follow the panels. Red, yellow and cyan belong to alarms.
"""

from collections.abc import Iterable

from rich import box
from rich.console import Group, RenderableType
from rich.panel import Panel as Frame
from rich.table import Table
from rich.text import Text

from triptych.course import Course, GateState, Planned, Window
from triptych.study import Study

PANELS = (
    ("preparation", "Preparation", "#7b8cde"),
    ("medicine", "Medicine", "#b784c7"),
    ("integration", "Integration", "#5fae9f"),
)
SHAPES = {
    "planned": ("○", "planned", "dim"),
    "open": ("◐", "open", "bold"),
    "done": ("●", "done", ""),
    "out_of_window": ("◆", "out of window", "bold"),
    "missed": ("✕", "missed", "bold"),
    "skipped": ("–", "skipped", "dim"),
    "hidden": ("▒", "not shown", "dim"),
}
GATES = {"open": ("▯", "open"), "closed": ("▮", "closed"), "undecided": ("▨", "cannot decide")}


def triptych(study: Study, course: Course, width: int) -> RenderableType:
    """The whole picture of a course: head, three panels, gates, what is asked, deviations."""
    parts: list[RenderableType] = [_head(study, course), _panels(course, width)]
    parts.extend(_below(course))
    return Group(*parts)


def _head(study: Study, course: Course) -> Text:
    phase = next((phase.title for phase in study.document.phases if phase.id == course.phase), "Ended")
    head = Text.assemble((course.participant, "bold"), "  ", study.document.title, ", version ", study.document.version)
    mark = "  training, not trial data" if course.training else ""
    now = f"{course.now:%-d %b %Y %H:%M %Z}"
    head.append(f"\n{now}   {phase}{_standing(course)}{mark}", style="dim")
    return head


def _standing(course: Course) -> str:
    changed = {change.axis: change.to for change in course.changes}
    shown = [f"{axis.replace('_', ' ')} {value.replace('_', ' ')}" for axis, value in changed.items()]
    return "".join(f"   {text}" for text in shown)


def _panels(course: Course, width: int) -> RenderableType:
    beside = width >= 3 * 36
    each = (width - 2) // 3 if beside else width
    frames = []
    for panel, title, color in PANELS:
        visits = [visit for visit in course.visits if visit.panel == panel]
        frames.append(
            Frame(_visits(visits), title=title, border_style=color, width=each, box=box.ROUNDED, padding=(0, 1))
        )
    if not beside:
        return Group(*frames)
    table = Table.grid(expand=False)
    table.add_row(*frames)
    return table


def _visits(visits: list[Planned]) -> RenderableType:
    if not visits:
        return Text("No visits here", style="dim")
    table = Table.grid(padding=(0, 1), expand=True)
    table.add_column(width=1)
    table.add_column(ratio=1, overflow="ellipsis", no_wrap=True)
    table.add_column(width=15, justify="right", no_wrap=True)
    for row in _folded(visits):
        table.add_row(*row)
    return table


def _folded(visits: list[Planned]) -> Iterable[tuple[Text, Text, Text]]:
    """One line a visit; a run of numbered contacts of a series in the same status becomes one line."""
    run: list[Planned] = []
    for visit in [*visits, None]:
        if run and (visit is None or not _same_run(run[-1], visit)):
            yield _row(run)
            run = []
        if visit is not None:
            run.append(visit)


def _same_run(one: Planned, other: Planned) -> bool:
    return one.series is not None and (one.series, one.status, one.cycle) == (other.series, other.status, other.cycle)


def _row(run: list[Planned]) -> tuple[Text, Text, Text]:
    visit = run[0]
    shape, _, style = SHAPES[visit.status]
    name = f"{visit.label} {visit.title}" if visit.label else visit.title
    if len(run) > 1:
        name = f"{name}–{run[-1].title.rpartition(' ')[2]}"
    if visit.cycle is not None and not visit.label:
        name = f"{name} ({visit.cycle})"
    return (
        Text(shape, style=style),
        Text(name, style=style),
        Text(_when(run), style="dim" if visit.actual is None else ""),
    )


def _when(run: list[Planned]) -> str:
    visit = run[0]
    if visit.actual is not None:
        return f"{visit.actual:%-d %b}" + (f"–{run[-1].actual:%-d %b}" if run[-1].actual and len(run) > 1 else "")
    if visit.status in ("missed", "skipped"):
        return SHAPES[visit.status][1]
    return window_text(visit.window, run[-1].window)


def window_text(window: Window | None, last: Window | None = None) -> str:
    """A window in few words; a projection carries a tilde."""
    if window is None:
        return "no day yet"
    end = (last or window).closes
    span = f"{window.opens:%-d %b}–{end:%-d %b}" if end != window.opens else f"{window.opens:%-d %b}"
    return span if window.firm else f"~{span}"


def _below(course: Course) -> Iterable[RenderableType]:
    yield _gates(course.gates)
    if course.alerts:
        yield _list("Alerts", [f"{alert.title} ({', '.join(alert.roles)})" for alert in course.alerts])
    tasks = [task for task in course.tasks if not task.id.startswith(("hold:", "file:"))]
    if tasks:
        yield _list("Tasks", [f"{task.title} ({', '.join(task.roles)}{_due(task.due)})" for task in tasks])
    if course.deviations:
        lines = [
            f"{d.what} [{d.classification or 'not classed'}{', entered' if d.entered else ''}]"
            for d in course.deviations
        ]
        yield _list("Deviations", lines)
    yield Text("○ planned  ◐ open  ● done  ◆ out of window  ✕ missed  – skipped  ~ projected", style="dim")


def _due(due: object) -> str:
    return f", due {due:%-d %b %H:%M}" if due else ""


def _gates(gates: Iterable[GateState]) -> Table:
    """One line a gate: its shape, its word, and the first condition that keeps it from being open."""
    table = Table.grid(padding=(0, 2), expand=True)
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True, overflow="ellipsis", style="dim", ratio=1)
    for gate in gates:
        shape, word = GATES[gate.decision]
        cycle = f", cycle {gate.cycle}" if gate.cycle else ""
        waiting = [condition for condition in gate.conditions if condition.state not in ("met", "at filing")]
        more = f" (and {len(waiting) - 1} more)" if len(waiting) > 1 else ""
        table.add_row(f"{shape} {gate.title}{cycle}", word, f"{waiting[0].text}{more}" if waiting else "")
    return table


def _list(title: str, lines: list[str]) -> Text:
    text = Text(title, style="bold")
    for line in lines:
        text.append(f"\n  {line}", style="not bold")
    return text
