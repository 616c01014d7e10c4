"""The wash-out of one medicine for one planned day: its interval, what that rests on, and the day it is satisfied.

A medicine still taken yields no date, only a number of days after a last dose that has not happened; one that must
never be stopped for a trial yields neither.
"""

from collections.abc import Iterable
from datetime import date, timedelta

from msgspec import Struct

from triptych.safety.case import Medicine
from triptych.safety.knowledge import Hazard, KnowledgeBase, Management, Row
from triptych.safety.naming import Identified, Resolution, resolve
from triptych.safety.profile import Profile


class Washout(Struct, frozen=True, kw_only=True):
    """One medicine under one row of the knowledge base, for a planned day.

    `required_days` is none where waiting cannot fix it, `satisfied_on` none where no date can be given, `satisfied`
    none where it cannot be decided. `stop_by` is the latest day of a last dose that keeps the planned day.
    `restart_from` counts from the planned day and is none where the row says nothing of a restart.
    """

    entered: str
    label: str
    actives: tuple[str, ...]
    row: str
    medicine_class: str
    hazards: tuple[Hazard, ...]
    management: Management
    required_days: int | None
    basis: str
    half_life_days: int | None
    metabolite: str
    ongoing: bool | None
    last_dose: date | None
    days_since: int | None
    satisfied_on: date | None
    satisfied: bool | None
    stop_by: date | None
    statement: str
    never_stop: bool
    tapered_by: str
    suicidality_checks: bool
    must_not_restart: str
    restart_from: date | None
    effect: str
    advice: str
    source: str
    url: str
    confirmed: bool
    disagreement: str


def washouts(
    base: KnowledgeBase,
    profile: Profile,
    medicines: Iterable[Medicine],
    planned: date | None,
    evaluated: date | None = None,
) -> tuple[Washout, ...]:
    """The wash-outs of a list of medicines for a planned session, one for each row that judges each medicine.

    Args:
        base: What is known.
        profile: The intervals' policy and floors.
        medicines: The entries; one affirmed not taken or not identified yields nothing.
        planned: The day of the session; none gives intervals and dates but no verdict.
        evaluated: The day on which this is known; a last dose after it has not happened.
    """
    return tuple(
        washout
        for medicine in medicines
        if medicine.status != "affirmed none"
        for found in resolution_of(base, medicine).identified
        for washout in washouts_of(base, profile, medicine, found, (planned, evaluated))
    )


def resolution_of(base: KnowledgeBase, medicine: Medicine) -> Resolution:
    """What an entry stands for; a name that a person confirmed takes the place of the one typed."""
    details = " ".join(part for part in (medicine.as_entered, medicine.dose) if part)
    name = medicine.confirmed_as or medicine.as_entered or ""
    return resolve(base, name, route=medicine.route or "", details=details)


def washouts_of(
    base: KnowledgeBase, profile: Profile, medicine: Medicine, found: Identified, days: tuple[date | None, date | None]
) -> tuple[Washout, ...]:
    """One wash-out for each row that judges what was identified; the rows of a combination come first."""
    pairs = [(found.actives, row) for row in found.own_rows] + [((active,), row) for active, row in found.rows_of]
    return tuple(_washout(base.rows[row], profile, medicine, found, (actives, *days)) for actives, row in pairs)


def required_days(profile: Profile, row: Row, actives: Iterable[str] = ()) -> tuple[int | None, str]:
    """The interval in days under a profile and what it rests on; none where waiting cannot fix it.

    >>> from triptych.safety.profile import Profile
    >>> Profile(name="p").floors
    {}
    """
    if row.washout_days is None:
        return None, row.washout_basis
    days, basis = row.washout_days, row.washout_basis
    by_half_life = row.management == "taper_washout" and basis.startswith("class floor")
    if profile.washout == "half_lives" and by_half_life and row.half_life_days is not None:
        days, basis = row.half_life_days, "5 x half-life, as the study has it"
    floor = max((profile.floors.get(name, 0) for name in (row.id, row.medicine_class, *actives)), default=0)
    if floor > days:
        days, basis = floor, f"floor of {floor} d set by the study"
    if profile.stabilization_days and row.management == "taper_washout":
        days += profile.stabilization_days
        basis = f"{basis}, and {profile.stabilization_days} d to settle"
    return days, basis


def _washout(
    row: Row,
    profile: Profile,
    medicine: Medicine,
    found: Identified,
    at: tuple[tuple[str, ...], date | None, date | None],
) -> Washout:
    actives, planned, evaluated = at
    required, basis = required_days(profile, row, actives)
    last = last_dose_of(medicine, planned, evaluated)
    on = last + timedelta(days=required) if last is not None and required is not None else None
    return Washout(
        entered=medicine.as_entered or "",
        label=label_of(found),
        actives=actives,
        row=row.id,
        medicine_class=row.medicine_class,
        hazards=row.hazards,
        management=row.management,
        required_days=required,
        basis=basis,
        half_life_days=row.half_life_days,
        metabolite=row.metabolite,
        ongoing=None if medicine.status is None else medicine.status == "ongoing",
        last_dose=last,
        days_since=(planned - last).days if planned and last else None,
        satisfied_on=None if row.never_stop else on,
        satisfied=_satisfied(row, medicine, on, planned),
        stop_by=_stop_by(row, required, planned),
        statement=_statement(row, medicine, required, on),
        never_stop=row.never_stop,
        tapered_by=row.tapered_by,
        suicidality_checks=row.suicidality_checks,
        must_not_restart=row.restart_note,
        restart_from=planned + timedelta(days=row.restart_days) if planned and row.restart_days is not None else None,
        effect=row.effect,
        advice=row.advice,
        source=row.citation,
        url=row.url,
        confirmed=row.confirmed,
        disagreement=row.disagreement,
    )


def last_dose_of(medicine: Medicine, planned: date | None, evaluated: date | None) -> date | None:
    """The day of the last dose of a stopped medicine; none if it is not known or lies after what can be known."""
    last = medicine.last_dose_date
    if medicine.status != "stopped" or last is None:
        return None
    known_until = evaluated or planned
    return last if known_until is None or last <= known_until else None


def label_of(found: Identified) -> str:
    """How a reason names a medicine: a brand with what is in it, a generic by itself."""
    if not found.is_product:
        return found.actives[0]
    joined = " + ".join(found.actives)
    return f"{found.name} is {joined}" if len(found.actives) == 1 else f"{found.name} = {joined}"


def _satisfied(row: Row, medicine: Medicine, on: date | None, planned: date | None) -> bool | None:
    if row.management == "allow":
        return True
    if row.washout_days is None or medicine.status == "ongoing":
        return False
    return None if on is None or planned is None else planned >= on


def _stop_by(row: Row, required: int | None, planned: date | None) -> date | None:
    if row.never_stop or row.management != "hold" or required is None or planned is None:
        return None
    return planned - timedelta(days=required)


def _statement(row: Row, medicine: Medicine, required: int | None, on: date | None) -> str:
    if row.never_stop:
        return "never stopped for a trial"
    if row.management == "allow":
        return "no wash-out"
    if required is None:
        return "waiting does not change this"
    if on is not None:
        return f"satisfied from {on.isoformat()}"
    if medicine.status == "ongoing":
        return f"{required} days after a last dose that has not happened"
    return f"{required} days after a last dose whose day is not known"
