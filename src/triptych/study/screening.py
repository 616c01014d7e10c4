"""What a study document says about screening: its wash-out policy, floors, limits and the ages of its tests.

Every field that is absent leaves the number of the default screening profile standing.
"""

from collections.abc import Iterator, Mapping
from typing import Literal

from triptych.study.treatment import Part

ScreeningFact = Literal[
    "birth_date",
    "sex",
    "childbearing_potential",
    "contraception",
    "nursing",
    "weight",
    "height",
    "diagnoses",
    "condition",
    "history_complete",
    "family_history",
    "ideation",
    "behavior",
    "systolic",
    "diastolic",
    "heart_rate",
    "temperature",
    "qtcf",
    "rhythm",
    "sodium",
    "potassium",
    "alt",
    "ast",
    "creatinine",
    "tsh",
    "drug_screen",
    "drugs_found",
    "pregnancy_test",
]
FACT_SHAPES: Mapping[str, tuple[tuple[str, ...], str]] = {
    "birth_date": (("date",), ""),
    "sex": (("code",), ""),
    "contraception": (("text",), ""),
    "weight": (("integer", "decimal"), "kg"),
    "height": (("integer", "decimal"), "cm"),
    "diagnoses": (("text",), ""),
    "condition": (("text",), ""),
    "ideation": (("integer",), "{score}"),
    "systolic": (("integer", "decimal"), "mm[Hg]"),
    "diastolic": (("integer", "decimal"), "mm[Hg]"),
    "heart_rate": (("integer", "decimal"), "/min"),
    "temperature": (("integer", "decimal"), "Cel"),
    "qtcf": (("integer", "decimal"), "ms"),
    "rhythm": (("text", "code"), ""),
    "sodium": (("integer", "decimal"), "mmol/L"),
    "potassium": (("integer", "decimal"), "mmol/L"),
    "alt": (("integer", "decimal"), "U/L"),
    "ast": (("integer", "decimal"), "U/L"),
    "creatinine": (("integer", "decimal"), "umol/L"),
    "tsh": (("integer", "decimal"), "m[IU]/L"),
    "drug_screen": (("code",), ""),
    "drugs_found": (("text",), ""),
    "pregnancy_test": (("code",), ""),
}
"""The types and the unit (UCUM) that an item has whose answer is a fact of the screening; others are booleans."""


class Floor(Part, frozen=True, kw_only=True):
    """A shortest wash-out in days for a row of the knowledge base, an active ingredient or a class of medicines."""

    of: str
    days: int


class ScreeningRules(Part, frozen=True, kw_only=True):
    """Numbers of the screening that differ from the default profile. Limits are inclusive; ages are in days.

    `washout` is `table` (the longer of five half-lives and a class floor) or `half_lives` (five half-lives alone);
    `floors` can only lengthen an interval, `stabilization_days` are added to every one that needs a taper.
    """

    name: str = ""
    washout: Literal["table", "half_lives"] | None = None
    floors: tuple[Floor, ...] = ()
    stabilization_days: int | None = None
    minimum_age: int | None = None
    maximum_age: int | None = None
    minimum_weight_kg: float | None = None
    systolic: float | None = None
    diastolic: float | None = None
    qtcf_male: float | None = None
    qtcf_female: float | None = None
    sodium_minimum: float | None = None
    labs_days: int | None = None
    ecg_days: int | None = None
    blood_pressure_days: int | None = None
    pregnancy_test_days: int | None = None

    def said(self) -> Iterator[tuple[str, str]]:
        """Every number that the document sets, by name, in words."""
        for name in self.__struct_fields__:
            value = getattr(self, name)
            if name == "floors":
                yield from ((f"floor for {floor.of}", f"{floor.days} days") for floor in self.floors)
            elif name != "source" and value not in (None, ""):
                yield name, str(value)
