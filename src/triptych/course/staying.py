"""How somebody stays in the follow-up or leaves it, and what may still be done then (CRL-05, PRV-01).

The newest answer counts. What was not asked is not allowed. Whoever took back the part of the consent on the person
whom the team may call has allowed nobody to be asked, whatever they allowed before.
"""

from collections.abc import Iterable, Mapping

from msgspec import Struct

from triptych.course.told import Version

TRACING, WISH = "tracing_consent", "follow_up_wish"
ELEMENT, CALLED = "consent_element", "contact_person"
WAYS: Mapping[str, str] = {"letter": "a letter", "person": "the person named", "register": "a public register"}
"""The ways in which somebody may be looked for, by the items of the form."""
UNASKED = ("safety", "leave")
"""Wishes after which nobody asks by the site or a message any more, from when they are said."""
ENDED: Mapping[str, str] = {"follow_up": "stopped", "data": "stopped", "life": "dead"}
"""How a standing says that nothing more is asked of somebody."""


class Staying(Struct, frozen=True, kw_only=True):
    """What a participant wishes, how they may be looked for (none: they were not asked), and what may be read later.

    `records` says whether their health record may still be read after they left; none where they did not say.
    """

    wish: str = ""
    tracing: tuple[str, ...] | None = None
    records: bool | None = None


def is_asked_nothing(records: Iterable[Version], standing: Mapping[str, str]) -> bool:
    """Whether somebody is asked nothing more: by their newest wish, or as their standing says."""
    return staying(records).wish in UNASKED or any(standing.get(axis) == value for axis, value in ENDED.items())


def may_be_called(records: Iterable[Version]) -> bool | None:
    """Whether the newest answer lets the team call the person who was named; none where that was not asked."""
    said = [one.values.get("agreed") for one in records if one.form == ELEMENT and one.values.get("element") == CALLED]
    return said[-1] is True if said else None


def staying(records: Iterable[Version]) -> Staying:
    """What the newest answers that count say, from records oldest first."""
    records = tuple(records)
    newest = {one.form: one.values for one in records if one.form in (TRACING, WISH)}
    traced, wish = newest.get(TRACING), newest.get(WISH, {})
    ways = {item: way for item, way in WAYS.items() if item != "person" or may_be_called(records) is not False}
    tracing = None if traced is None else tuple(way for item, way in ways.items() if traced.get(item) is True)
    kept = wish.get("records") if wish.get("wish") == "leave" else None
    return Staying(wish=str(wish.get("wish", "")), tracing=tracing, records=kept if isinstance(kept, bool) else None)
