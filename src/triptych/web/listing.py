"""A list as a person works with it: filtered, sorted, in pages, and the same as CSV. It shows only the rows handed in.

What is asked for stands in the address alone, so that a list can be linked and kept. What an address asks that the
list does not have is left out.
"""

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, Generic, Literal, TypeVar
from zoneinfo import ZoneInfo

from django.http import HttpResponse, QueryDict
from msgspec import Struct

from triptych.study import Item

Row = TypeVar("Row")
MOST = 100
"""Rows on one page."""
MOST_STEPS = 10
NONE = "-"
"""What a filter asks for to find rows without an answer."""
ACTIVE = frozenset("=+-@\t\r\n＝＋－＠'")
"""What makes a spreadsheet take a text for a formula, and the mark that protects from it."""


class Column(Struct, Generic[Row], frozen=True, kw_only=True):
    """One column: what it shows of a row, and how rows may be picked by it.

    `pick` offers one of the values (`choices` where they are known beforehand), a range of days, or a least number.
    """

    id: str
    title: str
    read: Callable[[Row], Any]
    unit: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    pick: Literal["", "choice", "days", "least"] = ""

    @property
    def head(self) -> str:
        """The title with the unit."""
        return f"{self.title} ({self.unit})" if self.unit else self.title


class Filter(Struct, frozen=True, kw_only=True):
    """One field above a list: its name in the address, what may be chosen, and what is."""

    name: str
    label: str
    kind: Literal["choice", "date", "number"]
    chosen: str
    options: tuple[tuple[str, str], ...] = ()


