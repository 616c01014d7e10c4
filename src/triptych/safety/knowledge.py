"""What is known of medicines together with MDMA, read from the tables in `library/medicines/` (handed in as text).

Rows judge, actives are ingredients, products are brands and combinations, names are what is only recognized. A name
that is only recognized is identified and has no row: nothing is known of it, which is never *no interaction*.
"""

import csv
import io
from collections.abc import Iterable, Mapping
from itertools import groupby
from typing import Literal

from msgspec import Struct

from triptych.safety.wording import key_of

Management = Literal["exclude", "taper_washout", "hold", "physician_review", "allow"]
Hazard = Literal["toxicity", "loss_of_effect", "electrolytes", "heart_rhythm", "other", "none"]
MANAGEMENT: tuple[Management, ...] = ("allow", "physician_review", "hold", "taper_washout", "exclude")
HAZARDS: tuple[Hazard, ...] = ("toxicity", "loss_of_effect", "electrolytes", "heart_rhythm", "other", "none")


class Row(Struct, frozen=True, kw_only=True):
    """One judgment on a medicine or class together with MDMA.

    `washout_days` is none where waiting cannot fix it; half-lives are in hours, the longest of parent or counted
    metabolite. `hazards` keeps toxicity and loss of effect apart. `never_stop` medicines never yield a date.
    `disagreement` says where sources of the row differ. `confirmed` says whether the claim was read in a source.
    """

    id: str
    medicine_class: str
    hazards: tuple[Hazard, ...]
    mechanism: str
    effect: str
    severity: str
    management: Management
    advice: str
    washout_days: int | None
    half_life_days: int | None
    washout_basis: str
    metabolite: str
    prolongs_qt: bool
    never_stop: bool
    sign_off: bool
    tapered_by: str
    suicidality_checks: bool
    restart_days: int | None
    restart_note: str
    supersedes: tuple[str, ...]
    disagreement: str
    citation: str
    url: str
    confirmed: bool
    evidence: str
    half_life_source: str
    half_life_confirmed: bool
    note: str


class Link(Struct, frozen=True):
    """A row that judges an active, for one way of giving it; an empty `form` is any other way."""

    row: str
    form: str = ""


class Active(Struct, frozen=True, kw_only=True):
    """One active ingredient in the spelling of the knowledge base, and the rows that judge it."""

    name: str
    links: tuple[Link, ...]
    synonyms: tuple[str, ...] = ()
    named: bool = True
    """False where this knowledge base places it in the class of a row that does not name it (unconfirmed)."""

    def has_form(self, form: str) -> bool:
        """Whether a row is kept for this way of giving it alone."""
        return any(link.form == form for link in self.links)


class Product(Struct, frozen=True, kw_only=True):
    """A brand or combination and what is in it; `form` says how it is given where that decides the row."""

    name: str
    actives: tuple[str, ...]
    rows: tuple[str, ...] = ()
    form: str = ""
    regions: str = ""
    source: str = ""
    confirmed: bool = False


class KnowledgeBase(Struct, frozen=True, kw_only=True):
    """Everything that is known, by identifier and by name; `index` leads from a normalized name to what it means."""

    rows: Mapping[str, Row]
    actives: Mapping[str, Active]
    index: Mapping[str, tuple[Active | Product, ...]]
    spellings: Mapping[str, str]
    """The name as a person writes it, by normalized name, of all that can be offered."""
    recognized: Mapping[str, str]
    """What generic names stand for that the checked tables do not name, by normalized name."""
    brands: Mapping[str, str]
    """An ingredient of brands that the checked tables do not name; there may be another, so it is only offered."""
    broad: Mapping[str, tuple[str, ...]]
    """The normalized names of both, by their first two letters."""
    longest: int
    """The number of words in the longest name."""

    def meaning(self, key: str) -> tuple[Active | Product, ...]:
        """What a normalized name means exactly; a recognized name that no table judges is an active without a row."""
        found = self.index.get(key)
        if found is None and key in self.recognized:
            return (self.active(self.recognized[key]),)
        return found or ()

    def active(self, name: str) -> Active:
        """The active of this name, without a row if no table judges it."""
        return self.actives.get(name) or Active(name=name, links=())


