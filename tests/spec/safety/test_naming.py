"""Names as people type them, against a list labeled by hand (`spellings.csv`): none is taken for another medicine.

The labels were written from the names alone, by what a label or a common reference says is in them, before they were
compared. `kind` says how a name was chosen; a name without actives must not be identified.
"""

import csv
from functools import lru_cache
from pathlib import Path

import pytest

from triptych.ledger.library import knowledge_base
from triptych.safety import resolve

LABELED = [
    (line["entered"], frozenset(part.strip().casefold() for part in line["actives"].split(";") if part.strip()), line)
    for line in csv.DictReader((Path(__file__).parent / "spellings.csv").read_text("utf-8").splitlines())
]
EXACT = {"generic", "brand", "combination", "foreign", "supplement", "street", "look-alike"}


@lru_cache(maxsize=1)
def found() -> list[tuple[str, frozenset[str], str, str]]:
    """Each name with its label, its kind, and what became of it."""
    return [(entered, label, line["kind"], outcome(entered, label)) for entered, label, line in LABELED]


def outcome(entered: str, label: frozenset[str]) -> str:
    resolution = resolve(knowledge_base(), entered)
    if resolution.status == "resolved":
        return "right" if {active.casefold() for active in resolution.actives} == label else "taken for another"
    offered = [{active.casefold() for active in candidate.actives} for candidate in resolution.candidates]
    return "offered" if label and label in offered else "not known"


def test_no_name_is_taken_for_another_medicine():
    assert [entered for entered, _, _, became in found() if became == "taken for another"] == []


def test_nearly_every_exact_name_is_identified_and_nearly_every_misspelling_is_offered():
    exact = [became for _, _, kind, became in found() if kind in EXACT]
    misspelled = [became for _, _, kind, became in found() if kind == "misspelling"]
    assert exact.count("right") >= 0.95 * len(exact)
    assert exact.count("not known") <= 0.01 * len(exact)
    assert misspelled.count("offered") + misspelled.count("right") == len(misspelled)


def test_what_is_no_name_of_a_medicine_is_never_identified():
    assert [entered for entered, label, _, became in found() if not label and became != "not known"] == []


@pytest.mark.parametrize(
    ("entered", "ingredient"),
    [("Humira", "adalimumab"), ("Depo-Provera", "medroxyprogesterone"), ("Fosamax", "alendronate")],
)
def test_a_brand_that_only_the_list_of_substances_knows_is_offered_since_it_may_hold_more(entered, ingredient):
    resolution = resolve(knowledge_base(), entered)
    assert resolution.status == "offered"
    assert resolution.candidates[0].actives == (ingredient,)


def test_a_generic_name_that_no_table_judges_is_recognized_and_has_no_row():
    resolution = resolve(knowledge_base(), "adalimumab 40 mg")
    assert (resolution.status, resolution.identified[0].unlisted) == ("resolved", ("adalimumab",))


def test_the_tea_of_a_plant_is_not_the_tea_with_caffeine():
    assert resolve(knowledge_base(), "tea").actives == ("caffeine",)
    assert resolve(knowledge_base(), "herbal sleep tea").actives == ()


def test_the_breadth_of_names_hides_no_name_of_the_checked_tables():
    base = knowledge_base()
    assert not {*base.recognized, *base.brands} & set(base.index)