class Listing(Generic[Row]):
    """Rows as an address asks for them. `rows` are those of this page, `found` all that the filters leave."""

    def __init__(
        self, columns: Sequence[Column[Row]], every: Sequence[Row], asked: QueryDict, zone: ZoneInfo, most: int = MOST
    ) -> None:
        self.columns, self.zone = tuple(columns), zone
        self.total = len(every)
        self.filters = [field for column in columns for field in _fields(column, every, asked)]
        self._kept = {field.name: field.chosen for field in self.filters if field.chosen}
        self.is_filtered = bool(self._kept)
        self.found = [row for row in every if all(self._is_picked(column, row) for column in columns)]
        self._sort(asked.get("sort", ""))
        self.pages = max(1, -(-len(self.found) // most))
        number = asked.get("page", "")
        self.page = min(int(number), self.pages) if number.isascii() and number.isdecimal() and len(number) < 7 else 1
        self.page = max(self.page, 1)
        self.rows = self.found[(self.page - 1) * most : self.page * most]

    def _is_picked(self, column: Column[Row], row: Row) -> bool:
        match column.pick:
            case "choice":
                wanted = self._kept.get(column.id)
                return wanted is None or wanted in _codes(column.read(row))
            case "least":
                wanted = self._kept.get(column.id)
                return wanted is None or column.read(row) >= int(wanted)
            case "days":
                day = _day(column.read(row), self.zone)
                first, last = self._kept.get(f"{column.id}-from"), self._kept.get(f"{column.id}-to")
                is_late_enough = not first or (day is not None and day >= date.fromisoformat(first))
                return is_late_enough and (not last or (day is not None and day <= date.fromisoformat(last)))
            case _:
                return True

    def _sort(self, asked: str) -> None:
        column = next((one for one in self.columns if one.id == asked.removeprefix("-")), None)
        self.sort = asked if column else ""
        if column is not None:
            absent = [row for row in self.found if _is_absent(column.read(row))]
            there = [row for row in self.found if not _is_absent(column.read(row))]
            there.sort(key=lambda row: _order(column, column.read(row)), reverse=asked.startswith("-"))
            self.found = there + absent

    def direction(self, column: Column[Row]) -> str | None:
        """How the list is sorted by a column, as `aria-sort` says it; none if it is not."""
        return {column.id: "ascending", f"-{column.id}": "descending"}.get(self.sort)

    def sorting(self, column: Column[Row]) -> str:
        """The address that sorts by a column, or turns the order round."""
        return self._address(sort=f"-{column.id}" if self.sort == column.id else column.id)

    def at(self, page: int) -> str:
        """The address of another page of the same list."""
        return self._address(sort=self.sort, page=str(page))

    @property
    def as_csv(self) -> str:
        """The address of the same list as CSV."""
        return self._address(sort=self.sort, format="csv")

    @property
    def as_query(self) -> str:
        """What the address of this list asks, without the page."""
        return self._address(sort=self.sort).removeprefix("?")

    def _address(self, **more: str) -> str:
        query = QueryDict(mutable=True)
        query.update({**self._kept, **{name: value for name, value in more.items() if value}})
        return f"?{query.urlencode()}"

    def csv(self, name: str) -> HttpResponse:
        """Everything that the filters leave, in the order shown, as a file of this name."""
        return csv_of(self.columns, self.found, self.zone, name)


def csv_of(columns: Sequence[Column[Row]], rows: Sequence[Row], zone: ZoneInfo, name: str) -> HttpResponse:
    """Rows as a CSV file: RFC 4180, UTF-8 with the mark by which spreadsheets know it.

    A missing-value code stands as itself, an instant in the site's zone with its offset. A text that a spreadsheet
    would take for a formula has an apostrophe in front, and so has one that begins with an apostrophe: taking one off
    gives the text back. Numbers are never changed.
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow([protected(column.head) for column in columns])
    writer.writerows([_cell(column, column.read(row), zone) for column in columns] for row in rows)
    answer = HttpResponse(text.getvalue().encode("utf-8-sig"), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return answer


def protected(text: str) -> str:
    """A text that no spreadsheet takes for a formula.

    >>> protected("=1+1"), protected("'quoted'"), protected("plain")
    ("'=1+1", "''quoted'", 'plain')
    """
    return f"'{text}" if text[:1] in ACTIVE or text.lstrip()[:1] in ACTIVE else text


def _cell(column: Column[Row], value: object, zone: ZoneInfo) -> object:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    if isinstance(value, datetime):
        return value.astimezone(zone).isoformat(timespec="seconds")
    labels = dict(column.choices)
    if isinstance(value, list):
        return protected("; ".join(labels.get(str(one), str(one)) for one in value))
    (code,) = _codes(value)
    return protected("" if code == NONE and value is None else code if _is_absent(value) else labels.get(code, code))


def _fields(column: Column[Row], every: Sequence[Row], asked: QueryDict) -> list[Filter]:
    given = asked.get(column.id, "")
    match column.pick:
        case "choice":
            labels = dict(column.choices)
            present = {code for row in every for code in _codes(column.read(row))}
            codes = [*labels, *sorted(present - {*labels, NONE}), *([NONE] if NONE in present else [])]
            options = tuple((code, labels.get(code) or ("no answer" if code == NONE else code)) for code in codes)
            chosen = given if given in codes else ""
            return [Filter(name=column.id, label=column.title, kind="choice", chosen=chosen, options=options)]
        case "least":
            chosen = given if given.isascii() and given.isdecimal() and len(given) < 7 else ""
            return [Filter(name=column.id, label=f"{column.head}, at least", kind="number", chosen=chosen)]
        case "days":
            ends = (("from", f"{column.title} from"), ("to", "to"))
            named = [(f"{column.id}-{end}", label) for end, label in ends]
            return [Filter(name=n, label=label, kind="date", chosen=_iso(asked.get(n))) for n, label in named]
        case _:
            return []


def _iso(text: str | None) -> str:
    try:
        return date.fromisoformat(text or "").isoformat()
    except ValueError:
        return ""


def _is_absent(value: object) -> bool:
    return value is None or value in ("", []) or isinstance(value, Mapping)


def _codes(value: object) -> tuple[str, ...]:
    """What a filter knows a value by; a list by each of its members."""
    if isinstance(value, Mapping):
        return (str(value.get("missing", NONE)),)
    if isinstance(value, bool):
        return ("yes" if value else "no",)
    if isinstance(value, list):
        return tuple(map(str, value)) or (NONE,)
    return (NONE if value is None else str(value),)


def _day(value: object, zone: ZoneInfo) -> date | None:
    if isinstance(value, datetime):
        return value.astimezone(zone).date()
    return value if isinstance(value, date) else None


def _order(column: Column[Row], value: object) -> tuple[int, float, str]:
    """Where a value stands: choices in the document's order, then numbers, times and texts."""
    codes = [code for code, _ in column.choices]
    (code, *_) = _codes(value)
    if code in codes:
        return 0, codes.index(code), ""
    if isinstance(value, int | float):
        return 1, value, ""
    if isinstance(value, date):
        at = value if isinstance(value, datetime) else datetime.combine(value, time(), ZoneInfo("UTC"))
        return 2, (at - datetime.min.replace(tzinfo=ZoneInfo("UTC"))) / timedelta(seconds=1), ""
    return 3, 0, str(value).casefold()


def item_column(item: Item, read: Callable[[Row], Mapping[str, Any]], zone: ZoneInfo) -> Column[Row]:
    """The column of one item of a form; coded and yes-or-no answers can be picked."""
    choices = tuple((choice.code, choice.label) for choice in item.choices)
    if item.type == "boolean":
        choices = (("yes", "yes"), ("no", "no"))

    def value(row: Row) -> object:
        found = read(row).get(item.id)
        return _instant(found, zone) if item.type == "datetime" and isinstance(found, str) else found

    return Column(
        id=f"v-{item.id}",
        title=item.label,
        read=value,
        unit=item.unit if item.unit and item.unit not in ("1", "{score}") else "",
        choices=choices,
        pick="choice" if choices or _is_scale(item) else "",
    )


def _is_scale(item: Item) -> bool:
    """Whether an item takes a handful of whole numbers, as a grade does."""
    ends = (item.range.min, item.range.max) if item.range and item.type == "integer" else (None, None)
    return ends[0] is not None and ends[1] is not None and ends[1] - ends[0] <= MOST_STEPS


def _instant(text: str, zone: ZoneInfo) -> datetime | str:
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        return text
    return read if read.tzinfo else read.replace(tzinfo=zone)
