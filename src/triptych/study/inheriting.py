"""A document laid over the one it inherits from, and its forms over the instruments they use: flat, and nothing hidden.

`inherits: NAME` takes the whole of another document; what this one says replaces what that one says. Mappings are
joined field by field, lists of parts with ids part by part, and everything else is replaced whole. `omits` takes out
what shall not be inherited, and `after: ID` in a new part places it. A form with `instrument: ID` is laid over that
instrument in the same way. What is inherited keeps the file and line where it is written and its unconfirmed marks.
"""

import difflib
from collections.abc import Iterator, Mapping
from typing import Any, TypeGuard

from triptych.study.model import Form, Unconfirmed
from triptych.study.reading import Read, name_of, read_files

MAX_GENERATIONS = 8
INSTRUMENTS = "instruments/"
OWN = ("id", "title", "version")
"""What every document says for itself."""
TIERS = ("next_contact", "same_day", "immediate")
Shelf = Mapping[str, Mapping[str, str]]
"""The texts of what documents may inherit from: studies by name, and instruments as `instruments/NAME`."""


def inherited(read: Read, shelf: Shelf) -> Read:
    """A document with everything it inherits, as one flat document. What cannot be inherited becomes a problem."""
    flat = _with_parents(read, shelf, ())
    _with_instruments(flat, shelf)
    return flat


def _with_parents(read: Read, shelf: Shelf, trail: tuple[str, ...]) -> Read:
    name, omits = read.data.pop("inherits", None), read.data.pop("omits", [])
    if name is None:
        if omits:
            _say(read, "omits", "omits_nothing", "There is nothing to leave out.", "Write `inherits` as well.")
        return read
    if not _may_inherit(read, name, shelf, trail):
        read.broken = True
        return read
    parent = _with_parents(_shelved(shelf, str(name)), shelf, (*trail, str(name)))
    _omit(read, parent, omits)
    for own in OWN:
        parent.data.pop(own, None)
        _forget(parent, own)
    return _Laid(parent, read).whole()


def _may_inherit(read: Read, name: object, shelf: Shelf, trail: tuple[str, ...]) -> bool:
    if name in trail or len(trail) >= MAX_GENERATIONS:
        chain = " from ".join((*trail, str(name)[:60]))
        message = f"The inheritance does not end: {chain}."
        _say(read, "inherits", "inherits_itself", message, f"At most {MAX_GENERATIONS} documents follow each other.")
    elif not isinstance(name, str) or name not in shelf or name.startswith(INSTRUMENTS):
        known = [one for one in shelf if not one.startswith(INSTRUMENTS)]
        message = f"There is no study {str(name)[:60]!r} to inherit from."
        _say(read, "inherits", "unknown_study", message, _near(str(name), known))
    else:
        return True
    return False


def _shelved(shelf: Shelf, name: str) -> Read:
    """What stands on the shelf under a name, its files named by where they stand."""
    return read_files({f"{name}/{file}": text for file, text in shelf[name].items()})


def _omit(read: Read, parent: Read, omits: object) -> None:
    if not isinstance(omits, list) or not all(isinstance(path, str) for path in omits):
        _say(read, "omits", "shape", "A list of paths is wanted.", "Write [visits.call, forms.taper_call].")
        return
    for number, path in enumerate(omits):
        if not _taken_out(parent.data, path):
            message = f"What is inherited has nothing at {path[:120]!r}."
            _say(read, f"omits.{number}", "omits_nothing", message, "A path reads visits.ID, forms.ID.items.ID.")
            continue
        _forget(parent, path)


def _taken_out(data: object, path: str) -> bool:
    *above, last = path.split(".")
    for name in above:
        data = _child(data, name)
    if isinstance(data, list):
        at = next((number for number, part in enumerate(data) if name_of(part, number) == last), None)
        if at is not None:
            del data[at]
        return at is not None
    return isinstance(data, dict) and data.pop(last, _NOTHING) is not _NOTHING


_NOTHING = object()


def _child(data: object, name: str) -> object:
    if isinstance(data, dict):
        return data.get(name)
    parts = data if isinstance(data, list) else []
    return next((part for number, part in enumerate(parts) if name_of(part, number) == name), None)


def _forget(read: Read, path: str) -> None:
    """Drop the marks at and below a path whose value is no longer there."""
    read.unconfirmed = [mark for mark in read.unconfirmed if not f"{mark.path}.".startswith(f"{path}.")]


