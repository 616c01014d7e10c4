"""A change of a document carried into the USDM file that it came from; everything else of the file stays as it is."""

from typing import Any


def merged(before: object, after: object, theirs: object) -> object:
    """What stands in `theirs`, with every difference between `before` and `after` carried over.

    Objects of a list are the same if they have the same id; an object that is new is added at the end, and one that
    is gone is taken out.

    >>> merged({"a": 1, "b": 1}, {"a": 2, "b": 1}, {"a": 1, "b": 5, "c": 9})
    {'a': 2, 'b': 5, 'c': 9}
    """
    if before == after:
        return theirs
    if isinstance(before, dict) and isinstance(after, dict) and isinstance(theirs, dict):
        return _fields(before, after, theirs)
    if isinstance(before, list) and isinstance(after, list) and isinstance(theirs, list):
        return _lists(before, after, theirs)
    return after


def _fields(before: dict[str, Any], after: dict[str, Any], theirs: dict[str, Any]) -> dict[str, Any]:
    made = dict(theirs)
    for name in [*after, *(name for name in before if name not in after)]:
        if name not in after:
            made.pop(name, None)
        elif name not in before:
            made[name] = merged(None, after[name], theirs.get(name))
        elif before[name] != after[name]:
            made[name] = merged(before[name], after[name], theirs.get(name))
    return made


def _lists(before: list[Any], after: list[Any], theirs: list[Any]) -> list[Any]:
    old, new = {_key(one): one for one in before}, {_key(one): one for one in after}
    made, there = [], set()
    for one in theirs:
        key = _key(one)
        there.add(key)
        if key in new:
            made.append(merged(old[key], new[key], one) if key in old else new[key])
        elif key not in old:
            made.append(one)
    return made + [one for key, one in new.items() if key not in there and one != old.get(key)]


def _key(value: object) -> str:
    return str(value.get("id")) if isinstance(value, dict) else repr(value)
