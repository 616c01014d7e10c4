"""Jinja2 for the pages: escaping always on, undefined names are errors, and a few ways of writing dates and words."""

from collections.abc import Mapping
from datetime import date, datetime
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.messages import get_messages
from django.templatetags.static import static
from django.urls import reverse
from jinja2 import Environment, StrictUndefined, pass_context
from jinja2.runtime import Context

from triptych.study import Item
from triptych.web.hosts import is_participant_host
from triptych.web.tongues import Foreign, bare, filled, untagged
from triptych.web.words import term, title_of

HERE = Path(__file__).parent


def environment(**options: Any) -> Environment:
    """Build the environment for Django's Jinja2 backend."""
    options |= {"undefined": StrictUndefined, "autoescape": True, "trim_blocks": True, "lstrip_blocks": True}
    made = Environment(**options)  # noqa: S701 -- escaping is in the options
    made.globals |= {"url": to, "asset": asset, "messages_of": get_messages, "is_own": is_participant_host}
    made.globals |= {"term": term, "title_of": title_of}
    made.filters |= {"bare": bare, "filled": filled, "untagged": untagged}
    made.filters |= {"day": day, "moment": moment, "told": told, "spoken": spoken, "plain": plain, "dialed": dialed}
    made.filters |= {"clock": clock, "figure": figure, "own_day": own_day, "own_moment": own_moment}
    return made


def to(name: str, **parts: object) -> str:
    """The address of a page; parts that are none are left out."""
    return reverse(name, kwargs={key: value for key, value in parts.items() if value is not None})


@lru_cache(maxsize=64)
def asset(name: str) -> str:
    """The address of a file served by us; it changes when the file does, so browsers may keep it."""
    digest = sha256((HERE / "static" / name).read_bytes()).hexdigest()[:12]
    return f"{static(name)}?v={digest}"


def day(value: date | str | None) -> str:
    """A date as 23 Nov 2026."""
    if isinstance(value, str):
        value = date.fromisoformat(value)
    return f"{value:%-d %b %Y}" if value else ""


@pass_context
def own_day(context: Context, value: date | str) -> str:
    """A date with the name of its month in the language of the page."""
    return day_in(context["say"], value)


def day_in(say: Mapping[str, str], value: date | str) -> str:
    """A date with the name of its month in a language."""
    on = date.fromisoformat(value) if isinstance(value, str) else value
    months = say["months"]
    written = f"{on.day} {months.split()[on.month - 1]} {on.year}"
    return Foreign(written, months.language) if isinstance(months, Foreign) else written


@pass_context
def own_moment(context: Context, value: datetime, zone: ZoneInfo) -> str:
    """An instant in a zone, with the name of its month in the language of the page."""
    local = value.astimezone(zone)
    on = own_day(context, local.date())
    written = f"{on} {local:%H:%M}"
    return Foreign(written, on.language) if isinstance(on, Foreign) else written


def moment(value: datetime | None, zone: ZoneInfo) -> str:
    """An instant in a site's zone, as 23 Nov 2026 09:05."""
    return f"{value.astimezone(zone):%-d %b %Y %H:%M}" if value else ""


def clock(value: datetime | None, zone: ZoneInfo) -> str:
    """The time of day of an instant in a site's zone, as 09:05."""
    return f"{value.astimezone(zone):%H:%M}" if value else ""


def figure(value: float | str) -> str:
    """A measured number with no more decimals than it has; a word stays as it is.

    >>> figure(36.0), figure("–")
    ('36', '–')
    """
    return value if isinstance(value, str) else f"{value:g}"


def told(answer: object, item: Item | None, zone: ZoneInfo) -> str:
    """A text as answered, in words: the label of a choice, a day or an instant as every other.

    What cannot be read as what the item takes (a held record keeps it word for word) is given back as it is.
    """
    text = str(answer)
    if item is None:
        return text
    labels = {choice.code: choice.label for choice in item.choices}
    try:
        if item.type == "date":
            return day(text)
        if item.type == "datetime":
            read = datetime.fromisoformat(text)
            return moment(read if read.tzinfo else read.replace(tzinfo=zone), zone)
    except (ValueError, OverflowError):
        return text
    return labels.get(text, text)


def spoken(name: str) -> str:
    """An identifier in words."""
    return name.replace("_", " ")


def plain(number: float) -> str:
    """A number with no more decimals than it has.

    >>> plain(36.0), plain(36.5)
    ('36', '36.5')
    """
    return f"{number:g}"


def dialed(number: str) -> str:
    """A telephone number without what only serves to read it.

    >>> dialed("22 40 00 40")
    '22400040'
    """
    return "".join(sign for sign in number if sign.isdigit() or sign == "+")
