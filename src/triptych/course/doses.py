"""Doses as they were authorized and given. An authorization allows one dose of one part, up to its amount."""

from collections.abc import Iterator
from datetime import datetime

from triptych.course.deviations import Shown
from triptych.course.entries import Entries, Entry, local_day
from triptych.course.obligations import is_resolved
from triptych.course.setting import Setting
from triptych.course.sight import Sight
from triptych.rules import Missing

GIVEN = ("taken", "partly", "vomited")
MASKED = {"missing": "masked"}
RELEASE, QUARANTINE = "kit_release", "kit_quarantine"


def actual_time(dose: Entry) -> datetime:
    """When a dose was taken: the actual time that was recorded, else when the record says it happened."""
    taken_at = dose.current.values.get("taken_at")
    return datetime.fromisoformat(taken_at) if isinstance(taken_at, str) else dose.current.occurred_at


def given_doses(entries: Entries) -> list[Entry]:
    """Doses that were given in whole or part, by their actual time."""
    doses = entries.of("dose_administration")
    return sorted((dose for dose in doses if dose.current.values.get("outcome") in GIVEN), key=actual_time)


def is_given(entries: Entries, part: str, cycle: int | None) -> bool | Missing:
    """Whether a part of the dose has been given in a cycle; missing while a record of a dose is held."""
    if any((dose.current.values.get("part"), dose.current.cycle) == (part, cycle) for dose in given_doses(entries)):
        return True
    if any(record.form == "dose_administration" and not is_resolved(entries, record) for record in entries.held):
        return Missing(("dose_administration.outcome",))
    return False


def half_of_given(entries: Entries, cycle: int | None) -> float | Missing | None:
    """Half of the initial dose that was given in a cycle: a supplemental dose is never more.

    None before a dose was given or where its amount is masked; missing where nobody knows it. Of two records of an
    initial dose the smaller counts.
    """
    given = (dose.current for dose in given_doses(entries) if dose.current.cycle == cycle)
    amounts = [one.values.get("amount") for one in given if one.values.get("part") == "initial"]
    known = [float(one) for one in amounts if isinstance(one, int | float)]
    if any(not isinstance(one, int | float) and one != MASKED for one in amounts):
        return Missing(("dose_administration.amount",))
    return min(known) / 2 if known else None


def unauthorized_doses(entries: Entries, sight: Sight) -> Iterator[Shown]:
    """Doses given without an authorization of their own, and more given than was authorized where amounts are seen.

    Authorizations count by when the system had them: one recorded after the dose cannot have allowed it. Actual times
    are given to the minute, so an authorization recorded within that minute counts as before it.
    """
    if not (sight.sees_form("dose_authorization") and sight.sees_form("dose_administration")):
        return
    unused = sorted(entries.of("dose_authorization"), key=lambda found: found.root.recorded_at)
    without: dict[str, int] = {}
    for dose in given_doses(entries):
        values, given = dose.current.values, actual_time(dose)
        authorized = next((found for found in unused if _allows(found, dose, given)), None)
        name = f"{dose.current.cycle or 1}:{values.get('part')}"
        if authorized is None:
            without[name] = without.get(name, 0) + 1
            again = f":{without[name]}" if without[name] > 1 else ""
            what = f"The {values.get('part')} dose was given and no authorization of it is on record"
            yield _shown("dose_without_authorization", f"{name}{again}", what, dose)
            continue
        unused.remove(authorized)
        amount, allowed = values.get("amount"), authorized.current.values.get("amount")
        if isinstance(amount, int | float) and isinstance(allowed, int | float) and amount > allowed:
            what = f"{amount:g} mg of the {values.get('part')} dose were given and {allowed:g} mg were authorized"
            yield _shown("dose_above_authorization", name, what, dose)


def doubtful_doses(entries: Entries, sight: Sight, setting: Setting) -> Iterator[Shown]:
    """Doses that nobody else witnessed, from another kit than the one authorized, or from one not to be used then."""
    if not (sight.sees_form("dose_authorization") and sight.sees_form("dose_administration")):
        return
    for dose in given_doses(entries):
        values, name = dose.current.values, f"{dose.current.cycle or 1}:{dose.current.values.get('part')}"
        witness = values.get("witness")
        if not isinstance(witness, str) or witness == dose.current.actor:
            yield _shown("unwitnessed_dose", name, f"Nobody else witnessed the {values.get('part')} dose", dose)
        allowed = {
            one.current.values["kit"]
            for one in entries.of("dose_authorization")
            if one.current.cycle == dose.current.cycle and isinstance(one.current.values.get("kit"), str)
        }
        if allowed and isinstance(values.get("kit"), str) and values["kit"] not in allowed:
            what = f"The {values.get('part')} dose was taken from another kit than the one authorized"
            yield _shown("kit_not_authorized", name, what, dose)
        why = _unusable(values.get("kit"), actual_time(dose), setting) if sight.sees_form(RELEASE) else None
        if why is not None:
            yield _shown("kit_unusable", name, f"The {values.get('part')} dose was taken from a kit that {why}", dose)


def _unusable(kit: object, at: datetime, setting: Setting) -> str | None:
    """Why a kit was not to be used at an instant, though it may have been authorized before; none if it was.

    A quarantine is ended by a pharmacist alone. A dose is judged by the day at the site on which it was taken.
    """
    releases = [one for one in setting.site_entries.of(RELEASE) if one.current.values.get("kit") == kit]
    expires = releases[-1].current.values.get("expires_on") if releases else None
    if isinstance(expires, str) and expires < local_day(at, setting.zone).isoformat():
        return "had expired"
    said = [one.current for one in setting.site_entries.of(QUARANTINE) if one.current.values.get("kit") == kit]
    last = next((one for one in reversed(said) if one.occurred_at <= at), None)
    if last is None:
        return None
    ended = last.values.get("change") == "ended" and setting.holds_role(last.actor, "pharmacist", at)
    return None if ended else "was in quarantine"


def _allows(authorization: Entry, dose: Entry, given: datetime) -> bool:
    known = authorization.root.recorded_at.replace(second=0, microsecond=0)
    same_part = authorization.current.values.get("part") == dose.current.values.get("part")
    return same_part and authorization.current.cycle == dose.current.cycle and known <= given


def _shown(rule: str, name: str, what: str, dose: Entry) -> Shown:
    since, visit = dose.current.occurred_at, dose.current.visit
    return Shown(key=f"{rule}:{name}", rule=rule, what=what, since=since, visit=visit, about=dose.id)
