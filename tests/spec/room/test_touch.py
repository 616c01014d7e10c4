"""The touch agreement: small records in, what stands and which touch was outside it."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import Struct

from triptych.course.touch import agreement, digest

DOSE = datetime(2026, 3, 4, 9, tzinfo=UTC)
KINDS = ("hand", "shoulder", "embrace")
PEOPLE = ("anna", "ben", "cleo")


class Told(Struct, frozen=True, kw_only=True):
    id: str
    form: str
    values: Mapping[str, Any]
    occurred_at: datetime
    recorded_at: datetime
    corrects: str | None = None
    role: str = "therapist"
    status: str = "filed"


def at(minutes: float) -> datetime:
    return DOSE + timedelta(minutes=minutes)


def told(minutes: float, form: str, values: dict[str, Any], *, late: float = 0, **more: Any) -> Told:
    name = more.pop("name", f"{form}-{minutes}")
    known = at(minutes + late)
    return Told(id=name, form=form, values=values, occurred_at=at(minutes), recorded_at=known, **more)


def agreed(minutes: float, person: str, *kinds: str, signed: str = "paper", **more: Any) -> Told:
    values = {"person": person, "kinds": list(kinds), "stop_word": "red", "care_agreed": True, "signed": signed}
    return told(minutes, "touch_agreement", values, **more)


def less(minutes: float, **values: Any) -> Told:
    return told(minutes, "touch_narrowing", values)


OWN = agreed(-70, "cleo", "hand", signed="own", name="own")


def signed(minutes: float, *, agrees: bool = True, shown: str = "", role: str = "participant", late: float = 0) -> Told:
    values = {"about": "own", "agreed": agrees, "route": "own", "shown": shown or digest(OWN.values)}
    return told(minutes, "touch_signature", values, role=role, late=late)


def support(minutes: float, *, agrees: bool, **more: Any) -> Told:
    return told(minutes, "consent_element", {"element": "touch_support", "agreed": agrees}, **more)


GIVEN = told(0, "dose_administration", {"part": "initial", "outcome": "taken", "taken_at": DOSE.isoformat()})
LEFT = told(500, "discharge", {})
BOTH = [agreed(-90, "anna", "hand", "embrace"), agreed(-80, "ben", "hand"), GIVEN]
STOP = told(60, "touch_stop", {})


@pytest.mark.requirement("CON-04")
@pytest.mark.parametrize(
    ("more", "person", "kind", "why"),
    [
        ([], "anna", "embrace", None),
        ([], "ben", "embrace", "kind"),
        ([], "the observer", "hand", "nothing is agreed"),
        ([], {"missing": "unknown"}, "hand", "nothing is agreed"),
        ([], "anna", {"missing": "unknown"}, "kind"),
        ([], "anna", "other", "kind"),
        ([], "the observer", "care_toilet", None),
        ([STOP], "anna", "hand", "stop word"),
        ([STOP], "anna", "care_emergency", None),
        ([less(60, person="anna")], "anna", "hand", "kind"),
        ([less(60, person="anna")], "ben", "hand", None),
        ([less(60, kinds=["hand"])], "anna", "embrace", None),
        ([less(60)], "ben", "hand", "kind"),
        ([agreed(-70, "anna", "hand", "embrace", signed="not_signed")], "anna", "hand", "kind"),
        ([agreed(-70, "anna", "hand", signed="tablet")], "anna", "hand", "kind"),  # a typed name is no signature
        ([OWN], "cleo", "hand", "kind"),
        ([OWN, signed(-60)], "cleo", "hand", None),
        ([OWN, signed(-60, shown="other words")], "cleo", "hand", "kind"),
        ([OWN, signed(-60, role="therapist")], "cleo", "hand", "kind"),
        ([OWN, signed(30)], "cleo", "hand", "kind"),
        ([OWN, signed(-60, late=90)], "cleo", "hand", "kind"),
        ([OWN, signed(-60), signed(100, agrees=False)], "cleo", "hand", "kind"),
        ([OWN, signed(-60), told(90, "entered_in_error", {"about": "touch_signature--60"})], "cleo", "hand", "kind"),
        ([support(-50, agrees=True)], "anna", "hand", None),
        ([support(-50, agrees=False)], "anna", "hand", "declined in the consent"),
        ([support(-50, agrees=False)], "anna", "care_toilet", None),
        ([support(90, agrees=False)], "anna", "hand", "declined in the consent"),
        ([support(-50, agrees=False), support(-40, agrees=True)], "anna", "hand", None),
        ([support(-50, agrees=False, late=20), support(-40, agrees=True)], "anna", "hand", "declined"),  # known last
        ([support(-50, agrees=False), support(40, agrees=True)], "anna", "hand", "declined in the consent"),
        (
            [support(-50, agrees=False), support(-40, agrees=True, corrects="consent_element--50")],
            "anna",
            "hand",
            "declined",
        ),
        (
            [support(-50, agrees=True), told(60, "entered_in_error", {"about": "consent_element--50"})],
            "anna",
            "hand",
            "declined",
        ),
    ],
)
def test_a_touch_is_outside_by_person_by_kind_and_after_the_stop_word_and_care_never_is(
    more: list[Told], person: object, kind: object, why: str | None
) -> None:
    found = agreement([*BOTH, *more], at(120)).outside(person, kind)
    assert found is None if why is None else found is not None and why in found


@pytest.mark.requirement("CON-05")
@pytest.mark.parametrize(
    ("more", "minutes", "kinds"),
    [
        ([agreed(-10, "ben", *KINDS)], 100, {*KINDS}),  # sober: it may widen
        ([agreed(60, "ben", *KINDS)], 100, {"hand"}),
        ([agreed(60, "ben", "shoulder")], 100, set()),
        ([agreed(-10, "ben", *KINDS, late=70)], 100, {"hand"}),  # said to be from before, known only after
        ([LEFT, agreed(600, "ben", *KINDS)], 700, {"hand"}),
        ([LEFT, agreed(500 + 1440, "ben", *KINDS)], 2000, {*KINDS}),
        ([agreed(5000, "ben", *KINDS)], 6000, {"hand"}),  # no discharge on record
        ([agreed(60, "ben", *KINDS, corrects="touch_agreement--80")], 100, {"hand"}),
        ([less(60, kinds=["hand"]), told(70, "entered_in_error", {"about": "touch_narrowing-60"})], 100, set()),
        ([told(60, "entered_in_error", {"about": "touch_agreement--80"})], 100, set()),
        ([agreed(60, "cleo", "hand", corrects="touch_agreement--80")], 100, set()),
        ([less(60, person="ben"), agreed(60, "ben", status="held")], 50, {"hand"}),
    ],
)
def test_after_a_dose_it_narrows_and_never_widens_until_a_day_after_the_discharge(
    more: list[Told], minutes: float, kinds: set[str]
) -> None:
    assert agreement([*BOTH, *more], at(minutes)).people["ben"].kinds == kinds


def test_a_held_dose_locks_and_one_not_taken_does_not() -> None:
    held = told(0, "dose_administration", {}, status="held")
    spat = told(0, "dose_administration", {"outcome": "not_taken"})
    assert agreement([held], at(10)).is_locked
    assert not agreement([spat], at(10)).is_locked


SAID = st.one_of(
    st.builds(
        lambda minute, who, kinds, late, corrects: agreed(minute, who, *kinds, late=late, corrects=corrects),
        st.integers(-60, 480),
        st.sampled_from(PEOPLE),
        st.sets(st.sampled_from(KINDS)),
        st.integers(0, 300),
        st.none() | st.sampled_from(["touch_agreement--90", "touch_agreement--80"]),
    ),
    st.builds(
        lambda minute, who, kinds: less(minute, kinds=sorted(kinds), **({"person": who} if who else {})),
        st.integers(-60, 480),
        st.none() | st.sampled_from(PEOPLE),
        st.sets(st.sampled_from(KINDS)),
    ),
    st.builds(lambda minute: told(minute, "touch_stop", {}), st.integers(-60, 480)),
    st.builds(
        lambda minute, about: told(minute, "entered_in_error", {"about": about}),
        st.integers(1, 480),
        st.sampled_from(["touch_agreement--90", "touch_agreement--80", "own"]),
    ),
    st.just(OWN),
    st.builds(signed, st.integers(-60, 480), agrees=st.booleans(), late=st.integers(0, 300)),
    st.builds(support, st.integers(-60, 480), agrees=st.booleans(), late=st.integers(0, 300)),
)


@pytest.mark.requirement("CON-05")
@settings(max_examples=80, deadline=None)
@given(st.lists(SAID, max_size=8), st.integers(1, 479), st.integers(1, 479))
def test_whatever_is_filed_nothing_that_was_not_agreed_becomes_agreed_under_the_dose(
    said: list[Told], one: int, other: int
) -> None:
    records = [*BOTH, *(Told(**{**_of(s), "id": s.id if s is OWN else f"x{n}"}) for n, s in enumerate(said))]
    before, after = (agreement(records, at(minute)) for minute in sorted((one, other)))
    for person in (*PEOPLE, "the observer"):
        for kind in KINDS:
            if before.outside(person, kind):
                assert after.outside(person, kind)


def _of(one: Told) -> dict[str, Any]:
    return {name: getattr(one, name) for name in one.__struct_fields__}
