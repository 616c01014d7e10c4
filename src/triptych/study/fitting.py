"""Does a set of answers fit a form? And what do answers say to rules?"""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, tzinfo
from typing import Any

from msgspec import Struct

from triptych.rules import Context, Listing, Missing, RuleFault, evaluate
from triptych.study.loading import Study
from triptych.study.model import Form, Item

DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
INSTANT = re.compile(
    rf"{DAY.pattern}T[0-9]{{2}}:[0-9]{{2}}(:[0-9]{{2}}(\.[0-9]{{1,6}})?)?(Z|[+-][0-9]{{2}}:[0-9]{{2}})"
)
LARGEST = 2**53
"""From here on a number is not the same in every program that reads JSON."""


class Misfit(Struct, frozen=True, kw_only=True):
    """One answer that does not fit. A *hard* misfit keeps a form from being filed; a soft one asks."""

    item: str | None
    code: str
    message: str
    hard: bool = True


def is_missing_code(value: object) -> bool:
    """Whether a value is a missing-value code in place of an answer."""
    return isinstance(value, dict) and value.keys() == {"missing"}


def answers(form: Form, values: Mapping[str, Any]) -> dict[str, object]:
    """Answers as facts for rules: dates and times read, missing-value codes and what is unreadable left out."""
    found: dict[str, object] = {}
    for item in form.items:
        value = values.get(item.id)
        # What an answer is not, no rule ever sees: a wrong type would be a fault in it and not an answer.
        if not _is_blank(value) and not isinstance(value, dict) and not TYPES[item.type](item, value):
            found[item.id] = READERS.get(item.type, _as_it_is)(value)
    return found


def complete(study: Study, form: Form, values: Mapping[str, Any], today: date, zone: tzinfo) -> dict[str, Any]:
    """Answers with derived items worked out; one that cannot be is left out, whatever was handed in for it."""
    derived = [item for item in form.items if item.derived is not None]
    done = {name: value for name, value in values.items() if all(name != item.id for item in derived)}
    facts: dict[str, object] = {**answers(form, done), "today": today}
    for item in derived:
        value = _evaluated(study, f"forms.{form.id}.items.{item.id}.derived", facts, Context(zone))
        if not isinstance(value, Missing | RuleFault):
            facts[item.id] = value
            done[item.id] = _written(value)
    return done


def fit(study: Study, form: Form, values: Mapping[str, Any], today: date, zone: tzinfo) -> tuple[Misfit, ...]:
    """Every way in which answers do not fit a form."""
    facts: dict[str, object] = {**answers(form, complete(study, form, values, today, zone)), "today": today}
    context = Context(zone)
    known = {item.id for item in form.items}
    found = [
        Misfit(item=None, code="no_such_item", message=f"{form.title} has no item {key[:60]!r}.")
        for key in values
        if key not in known
    ]
    for item in form.items:
        shown: object = True
        if item.shown_when is not None:
            shown = _evaluated(study, f"forms.{form.id}.items.{item.id}.shown_when", facts, context)
        found.extend(_misfits(item, values.get(item.id), shown=shown))
    if not any(misfit.hard for misfit in found):
        found.extend(_checks(study, form, facts, context))
    return tuple(found)


def _evaluated(study: Study, path: str, facts: Mapping[str, object], context: Context) -> object:
    """The answer of a rule. A fault in it is the document's, and recording goes on as if the answer were unknown."""
    try:
        return evaluate(study.rule(path), facts, context)
    except RuleFault as fault:
        return fault


def _is_blank(value: object) -> bool:
    """Whether nothing was answered: an empty text is no answer."""
    return value is None or (isinstance(value, str) and not value.strip())


def _as_it_is(value: object) -> object:
    return value


def _written(value: object) -> object:
    """What a rule has worked out, as answers are written."""
    match value:
        case date():
            return value.isoformat()
        case Listing():
            return list(value.items)
        case _:
            return value


def shown_items(study: Study, form: Form, values: Mapping[str, Any], today: date, zone: tzinfo) -> frozenset[str]:
    """The items that a form asks with these answers; one whose rule cannot be decided yet is not asked yet."""
    facts: dict[str, object] = {**answers(form, values), "today": today}
    context = Context(zone)

    def is_shown(item: Item) -> bool:
        path = f"forms.{form.id}.items.{item.id}.shown_when"
        return item.shown_when is None or _evaluated(study, path, facts, context) is True

    return frozenset(item.id for item in form.items if is_shown(item))


def _checks(study: Study, form: Form, facts: Mapping[str, object], context: Context) -> Iterator[Misfit]:
    for check in form.checks:
        answer = _evaluated(study, f"forms.{form.id}.checks.{check.id}.rule", facts, context)
        if answer is False or (check.hard and answer is not True):
            yield Misfit(item=None, code=check.id, message=check.text, hard=check.hard)


