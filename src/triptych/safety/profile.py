"""The numbers of a screening: the default profile, and what a study document says otherwise."""

from collections.abc import Mapping
from typing import Any, Literal

import msgspec
from msgspec import Struct

from triptych.study import ScreeningRules, Study

WashoutPolicy = Literal["table", "half_lives"]


class Statement(Struct, frozen=True, kw_only=True):
    """What a criterion is called, why it is there and where it comes from; `confirmed` if that was read there."""

    id: str
    title: str
    rationale: str
    source: str
    confirmed: bool = False


class Profile(Struct, frozen=True, kw_only=True):
    """Every number that a screening decision rests on. Limits are inclusive: a value at the limit is within it.

    `washout` chooses between the intervals of the table (the longer of five half-lives and a class floor) and five
    half-lives alone. `floors` are days by row id, active or class, and can only lengthen. Ages are in days before the
    planned session; that of a pregnancy test before a session still to come counts on the day of evaluation.
    `unconfirmed` names the fields that no source confirms.
    """

    name: str
    washout: WashoutPolicy = "table"
    floors: Mapping[str, int] = {}
    stabilization_days: int = 0
    minimum_age: int = 18
    maximum_age: int | None = None
    minimum_weight_kg: float = 48
    systolic: float = 140
    diastolic: float = 90
    qtcf_male: float = 450
    qtcf_female: float = 460
    sodium_minimum: float = 135
    sodium_maximum: float = 145
    potassium_minimum: float = 3.5
    potassium_maximum: float = 5.5
    transaminase_review: float = 120
    creatinine_review: float = 150
    tsh_minimum: float = 0.4
    tsh_maximum: float = 4.5
    heart_rate_minimum: float = 45
    heart_rate_maximum: float = 100
    temperature_minimum: float = 35.5
    temperature_maximum: float = 37.5
    ideation_review: int = 4
    labs_days: int = 28
    ecg_days: int = 28
    blood_pressure_days: int = 90
    pregnancy_test_days: int = 7
    statements: Mapping[str, Statement] = {}
    unconfirmed: tuple[str, ...] = ()

    def with_study(self, rules: ScreeningRules | None, unconfirmed: tuple[str, ...] = ()) -> "Profile":
        """The profile with what a study document says in place of the defaults."""
        if rules is None:
            return self
        given = {
            name: value
            for name in self.__struct_fields__
            if (value := getattr(rules, name, None)) is not None and name != "floors"
        }
        floors = {**self.floors, **{floor.of: floor.days for floor in rules.floors}}
        changed: dict[str, Any] = {**given, "floors": floors, "name": rules.name or f"{self.name}, as the study has it"}
        return msgspec.structs.replace(self, **changed, unconfirmed=(*self.unconfirmed, *unconfirmed))


def profile_of(profile: Profile, study: Study) -> Profile:
    """A profile with what a study document says about screening, its unconfirmed fields among those unconfirmed."""
    head = "screening."
    marked = tuple(field.path.removeprefix(head) for field in study.unconfirmed if field.path.startswith(head))
    return profile.with_study(study.document.screening, marked)


def read_profile(text: str) -> Profile:
    """Read a profile from JSON: the fields of `Profile`, statements as a list.

    Raises:
        ValueError: a field that is not known or does not fit, with its name.
    """
    data = msgspec.json.decode(text)
    data["statements"] = {statement["id"]: statement for statement in data.get("statements", ())}
    try:
        return msgspec.convert(data, Profile)
    except msgspec.ValidationError as fault:
        raise ValueError(f"screening profile: {fault}") from fault
