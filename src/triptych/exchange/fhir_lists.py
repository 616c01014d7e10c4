"""Whether a FHIR R4 record is whole: what its Lists and its Composition name, against what is in the Bundle.

A record says that it is complete by naming what belongs to it, or as the whole answer to a search. Without that, what
is absent cannot be told from what does not exist, and a person has to be asked.
"""

from collections.abc import Iterable, Iterator, Mapping

from triptych.exchange.fhir_bundle import MAX_RESOURCES, Body, Held, Line, Opened, dicts
from triptych.exchange.fhir_medicines import KINDS

PARTS: Mapping[str, tuple[str, ...]] = {
    "medicines": KINDS,
    "conditions": ("Condition",),
    "results": ("Observation",),
}


def unlisted(opened: Opened, lines: Iterable[Line]) -> list[Line]:
    """Questions about what a record names and does not hold, and about what it holds and does not name.

    `lines` say what became of each resource; only what was read has to be named.
    """
    named: set[int] = set()
    found: list[Line] = []
    for held in opened.of("List", "Composition"):
        references, doubt = _references(held)
        doubt = doubt or not opened.is_about_patient(held.body.get("subject"))
        reached = [opened.find(one, held.body) for one in references]
        named |= {id(one) for one in reached if one is not None and not doubt}
        lost = sum(one is None for one in reached)
        if lost and held.body.get("status") != "entered-in-error":
            text = f"It names {len(reached)} entries, and {lost} of them cannot be found in the Bundle."
            found.append(Line(resource=held.name, outcome="question", text=text))
    if opened.is_counted:
        return found
    read = {line.resource for line in lines if line.outcome == "read"}
    return [*found, *_unnamed(opened, read, named)]


def _unnamed(opened: Opened, read: set[str], named: set[int]) -> Iterator[Line]:
    for part, kinds in PARTS.items():
        concerned = [held for held in opened.of(*kinds) if held.name in read]
        left = [held for held in concerned if id(held.body) not in named]
        if left:
            text = f"{len(left)} of {len(concerned)} {part} stand in no List or Composition: are these all there are?"
            yield Line(resource="Bundle", outcome="question", text=text)


def _references(held: Held) -> tuple[list[object], bool]:
    """What a List or Composition refers to, and whether it is in doubt as a statement of what there is."""
    body = held.body
    if held.kind == "List":
        entries = dicts(body.get("entry"))
        doubt = body.get("status") != "current" or body.get("mode") not in ("working", "snapshot")
        doubt = doubt or any("deleted" in one for one in entries) or bool(body.get("modifierExtension"))
        return [one.get("item") for one in entries], doubt
    doubt = body.get("status") not in ("preliminary", "final", "amended")
    return list(_of_sections(body)), doubt


def _of_sections(body: Body) -> Iterator[object]:
    """The references of every section, within one another as deep as a Bundle goes."""
    level, count = dicts(body.get("section")), 0
    while level and count <= MAX_RESOURCES:
        count += len(level)
        for section in level:
            yield from _listed(section.get("entry"))
        level = [inner for section in level for inner in dicts(section.get("section"))]


def _listed(entries: object) -> list[object]:
    return list(entries) if isinstance(entries, list) else []
