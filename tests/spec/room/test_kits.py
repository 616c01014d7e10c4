"""The balance of a site's kits: where each is, what the shelf should hold, and what differs."""

from typing import Any

from tests.spec.room.test_events import Told as Seen
from tests.spec.room.test_events import at

from triptych.course.kits import Balance, balance


class Told(Seen, frozen=True, kw_only=True):
    participant: str | None = None


def told(minutes: float, form: str, participant: str | None = None, cycle: int | None = None, **values: Any) -> Told:
    name = f"{form}-{minutes}-{participant}"
    return Told(id=name, form=form, values=values, occurred_at=at(minutes), participant=participant, cycle=cycle)


def moved(minutes: float, what: str, *kits: str, **more: Any) -> Told:
    return told(minutes, "kit_movement", kits="\n".join(kits), what=what, **more)


def used(minutes: float, kit: str, who: str = "P-1", form: str = "dose_administration") -> Told:
    return told(minutes, form, who, 1, kit=kit, outcome="taken", part="initial")


IN = [moved(0, "received", "K-1", "K-2", "K-3", "K-4"), *(told(n, "kit_release", kit=f"K-{n}") for n in (1, 2, 3, 4))]
ONE = [used(10, "K-1", form="dose_authorization"), used(11, "K-1")]


def found(*records: Told, minutes: float = 9000) -> Balance:
    return balance([*IN, *records], at(minutes))


def test_a_stock_whose_records_are_whole_balances() -> None:
    destroyed = moved(30, "destroyed", "K-2", witness="pharmacist-2")
    back = [used(40, "K-3", form="dose_authorization"), moved(41, "returned", "K-3"), moved(50, "sent_back", "K-4")]
    whole = found(*ONE, destroyed, *back, told(60, "kit_count", counted=1))
    assert whole.differences == ()
    assert (whole.received, whole.released, whole.dispensed, whole.given) == (4, 4, 2, 1)
    assert (whole.returned, whole.sent_back, whole.destroyed, whole.shelf, whole.counted) == (1, 1, 1, 1, 1)


def test_every_difference_is_said_in_words() -> None:
    assert found(told(70, "kit_count", counted=3)).differences == (
        "3 kits were counted on the shelf, and 4 should have been there",
    )
    assert found(told(5, "kit_release", kit="K-9")).differences == ("K-9: no receipt is on record",)
    assert found(used(20, "K-1", form="dose_authorization"), minutes=30).differences == ()
    assert found(used(20, "K-1", form="dose_authorization")).differences == (
        "K-1: authorized, and neither given nor returned",
    )
    assert found(*ONE, used(20, "K-1", "P-2")).differences == (
        "K-1: given to more than one participant, or in more than one session",
        "K-1: given without an authorization for this participant and session",
    )
    alone = moved(30, "destroyed", "K-2", witness={"missing": "not-performed"})
    assert found(alone).differences == ("K-2: destroyed, and nobody else witnessed it",)
    unnamed = told(20, "dose_administration", "P-2", 2, outcome="taken", kit={"missing": "unknown"})
    assert found(unnamed).differences == ("P-2, session 2: a dose was given and the kit is not recorded",)


def test_what_was_entered_in_error_moves_nothing() -> None:
    wrong = moved(30, "lost", "K-2")
    assert found(wrong).lost == 1
    assert found(wrong, told(31, "entered_in_error", about=wrong.id)).shelf == 4