def _misfits(item: Item, value: object, *, shown: object) -> Iterator[Misfit]:
    if value is None or (item.required and shown is True and (_is_blank(value) or value == [])):
        if item.required and shown is True:
            yield Misfit(item=item.id, code="required", message=f"{item.label}: an answer is needed{_codes(item)}.")
        return
    if item.derived is not None:
        yield Misfit(item=item.id, code="derived", message=f"{item.label} is worked out and not entered.")
    elif shown is False:
        yield Misfit(
            item=item.id, code="not_asked", message=f"{item.label} is not asked with these answers; leave it empty."
        )
    elif isinstance(value, dict):
        yield from _missing(item, value)
    else:
        yield from _answered(item, value)


def _codes(item: Item) -> str:
    return f", or one of {', '.join(item.missing)} if there is none" if item.missing else ""


def _missing(item: Item, value: Mapping[str, object]) -> Iterator[Misfit]:
    if not is_missing_code(value) or value["missing"] not in item.missing:
        allowed = f"Permitted here: {', '.join(item.missing)}." if item.missing else "None is permitted here."
        yield Misfit(
            item=item.id,
            code="missing_code",
            message=f"{item.label}: this missing-value code cannot stand here. {allowed}",
        )


def _answered(item: Item, value: object) -> Iterator[Misfit]:
    problem = TYPES[item.type](item, value)
    if problem:
        yield Misfit(item=item.id, code="wrong_type", message=f"{item.label}: {problem}.")
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield from _limits(item, value)


def _limits(item: Item, value: float) -> Iterator[Misfit]:
    unit = f" {item.unit}" if item.unit not in (None, "1", "{score}") else ""
    for limits, hard in ((item.range, True), (item.expected, False)):
        if limits is None:
            continue
        low, high = limits.min, limits.max
        if (low is not None and value < low) or (high is not None and value > high):
            code, verb = ("out_of_range", "possible") if hard else ("unexpected", "expected")
            message = f"{item.label}: {value}{unit} is outside what is {verb} ({_ends(low, high)}{unit})."
            yield Misfit(item=item.id, code=code, message=message, hard=hard)
            return


def _ends(low: float | None, high: float | None) -> str:
    if low is None:
        return f"up to {high:g}"
    return f"{low:g} and above" if high is None else f"{low:g} to {high:g}"


def _text(item: Item, value: object) -> str:
    if not isinstance(value, str):
        return "text is wanted"
    if len(value) > item.max_length:
        return f"the text has {len(value):,} characters and at most {item.max_length:,} are taken"
    bad = any(
        (ord(letter) < 32 and letter not in "\n\t\r") or ord(letter) == 127 or 0xD800 <= ord(letter) <= 0xDFFF
        for letter in value
    )
    return "the text holds control characters" if bad else ""


def _integer(_: Item, value: object) -> str:
    fits = isinstance(value, int) and not isinstance(value, bool) and abs(value) < LARGEST
    return "" if fits else "a whole number is wanted"


def _decimal(_: Item, value: object) -> str:
    fits = isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < LARGEST
    return "" if fits else "a number is wanted"


def _boolean(_: Item, value: object) -> str:
    return "" if isinstance(value, bool) else "yes or no is wanted"


def _code(item: Item, value: object) -> str:
    return "" if isinstance(value, str) and value in _of(item) else f"one of {', '.join(_of(item))} is wanted"


def _code_list(item: Item, value: object) -> str:
    codes = _of(item)
    chosen = value if isinstance(value, list) else [None]
    fits = all(isinstance(one, str) and one in codes for one in chosen) and len({*chosen}) == len(chosen)
    return "" if fits else f"a list of {', '.join(codes)} is wanted, each at most once"


def _of(item: Item) -> list[str]:
    return [choice.code for choice in item.choices]


def _date(_: Item, value: object) -> str:
    return "" if _is_read(DAY, date.fromisoformat, value) else "a date such as 2026-11-23 is wanted"


def _datetime(_: Item, value: object) -> str:
    fits = _is_read(INSTANT, datetime.fromisoformat, value)
    return "" if fits else "a time with its offset, such as 2026-11-23T08:00:00+01:00, is wanted"


def _is_read(pattern: re.Pattern[str], reader: Callable[[str], object], value: object) -> bool:
    # Python alone would take week dates and basic formats as well, which other readers of a record may not.
    if not isinstance(value, str) or not pattern.fullmatch(value):
        return False
    try:
        return bool(reader(value))
    except ValueError:
        return False


TYPES: Mapping[str, Callable[[Item, object], str]] = {
    "text": _text,
    "person": _text,
    "participant": _text,
    "record": _text,
    "integer": _integer,
    "decimal": _decimal,
    "boolean": _boolean,
    "code": _code,
    "codes": _code_list,
    "date": _date,
    "datetime": _datetime,
}
READERS: Mapping[str, Callable[[Any], object]] = {"date": date.fromisoformat, "datetime": datetime.fromisoformat}
