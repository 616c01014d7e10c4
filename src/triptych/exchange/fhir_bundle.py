"""A FHIR R4 Bundle, opened: one patient, the resources about them, and how references lead from one to another.

Bounded: so many bytes, so many resources, no recursion into what was sent. Nothing is fetched. What cannot be a
screening's record is refused with every problem that was seen (`NotFhir`); no message holds what the record says.
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Literal, NoReturn

from msgspec import Struct

from triptych.study.errors import StudyError

MAX_BYTES = 20_000_000
MAX_RESOURCES = 20_000
MAX_DEPTH = 60
BUNDLES = ("collection", "document", "searchset", "transaction", "batch")

_ID = re.compile(r"[A-Za-z0-9.-]{1,64}")
"""The identifiers of R4. Another is never shown: it may hold what cannot be written."""

Body = Mapping[str, Any]
Outcome = Literal["read", "set_aside", "question", "not_read"]


class NotFhir(StudyError):
    """What was given is no FHIR R4 Bundle about one patient, or more than is taken."""

    code = "not_fhir"


class Line(Struct, frozen=True, kw_only=True):
    """What became of one resource: read, set aside by what it says of itself, a question for a person, or not read."""

    resource: str
    outcome: Outcome
    text: str


class Held(Struct, frozen=True, kw_only=True):
    """A resource of the bundle, and the names by which others refer to it."""

    kind: str
    name: str
    urls: tuple[str, ...]
    body: Body


class Opened(Struct, frozen=True, kw_only=True):
    """A bundle about one patient."""

    patient: Held
    resources: tuple[Held, ...]
    lines: tuple[Line, ...]
    is_counted: bool
    """Whether the Bundle says how many it holds, and holds as many: the whole answer to a search."""
    index: Mapping[str, Held | None]
    """Resources by what others call them; none where several go by one name."""

    def of(self, *kinds: str) -> Iterator[Held]:
        """The resources of these kinds, in the order of the bundle."""
        return (one for one in self.resources if one.kind in kinds)

    def is_about_patient(self, reference: object) -> bool:
        """Whether a reference leads to the patient of this bundle."""
        return isinstance(reference, Mapping) and _plain(reference.get("reference")) in self.patient.urls

    def find(self, reference: object, holder: Body) -> Body | None:
        """What a reference leads to, within the resource that refers or in the bundle; none where it is lost."""
        target = _plain(reference.get("reference")) if isinstance(reference, Mapping) else ""
        if target.startswith("#"):
            inside = (one for one in dicts(holder.get("contained")) if f"#{one.get('id')}" == target)
            return next(inside, None)
        found = self.index.get(target)
        return found.body if found is not None else None


def read_bundle(content: bytes) -> Opened:
    """Open a Bundle. Raises `NotFhir` with what is wrong and what would be taken."""
    return open_bundle(decoded(content))


def open_bundle(bundle: object) -> Opened:
    """Open a Bundle that was decoded already. Raises `NotFhir`."""
    if not isinstance(bundle, Mapping) or bundle.get("resourceType") != "Bundle":
        raise NotFhir("This is JSON, and no FHIR Bundle. Give a Bundle with the patient and what is known.")
    if _too_deep(bundle):
        raise NotFhir(f"The Bundle is nested deeper than {MAX_DEPTH} levels. No FHIR record is; nothing was read.")
    if bundle.get("type") not in BUNDLES:
        raise NotFhir(f"The type of the Bundle is none that is read. Read are: {', '.join(BUNDLES)}.")
    entries = bundle.get("entry")
    if not isinstance(entries, list) or not entries:
        raise NotFhir("The Bundle has no entries. Give one with a Patient and what is known of them.")
    if len(entries) > MAX_RESOURCES:
        raise NotFhir(f"The Bundle has {len(entries):,} entries; {MAX_RESOURCES:,} are read at most.")
    lines = [*_page_lines(bundle)]
    index: dict[str, Held | None] = {}
    held, doubtful = _entries(entries, index)
    lines += doubtful
    is_counted = bundle["type"] == "searchset" and bundle.get("total") == len(_matches(bundle))
    patient, resources = _patient(held), tuple(held)
    return Opened(patient=patient, resources=resources, lines=tuple(lines), is_counted=is_counted, index=index)


def decoded(content: bytes) -> object:
    """The JSON in a file. Raises `NotFhir` where there is none, or more than is taken."""
    if len(content) > MAX_BYTES:
        raise NotFhir(f"The file has more than {MAX_BYTES:,} bytes. Give a Bundle with less in it.")
    if content.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        raise NotFhir("The file is XML. FHIR is read as JSON: have the record exported as application/fhir+json.")
    try:
        text = content.removeprefix(b"\xef\xbb\xbf").decode("utf-8")
        return json.loads(text, object_pairs_hook=_once, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        why = "damaged, cut off, nested too deeply, or with one key twice in an object"
        raise NotFhir(f"The file is not JSON that can be read: {why}.") from error


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Refuse a key given twice: which of the two was meant is not known."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError
    return found


def _no_number(_constant: str) -> NoReturn:
    """Refuse NaN and infinities, which are not JSON."""
    raise ValueError


def _too_deep(bundle: object) -> bool:
    """Whether anything is nested deeper than is read, found level by level."""
    level = [bundle]
    for _ in range(MAX_DEPTH):
        level = [inner for one in level for inner in _inside(one)]
        if not level:
            return False
    return True


def _inside(one: object) -> list[object]:
    values = one.values() if isinstance(one, Mapping) else one if isinstance(one, list) else ()
    return [value for value in values if isinstance(value, Mapping | list)]


def dicts(value: object) -> list[Body]:
    """The objects in a list; none where there is no list."""
    return [one for one in value if isinstance(one, Mapping)] if isinstance(value, list) else []


def _plain(reference: object) -> str:
    """A reference without the version it names."""
    return reference.partition("/_history/")[0] if isinstance(reference, str) else ""


def _page_lines(bundle: Body) -> Iterator[Line]:
    links = [one for one in dicts(bundle.get("link")) if one.get("relation") == "next"]
    total = bundle.get("total")
    if links or (isinstance(total, int) and total > len(_matches(bundle))):
        text = "The Bundle is one page of several: the record goes on elsewhere. Give all of it."
        yield Line(resource="Bundle", outcome="question", text=text)
    if bundle.get("implicitRules") is not None:
        text = "The Bundle has rules of its own (implicitRules) that are not known here."
        yield Line(resource="Bundle", outcome="question", text=text)


def _matches(bundle: Body) -> list[Body]:
    return [one for one in dicts(bundle.get("entry")) if _search_mode(one) in ("match", "")]


def _search_mode(entry: Body) -> str:
    search = entry.get("search")
    mode = search.get("mode") if isinstance(search, Mapping) else ""
    return mode if isinstance(mode, str) else ""


def _entries(entries: list[Any], index: dict[str, Held | None]) -> tuple[list[Held], list[Line]]:
    held: list[Held] = []
    lines: list[Line] = []
    for number, entry in enumerate(entries, 1):
        body = entry.get("resource") if isinstance(entry, Mapping) else None
        kind = body.get("resourceType") if isinstance(body, Mapping) else None
        where = f"entry {number}"
        if not isinstance(entry, Mapping) or not isinstance(body, Mapping) or not isinstance(kind, str) or not kind:
            text = "There is no resource in it that can be read."
            lines.append(Line(resource=where, outcome="question", text=text))
            continue
        one = Held(kind=kind, name=_name(kind, body, where), urls=_urls(entry, kind, body), body=body)
        repeated = _enter(index, one)
        lines += [repeated] if repeated else []
        if repeated is None or repeated.outcome == "question":
            held.append(one)
    return held, lines


def _enter(index: dict[str, Held | None], one: Held) -> Line | None:
    """Enter a resource by its names; a line where they were taken."""
    taken = [index[url] for url in one.urls if url in index]
    if taken and all(other is not None and other.body == one.body for other in taken):
        return Line(resource=one.name, outcome="set_aside", text="It is in the Bundle twice, the same.")
    for url in one.urls:
        index[url] = None if url in index else one
    if not taken:
        return None
    return Line(resource=one.name, outcome="question", text="It is in the Bundle twice, and the two differ.")


def _name(kind: str, body: Body, where: str) -> str:
    identifier = body.get("id")
    known = kind if kind.isascii() and kind.isalnum() and len(kind) < 50 else "resource"
    is_named = isinstance(identifier, str) and _ID.fullmatch(identifier)
    return f"{known}/{identifier}" if is_named else f"{known} ({where})"


def _urls(entry: Body, kind: str, body: Body) -> tuple[str, ...]:
    full, identifier = _plain(entry.get("fullUrl")), body.get("id")
    relative = f"{kind}/{identifier}" if isinstance(identifier, str) and identifier else ""
    return tuple(url for url in (full, relative) if url)


def _patient(held: list[Held]) -> Held:
    found = [one for one in held if one.kind == "Patient"]
    if len(found) != 1:
        some = "no Patient" if not found else f"{len(found)} Patients"
        raise NotFhir(
            f"The Bundle has {some}. A screening is about one person: give a Bundle with exactly one Patient."
        )
    return found[0]
