"""What a form and its items must keep beyond their shape: units, limits, choices, what filing sets and raises."""

import re
from collections import Counter

from triptych.study.model import Allocation, Form, Item, Raise
from triptych.study.references import References
from triptych.study.screening import FACT_SHAPES

UCUM = re.compile(r"[!-~]{1,60}")
MISSING_CODES = (
    *("unknown", "asked-unknown", "temp-unknown", "not-asked", "asked-declined", "masked", "not-applicable"),
    *("unsupported", "as-text", "error", "not-a-number", "negative-infinity", "positive-infinity"),
    *("not-performed", "not-permitted"),
)
"""The FHIR data-absent-reason codes."""
PLAN = "risk_plan"
DANGER = ("immediate", "same_day")
"""An alert of these tiers ends with a recorded plan and with nothing else (SAF-09)."""
MAX_TEXT = 100_000


def check_form(refs: References, form: Form) -> None:
    """Report every problem of one form."""
    path = f"forms.{form.id}"
    for name, parts in (("items", form.items), ("checks", form.checks), ("raises", form.raises)):
        refs.unique((part.id for part in parts), f"{path}.{name}")
    for item in form.items:
        _item(refs, item, f"{path}.items.{item.id}")
    for number, effect in enumerate(form.sets):
        refs.refer_to_value(effect.axis, effect.to, f"{path}.sets.{number}")
        for place, value in enumerate(effect.only_from):
            if effect.axis in refs.axes:
                refs.refer(value, refs.axes[effect.axis], "value", f"{path}.sets.{number}.only_from.{place}")
    for raised in form.raises:
        check_raise(refs, raised, f"{path}.raises.{raised.id}", form.id, own=form.id in refs.own_forms)
    if form.shared_by:
        _sharing(refs, form, path)
    if form.allocates is not None:
        _taking(refs, form, form.allocates, f"{path}.allocates")


def _taking(refs: References, form: Form, taken: Allocation, path: str) -> None:
    """What a form takes is counted or named by one of its items."""
    if taken.item:
        refs.refer(taken.item, {item.id for item in form.items}, "item", f"{path}.item")
    if not taken.item or taken.limit is not None:
        refs.number(taken.limit or 0, 1, 1_000_000, f"{path}.limit")


def _sharing(refs: References, form: Form, path: str) -> None:
    """The form by which records are shared names the record and answers yes or no; otherwise nothing is ever shared."""
    if not refs.refer(form.shared_by, refs.forms, "form", f"{path}.shared_by"):
        return
    shapes = {(item.id, item.type) for item in refs.forms[form.shared_by].items}
    if not {("about", "record"), ("shared", "boolean")} <= shapes:
        message = f"The form {form.shared_by!r} does not say of a record whether it is shared."
        hint = "Give it the items {id: about, type: record} and {id: shared, type: boolean}."
        refs.say(f"{path}.shared_by", "shares_nothing", message, hint)


def check_raise(refs: References, raised: Raise, path: str, by: str = "", *, own: bool) -> None:
    """Report what is wrong with a task that is raised; a role that the product needs is missing from the study's."""
    if own:
        refs.refer_to_role(raised.role, f"{path}.role")
    if raised.within is not None:
        refs.duration(raised.within, f"{path}.within", least=1)
    if raised.level == "alert" and raised.tier in DANGER and raised.until != PLAN:
        message = f"The sign of danger {raised.title[:60]!r} ends without a recorded plan."
        refs.say(path, "danger_without_plan", message, f"Write `until: {PLAN}`.")
    if raised.until is None or not refs.refer(raised.until, refs.forms, "form", f"{path}.until") or raised.until == by:
        return
    if all((item.id, item.type) != ("about", "record") for item in refs.forms[raised.until].items):
        message = f"The form {raised.until!r} names no record in an item `about`, so the task would never end."
        refs.say(f"{path}.until", "ends_nothing", message, "Add to that form {id: about, label: About, type: record}.")


def _item(refs: References, item: Item, path: str) -> None:
    if item.type in ("integer", "decimal"):
        _unit(refs, item, path)
    elif item.unit is not None or item.range is not None or item.expected is not None:
        message = f"{item.label[:60]!r} is not a number, so it has neither unit nor limits."
        refs.say(path, "not_a_number", message, "Take them out, or change the type.")
    _fact(refs, item, path)
    _choices(refs, item, path)
    _limits(refs, item, path)
    refs.number(item.max_length, 1, MAX_TEXT, f"{path}.max_length")
    for number, code in enumerate(item.missing):
        refs.refer(code, MISSING_CODES, "missing_code", f"{path}.missing.{number}")
    if item.derived is not None and item.required:
        refs.say(path, "derived_required", "An item that is worked out cannot be required.", "Take out `required`.")


def _unit(refs: References, item: Item, path: str) -> None:
    if item.unit is None:
        hint = 'Write a UCUM unit such as "mm[Hg]", "1" for a plain count, or "{score}".'
        refs.say(path, "unit_missing", f"The number {item.label[:60]!r} has no unit.", hint)
    elif not UCUM.fullmatch(item.unit):
        hint = "UCUM units have no spaces: mm[Hg], /min, Cel, mmol/L."
        refs.say(f"{path}.unit", "bad_unit", f"{item.unit[:60]!r} is not a UCUM unit.", hint)


def _fact(refs: References, item: Item, path: str) -> None:
    """An answer that a decision rests on has the unit that the decision is made in."""
    if item.fact is None:
        return
    types, unit = FACT_SHAPES.get(item.fact, (("boolean",), ""))
    is_silent = item.unit is None and item.type in ("integer", "decimal")  # reported as such
    if item.type not in types or (not is_silent and (item.unit or "") != unit):
        message = f"The fact {item.fact!r} of a screening is {' or '.join(types)} {unit}".rstrip() + "."
        hint = "Give the item that type and unit, or take out `fact`."
        refs.say(f"{path}.fact", "fact_misfits", message, hint)


def _choices(refs: References, item: Item, path: str) -> None:
    coded = item.type in ("code", "codes")
    if coded and not item.choices:
        message, hint = f"The code item {item.label[:60]!r} has no choices.", "List them under `choices`."
        refs.say(path, "no_choices", message, hint)
    elif item.choices and not coded:
        message, hint = f"Only code items have choices, and this is {item.type}.", "Write `type: code`."
        refs.say(f"{path}.choices", "stray_choices", message, hint)
    for code, count in Counter(choice.code for choice in item.choices).items():
        if count > 1:
            message, hint = f"The code {code[:60]!r} stands {count} times.", "Give each choice its own."
            refs.say(f"{path}.choices", "duplicate_code", message, hint)


def _limits(refs: References, item: Item, path: str) -> None:
    for name in ("range", "expected"):
        limits = getattr(item, name)
        if limits is not None and limits.min is not None and limits.max is not None and limits.min > limits.max:
            message, hint = f"{limits.min:g} is above {limits.max:g}.", "Write the smaller end as min."
            refs.say(f"{path}.{name}", "range_reversed", message, hint)
            return
    if item.range is None or item.expected is None:
        return
    low, high = item.range.min, item.range.max
    ends = [end for end in (item.expected.min, item.expected.max) if end is not None]
    if any((low is not None and end < low) or (high is not None and end > high) for end in ends):
        message = "What is expected lies outside what is possible."
        refs.say(f"{path}.expected", "expected_outside", message, "Widen `range`, or narrow `expected`.")