def read_knowledge(rows: str, actives: str, products: str, names: str = "") -> KnowledgeBase:
    """Build the knowledge base from the texts of its tables.

    Args:
        rows: CSV of judgments (`interactions.csv`).
        actives: CSV of active ingredients, their rows and synonyms (`actives.csv`).
        products: CSV of brands and combinations (`products.csv`).
        names: CSV of further names with what they mean, generic or brand (`names.csv`).

    Raises:
        ValueError: a management code, hazard, row or active that is not known, with the line's identifier.
    """
    known = {row.id: row for row in map(_row, _lines(rows))}
    ingredients = {active.name: active for active in map(_active, _lines(actives))}
    brands = tuple(map(_product, _lines(products)))
    _check(known, ingredients, brands)
    index: dict[str, tuple[Active | Product, ...]] = {}
    spellings: dict[str, str] = {}
    things: tuple[Active | Product, ...] = (*ingredients.values(), *brands)
    for thing in things:
        for name in (thing.name, *(thing.synonyms if isinstance(thing, Active) else ())):
            _enter(index, spellings, name, thing)
    recognized, branded = _broad(names, index)
    beginnings: dict[str, tuple[str, ...]] = {}
    for start, keys in groupby(sorted({*recognized, *branded}), key=lambda key: key[:2]):
        beginnings[start] = tuple(keys)
    longest = max((len(key.split()) for key in (*index, *recognized)), default=1)
    return KnowledgeBase(
        rows=known,
        actives=ingredients,
        index=index,
        spellings=spellings,
        recognized=recognized,
        brands=branded,
        broad=beginnings,
        longest=longest,
    )


def _broad(names: str, index: Mapping[str, object]) -> tuple[dict[str, str], dict[str, str]]:
    """The names that only the table of breadth knows: generic names, and brands."""
    found: dict[str, dict[str, str]] = {"generic": {}, "brand": {}}
    for line in _lines(names):
        key = key_of(line["name"])
        if key and key not in index:
            found[line["kind"]][key] = line["means"]
    return found["generic"], found["brand"]


def _enter(
    index: dict[str, tuple[Active | Product, ...]], spellings: dict[str, str], name: str, thing: Active | Product
) -> None:
    key = key_of(name)
    if thing not in index.get(key, ()):
        index[key] = (*index.get(key, ()), thing)
    spellings.setdefault(key, name)


def _lines(text: str) -> Iterable[dict[str, str]]:
    for line in csv.DictReader(io.StringIO(text)):
        yield {name: value or "" for name, value in line.items() if name is not None}


def _row(line: Mapping[str, str]) -> Row:
    return Row(
        id=line["id"],
        medicine_class=line["drug_class"],
        hazards=tuple(_hazard(part, line["id"]) for part in _parts(line["hazards"])),
        mechanism=line["mechanism"],
        effect=line["direction_of_effect"],
        severity=line["severity"],
        management=_management(line["management_code"], line["id"]),
        advice=line["trial_management"],
        washout_days=_days(line["washout_days"]),
        half_life_days=_days(line["washout_days_5x_half_life"]),
        washout_basis=line["washout_basis"],
        metabolite=line["counted_metabolite"],
        prolongs_qt=line["qt_risk"] == "yes",
        never_stop=line["never_stop"] == "yes",
        sign_off=line["sign_off"] == "yes",
        tapered_by=line["tapered_by"],
        suicidality_checks=line["suicidality_checks"] == "yes",
        restart_days=_days(line["restart_days"]),
        restart_note=line["restart_note"],
        supersedes=_parts(line["supersedes"]),
        disagreement=line["disagreement"],
        citation=line["citation"],
        url=line["doi_or_url"],
        confirmed=line["verified"] == "yes",
        evidence=line["verified_level"],
        half_life_source=line["half_life_source"],
        half_life_confirmed=line["half_life_verified"] == "yes",
        note=line["notes"],
    )


def _active(line: Mapping[str, str]) -> Active:
    links = tuple(Link(*part.split("@")) for part in _parts(line["rows"]))
    return Active(name=line["active"], links=links, synonyms=_parts(line["synonyms"]), named=line["named"] == "yes")


def _product(line: Mapping[str, str]) -> Product:
    return Product(
        name=line["product"],
        actives=_parts(line["actives"]),
        rows=_parts(line["rows"]),
        form=line["form"],
        regions=line["regions"],
        source=line["source"],
        confirmed=line["confirmed"] == "yes",
    )


def _parts(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(";") if part.strip())


def _days(text: str) -> int | None:
    return int(text) if text else None


def _management(code: str, row: str) -> Management:
    for known in MANAGEMENT:
        if code == known:
            return known
    raise ValueError(f"{row}: management code {code!r} is not one of {', '.join(MANAGEMENT)}")


def _hazard(word: str, row: str) -> Hazard:
    for known in HAZARDS:
        if word == known:
            return known
    raise ValueError(f"{row}: hazard {word!r} is not one of {', '.join(HAZARDS)}")


def _check(rows: Mapping[str, Row], actives: Mapping[str, Active], products: Iterable[Product]) -> None:
    """Every row and active that a table names has to exist; a dangling name would be an interaction lost."""
    for active in actives.values():
        for link in active.links:
            if link.row not in rows:
                raise ValueError(f"active {active.name!r}: there is no row {link.row!r}")
    for product in products:
        for name in product.actives:
            if name not in actives:
                raise ValueError(f"product {product.name!r}: there is no active {name!r}")
        for row in product.rows:
            if row not in rows:
                raise ValueError(f"product {product.name!r}: there is no row {row!r}")
