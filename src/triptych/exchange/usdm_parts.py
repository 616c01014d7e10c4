"""Objects of USDM v4: made with stable ids, and taken apart with a record of what was understood.

The class and attribute names are those of the published model (CDISC DDF, USDM 4.0).
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any, NamedTuple

from triptych.exchange.usdm_classes import LISTS, SINGLE

Thing = dict[str, Any]
CDISC = "http://www.cdisc.org"
TERMINOLOGY = "2025-09-26"
"""A release of CDISC terminology that exists for DDF and for SDTM: one study version uses one release."""


class Term(NamedTuple):
    """A code of a code list and what it stands for."""

    code: str
    decode: str
    system: str = CDISC
    version: str = TERMINOLOGY


def own_term(kind: str, code: str, decode: str) -> Term:
    """A code where no public code list has one; the lists of USDM used here may be extended so."""
    return Term(code, decode, f"urn:triptych:{kind}", "1")


class Ids:
    """The id of each object: the one that it was read with, else one made from its class and key."""

    def __init__(self) -> None:
        self._read: dict[tuple[str, str], str] = {}

    def note(self, kind: str, key: str, thing: Mapping[str, object]) -> None:
        """Keep the id that an object was read with."""
        if isinstance(found := thing.get("id"), str):
            self._read[kind, key] = found

    def of(self, kind: str, key: str = "") -> str:
        """The id of the object of a class that stands for `key`."""
        return self._read.get((kind, key)) or (f"{kind}_{key}" if key else kind)


def thing(kind: str, ident: str, **fields: object) -> Thing:
    """An object of a class, with all of its attributes: what is not said is null or an empty list."""
    said = {name: value for name, value in fields.items() if value is not None}
    lists: dict[str, object] = {name: [] for name in LISTS.get(kind, ())}
    return {"id": ident, **dict.fromkeys(SINGLE.get(kind, ())), **lists, **said, "instanceType": kind}


def coded(owner: str, field: str, term: Term) -> Thing:
    """A `Code` for a field of the object with the id `owner`."""
    parts = {"code": term.code, "codeSystem": term.system, "codeSystemVersion": term.version, "decode": term.decode}
    return thing("Code", f"Code_{owner}_{field}", **parts)


def aliased(owner: str, field: str, term: Term) -> Thing:
    """An `AliasCode` for a field of the object with the id `owner`."""
    return thing("AliasCode", f"AliasCode_{owner}_{field}", standardCode=coded(owner, field, term))


def quantity(owner: str, field: str, value: float, unit: Term | None = None) -> Thing:
    """A `Quantity` for a field of the object with the id `owner`."""
    ident = f"Quantity_{owner}_{field}"
    return thing("Quantity", ident, value=value, unit=aliased(owner, f"{field}_unit", unit) if unit else None)


def chained(things: list[Thing]) -> list[Thing]:
    """The same objects with `previousId` and `nextId` in this order."""
    for before, after in pairwise(things):
        before["nextId"], after["previousId"] = after["id"], before["id"]
    return things


def as_html(text: str) -> str:
    """A text as the XHTML that template texts are written in."""
    return "<p>" + text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;") + "</p>"


_TAG = re.compile(r"</?[A-Za-z][^<>]{0,500}>")
_SIGNS = {"&lt;": "<", "&gt;": ">", "&nbsp;": " ", "&#160;": " ", "&quot;": '"', "&amp;": "&"}


def from_html(text: str) -> str:
    """The plain text of an XHTML fragment, on one line."""
    plain = _TAG.sub(" ", text) if text.lstrip().startswith("<") else text
    for sign, letter in _SIGNS.items():
        plain = plain.replace(sign, letter)
    return " ".join(plain.split())


class Taken:
    """What has been understood of a file: every attribute that was taken, so that the rest can be named."""

    def __init__(self, root: Mapping[str, object]) -> None:
        self._root = root
        self._seen: set[tuple[int, str]] = set()
        self.notes: list[str] = []

    def text(self, owner: Mapping[str, object], name: str) -> str:
        """A text attribute, empty where there is none."""
        value = owner.get(name)
        if not isinstance(value, str):
            return ""
        self._seen.add((id(owner), name))
        return value

    def number(self, owner: Mapping[str, object], name: str) -> float | None:
        """A number, none where there is none."""
        value = owner.get(name)
        if isinstance(value, bool) or not isinstance(value, int | float):
            return None
        self._seen.add((id(owner), name))
        return value

    def names(self, owner: Mapping[str, object], name: str) -> list[str]:
        """A list of texts, such as ids; what is no text in it is left out, and no list is an empty one."""
        value = owner.get(name)
        self._seen.add((id(owner), name))
        return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []

    def one(self, owner: Mapping[str, object], name: str) -> Thing:
        """An object below another, empty where there is none."""
        value = owner.get(name)
        return value if isinstance(value, dict) else {}

    def all(self, owner: Mapping[str, object], name: str) -> list[Thing]:
        """The objects of a list below another."""
        value = owner.get(name)
        return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []

    def by_id(self, owner: Mapping[str, object], name: str, key: str = "id") -> dict[str, Thing]:
        """The objects of a list by their id, or by another attribute that holds one; those without are left out."""
        return {found: one for one in self.all(owner, name) if isinstance(found := one.get(key), str)}

    def code(self, owner: Mapping[str, object], name: str) -> str:
        """The code of a `Code` or `AliasCode` attribute."""
        found = self.one(owner, name)
        return self.text(self.one(found, "standardCode") or found, "code")

    def left(self) -> Iterator[str]:
        """What was not taken: for each class its attributes that hold something, with how often."""
        counts: Counter[tuple[str, str]] = Counter()
        for owner in _things(self._root):
            kind = str(owner.get("instanceType", ""))
            for name, value in owner.items():
                held = value not in (None, "", []) and not isinstance(value, dict)
                plain = held and not (isinstance(value, list) and any(isinstance(one, dict) for one in value))
                if plain and name not in ("id", "instanceType") and (id(owner), name) not in self._seen:
                    counts[kind, name] += 1
        for (kind, name), count in sorted(counts.items()):
            yield f"{kind}.{name}: {count}" if kind else f"{name}: {count}"


def _things(value: object) -> Iterator[Mapping[str, Any]]:
    waiting = [value]
    while waiting:
        at = waiting.pop()
        if isinstance(at, dict):
            yield at
            waiting.extend(at.values())
        elif isinstance(at, list):
            waiting.extend(at)


def slug(text: str, taken: Mapping[str, object]) -> str:
    """An id made from a name: small letters, digits and underscores, and not one of those taken."""
    plain = re.sub(r"[^a-z0-9]+", "_", text.lower()).strip("_")[:48].strip("_")
    base = plain if plain[:1].isalpha() else f"v_{plain}".strip("_")
    found, number = base, 2
    while found in taken:
        found, number = f"{base}_{number}", number + 1
    return found
