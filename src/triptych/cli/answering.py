"""Answers that fit a form and raise as little as can be: what a made-up participant says on an ordinary day."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from triptych.rules import Context, RuleFault, evaluate
from triptych.study import Form, Item, Study, answers, complete, shown_items

BORN = "1984-06-17"
AGAINST = ("nursing", "family_history", "behavior")
"""Facts of a screening of which a yes stands against a session."""
PEOPLE = ("therapist-1", "co_therapist-1")


def answer(study: Study, form: Form, now: datetime, choices: Mapping[str, Any]) -> dict[str, Any]:
    """Answers to every item that a form asks; `choices` has those that are given, by `form.item`."""
    values: dict[str, Any] = {}
    given = {item.id: choices[f"{form.id}.{item.id}"] for item in form.items if f"{form.id}.{item.id}" in choices}
    # Twice over: whether an answer raises something can hang on those that come after it.
    for _ in range(2):
        for item in form.items:
            if item.derived is None and _is_asked(study, form, item, values, now):
                options = [given[item.id]] if item.id in given else list(_options(item, values, now))
                # Where answers raise something, no is the calmer one.
                options = sorted(options, key=lambda option: option is True) if form.raises else options
                _take_best(study, form, item, values, options, now)
            elif item.derived is None:
                values.pop(item.id, None)
    return values


def _is_asked(study: Study, form: Form, item: Item, values: Mapping[str, Any], now: datetime) -> bool:
    zone = now.tzinfo
    assert zone is not None
    return item.id in shown_items(study, form, values, now.date(), zone)


def _take_best(study: Study, form: Form, item: Item, values: dict[str, Any], options: list[Any], now: datetime) -> None:
    """Take the option that raises least, the first of equals."""
    best = min(options, key=lambda option: _raised(study, form, {**values, item.id: option}, now), default=None)
    if best is not None:
        values[item.id] = best


def _options(item: Item, values: Mapping[str, Any], now: datetime) -> Iterator[Any]:
    """What could be answered, the likeliest first."""
    match item.type:
        case "boolean":
            yield from (False, True) if item.fact in AGAINST else (True, False)
        case "integer" | "decimal":
            yield from _numbers(item)
        case "code":
            yield from (choice.code for choice in item.choices)
        case "codes":
            yield [item.choices[-1].code]
        case "date":
            yield BORN if item.id == "birth_date" else now.date().isoformat()
        case "datetime":
            yield now.isoformat()
        case "person":
            taken = [name for name, value in values.items() if name != item.id and value in PEOPLE]
            yield PEOPLE[min(len(taken), 1)] if item.id not in values else values[item.id]
        case "text":
            yield "Nothing of note"[: item.max_length]
        case _:
            yield from ({"missing": code} for code in item.missing[:1])


def _numbers(item: Item) -> Iterator[float]:
    limits = item.expected or item.range
    low = limits.min if limits and limits.min is not None else 0.0
    high = limits.max if limits and limits.max is not None else low + 10.0
    for value in ((low + high) / 2, low, high):
        yield int(value) if item.type == "integer" else round(value, 1)


def _raised(study: Study, form: Form, values: Mapping[str, Any], now: datetime) -> int:
    """How many tasks and alerts the answers so far raise, and how many checks they fail."""
    zone = now.tzinfo
    assert zone is not None
    facts = {**answers(form, complete(study, form, values, now.date(), zone)), "today": now.date()}
    wanted = {f"forms.{form.id}.raises.{one.id}.when": True for one in form.raises if one.when is not None}
    wanted |= {f"forms.{form.id}.checks.{one.id}.rule": False for one in form.checks}
    return sum(_holds(study, path, facts, Context(zone)) is unwanted for path, unwanted in wanted.items())


def _holds(study: Study, path: str, facts: Mapping[str, object], context: Context) -> object:
    try:
        return evaluate(study.rule(path), facts, context)
    except RuleFault:
        return None