class _Laid:
    """One document laid over another."""

    def __init__(self, below: Read, above: Read) -> None:
        self._below, self._above = below, above

    def whole(self) -> Read:
        """The two as one. Lines of a value are those of the document that says it."""
        below, above = self._below, self._above
        flat = Read(above.first)
        flat.data = self.mapping(below.data, above.data, "")
        flat.problems = [*below.problems, *above.problems]
        flat.broken = below.broken or above.broken
        flat.lines = {**below.lines, **above.lines}
        flat.again = {**{path: at for path, at in below.again.items() if path not in above.lines}, **above.again}
        flat.unconfirmed = [*below.unconfirmed, *above.unconfirmed]
        return flat

    def _lay(self, below: object, above: object, path: str) -> object:
        if isinstance(below, dict) and isinstance(above, dict):
            return self.mapping(below, above, path)
        if _has_ids(below) and _has_ids(above):
            return self._parts(list(below), list(above), path)
        _forget(self._below, path)
        return above

    def mapping(self, below: Mapping[str, Any], above: Mapping[str, Any], path: str) -> dict[str, Any]:
        """The fields of both; of a field that both have, what the upper one says."""
        found = dict(below)
        for name, value in above.items():
            at = f"{path}.{name}" if path else name
            found[name] = self._lay(below[name], value, at) if name in below else value
        return found

    def _parts(self, below: list[dict[str, Any]], above: list[dict[str, Any]], path: str) -> list[dict[str, Any]]:
        found = list(below)
        for number, part in enumerate(above):
            after, own = part.get("after"), {name: value for name, value in part.items() if name != "after"}
            at = _place(found, own["id"])
            if at is not None:
                own = self.mapping(found.pop(at), own, f"{path}.{own['id']}")
            target = at if at is not None else len(found)
            if after is not None:
                behind = _place(found, after)
                if behind is None:
                    where = f"{path}.{name_of(part, number)}"
                    _say(self._above, where, "unknown_part", f"There is no {str(after)[:60]!r} here.", "Name a part.")
                else:
                    target = behind + 1
            found.insert(target, own)
        return found


def _has_ids(value: object) -> TypeGuard[list[dict[str, Any]]]:
    parts = value if isinstance(value, list) else []
    names = [part.get("id") for part in parts if isinstance(part, dict)]
    return bool(names) and len(names) == len(parts) == len(set(map(str, names))) and None not in names


def _place(parts: list[dict[str, Any]], name: object) -> int | None:
    return next((number for number, part in enumerate(parts) if part["id"] == name), None)


def _with_instruments(flat: Read, shelf: Shelf) -> None:
    """Lay every form that uses an instrument over it."""
    written = flat.data.get("forms")
    forms: list[Any] = written if isinstance(written, list) else []
    for number, form in enumerate(forms):
        # A flat document has its instruments written out, and says of which version.
        if isinstance(form, dict) and form.get("instrument") and "instrument_version" not in form:
            path = f"forms.{name_of(form, number)}"
            name = str(form["instrument"])
            if INSTRUMENTS + name not in shelf:
                known = [one.removeprefix(INSTRUMENTS) for one in shelf if one.startswith(INSTRUMENTS)]
                message = f"There is no instrument {name[:60]!r}."
                _say(flat, f"{path}.instrument", "unknown_instrument", message, _near(name, known))
                continue
            forms[number] = _over_instrument(flat, form, path, _shelved(shelf, INSTRUMENTS + name))


def _over_instrument(flat: Read, form: dict[str, Any], path: str, instrument: Read) -> dict[str, Any]:
    """A form laid over its instrument, of which it takes what a form can hold."""
    below = {name: value for name, value in instrument.data.items() if name in Form.__struct_fields__}
    below["instrument_version"] = instrument.data.get("version", "")
    under, over = Read(instrument.first), Read(flat.first)
    under.unconfirmed = [Unconfirmed(f"{path}.{m.path}", m.file, m.line) for m in _kept(instrument, below)]
    laid = _Laid(under, over)
    found = laid.mapping(below, form, path)
    _keep_tiers(over, below, found, path)
    flat.unconfirmed.extend(under.unconfirmed)
    flat.problems += [*instrument.problems, *over.problems]
    for below_path, at in instrument.lines.items():
        flat.lines.setdefault(f"{path}.{below_path}", at)
    return found


def _keep_tiers(read: Read, below: Mapping[str, Any], found: Mapping[str, Any], path: str) -> None:
    """Report a sign of danger that a study takes out or makes less urgent than the instrument has it (SAF-09)."""
    raises = found.get("raises")
    kept = {one.get("id"): one.get("tier") for one in raises or () if isinstance(one, dict)}
    for one in below.get("raises") or ():
        tier = one.get("tier")
        now = kept.get(one.get("id"))
        if tier in TIERS and (now not in TIERS or TIERS.index(now) < TIERS.index(tier)):
            message = f"The instrument has {str(one.get('id'))[:60]!r} as a sign of danger: {tier.replace('_', ' ')}."
            _say(read, f"{path}.raises", "tier_lowered", message, "Keep it, or make it more urgent.")


def _kept(instrument: Read, taken: Mapping[str, object]) -> Iterator[Unconfirmed]:
    return (mark for mark in instrument.unconfirmed if mark.path.partition(".")[0] in taken)


def _say(read: Read, path: str, code: str, message: str, hint: str) -> None:
    read.problems.append(read.problem(path, code, message, hint))


def _near(name: str, known: list[str]) -> str:
    near = difflib.get_close_matches(name[:60], known, n=1)
    return f"Did you mean {near[0]}?" if near else f"Known: {', '.join(sorted(known)[:12])}."
