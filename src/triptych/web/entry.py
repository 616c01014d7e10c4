"""A form on a page: from the document to fields, and from what was posted to answers. Nothing is decided here.

What a person typed is kept word for word until the door has taken it, so that no error loses anything.
"""

import secrets
import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.http import QueryDict

from triptych.ledger import Outcome
from triptych.study import Form, Item

LOCAL = "%Y-%m-%dT%H:%M"
YEARS = range(1900, 2200)
"""The years that can be meant; anything else is a slip, and arithmetic on it would fail."""


def new_id(now: datetime) -> str:
    """A record's identifier: UUID version 7 (RFC 9562), so that identifiers sort by when they were made."""
    value = int(now.timestamp() * 1000) << 80 | 7 << 76 | secrets.randbits(12) << 64 | 2 << 62 | secrets.randbits(62)
    return str(uuid.UUID(int=value))


class Posted:
    """One form as it stands on the page: what was typed, the answers read from it, and what is wrong."""

    def __init__(self, form: Form, zone: ZoneInfo, record: str, occurred_at: str) -> None:
        self.form, self.zone, self.record, self.occurred_at = form, zone, record, occurred_at
        self.typed: dict[str, list[str]] = {}
        self.coded: dict[str, str] = {}
        self.visit: str = ""
        self.cycle: str = ""
        self.corrects: str = ""
        self.reason: str = ""
        self.confirmed: frozenset[str] = frozenset()
        self.problems: list[tuple[str, str]] = []
        self.asked: list[tuple[str, str]] = []
        self.codes: dict[str, str] = {}
        self.outcome: Outcome | None = None
        self.language: str | None = None

    @classmethod
    def fresh(cls, form: Form, zone: ZoneInfo, now: datetime) -> "Posted":
        """An empty form, about now."""
        return cls(form, zone, new_id(now), now.astimezone(zone).strftime(LOCAL))

    @classmethod
    def of(cls, form: Form, zone: ZoneInfo, now: datetime, values: Mapping[str, Any], at: datetime) -> "Posted":
        """A form filled with the answers of a record, to be corrected."""
        made = cls(form, zone, new_id(now), at.astimezone(zone).strftime(LOCAL))
        for item in form.items:
            value = values.get(item.id)
            if isinstance(value, dict):
                made.coded[item.id] = str(value.get("missing", ""))
            elif value is not None and item.derived is None:
                made.typed[item.id] = written(item, value, zone)
        return made

    @classmethod
    def read(cls, form: Form, data: QueryDict, zone: ZoneInfo) -> "Posted":
        """What came back from the page."""
        made = cls(form, zone, data.get("record", ""), data.get("occurred_at", ""))
        for item in form.items:
            typed = [text for text in data.getlist(f"v-{item.id}") if text.strip()]
            if typed:
                made.typed[item.id] = typed
            if data.get(f"m-{item.id}"):
                made.coded[item.id] = data.get(f"m-{item.id}", "")
        made.visit, made.cycle = data.get("visit", ""), data.get("cycle", "")
        made.corrects, made.reason = data.get("corrects", ""), data.get("reason", "")
        made.confirmed = frozenset(data.getlist("confirmed"))
        made.language = data.get("language") or None
        return made

    @property
    def status(self) -> int:
        """The HTTP status of the page that shows it: 422 while something is wrong or has to be confirmed."""
        return 422 if self.problems or self.asked else 200

    def text(self, item: Item) -> str:
        """What stands in an item's field."""
        return self.typed.get(item.id, [""])[0]

    def chosen(self, item: Item) -> frozenset[str]:
        """What is ticked of an item with several choices."""
        return frozenset(self.typed.get(item.id, ()))

    def problem(self, item: Item) -> str:
        """What is wrong with an item, if anything."""
        return next((text for name, text in (*self.problems, *self.asked) if name == item.id), "")

    def wrong(self, item: str, text: str, code: str) -> None:
        """Note what is wrong with an item, or with the whole, under the code by which it can be said otherwise."""
        self.problems.append((item, text))
        self.codes[text] = code

    def happened(self) -> datetime | None:
        """When it happened, in UTC terms; none if no time can be read."""
        return instant(self.occurred_at, self.zone)

    def fix(self, fixed: Mapping[str, str]) -> None:
        """Set the answers that the page gives by itself, whatever came back from it."""
        for name, text in fixed.items():
            self.typed[name] = [text]
        self.visit = self.cycle = self.corrects = self.reason = ""

    def answers(self) -> dict[str, Any]:
        """The answers as the door takes them. What cannot be read stays text, and the form says what is wanted."""
        found: dict[str, Any] = {}
        for item in self.form.items:
            if item.id in self.coded and item.id not in self.typed:
                found[item.id] = {"missing": self.coded[item.id]}
            elif item.id in self.typed:
                found[item.id] = answer(item, self.typed[item.id], self.zone)
        return found


def answer(item: Item, typed: list[str], zone: ZoneInfo) -> object:
    """One answer from what was typed; text that is not of the item's type is given back as it is."""
    text = typed[0].strip()
    match item.type:
        case "codes":
            return typed
        case "integer" | "decimal":
            return _number(text)
        case "boolean":
            return {"yes": True, "no": False}.get(text, text)
        case "datetime":
            at = instant(text, zone)
            return at.isoformat() if at else text
        case _:
            return text


def instant(text: str, zone: ZoneInfo) -> datetime | None:
    """An instant from a field for day and time; none if it cannot be read."""
    try:
        read = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    return read.replace(tzinfo=zone) if read.year in YEARS else None


def _number(text: str) -> int | float | str:
    plain = text.replace("−", "-")
    try:
        return int(plain) if plain.lstrip("+-").isdecimal() else float(plain.replace(",", ".", 1))
    except ValueError:
        return text


def written(item: Item, value: object, zone: ZoneInfo) -> list[str]:
    """An answer as it stands in its field."""
    if isinstance(value, list):
        return [str(one) for one in value]
    if isinstance(value, bool):
        return ["yes" if value else "no"]
    if item.type == "datetime":
        at = _stored(str(value))
        return [at.astimezone(zone).strftime(LOCAL) if at else str(value)]
    return [str(value)]


def _stored(text: str) -> datetime | None:
    """An instant as it is stored; none for what a held record has in its place."""
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        return None
    return read if read.tzinfo is not None and read.year in YEARS else None
