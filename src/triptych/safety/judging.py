"""What one entry of the medicine list means for a decision: every reason, what is missing, and what to do."""

import re
from datetime import date

from msgspec import Struct

from triptych.safety.case import Medicine
from triptych.safety.knowledge import KnowledgeBase
from triptych.safety.naming import ORDINARY, Identified, Resolution, resolve
from triptych.safety.outcomes import Finding
from triptych.safety.profile import Profile
from triptych.safety.washout import Washout, last_dose_of, resolution_of, washouts_of
from triptych.safety.wording import listed, words_of

DOUBT = listed(
    """about again also approx approximately around estimate estimated forgot forgets guess leftover leftovers maybe
    occasional occasionally perhaps probably restarted resumed roughly sometimes still thinks uncertain unclear
    unknown unsure"""
)
AGAIN = listed("again restarted resumed still")
NO_DOUBT = re.compile(
    r"\balso (?:for|called|known|sold|marketed)\b|\b(?:for|over) about \w+ (?:year|month|week|day)s?\b", re.IGNORECASE
)
"""Words of doubt that cast none: a further name or reason, and how long it was taken."""
IDENTITY, DATED, UNLISTED = "SCR-IDENTITY", "SCR-LASTDOSE", "SCR-NOROW"


class MedicineJudgment(Struct, frozen=True, kw_only=True):
    """One entry of the list with what was recognized, its wash-outs and what follows."""

    medicine: Medicine
    resolution: Resolution
    washouts: tuple[Washout, ...] = ()
    findings: tuple[Finding, ...] = ()
    not_taken: bool = False


def judge_medicine(
    base: KnowledgeBase, profile: Profile, medicine: Medicine, planned: date | None, evaluated: date | None
) -> MedicineJudgment:
    """Judge one entry for a planned session as known on the day of evaluation.

    An entry affirmed not taken has no effect, unless it also has a last dose; then it contradicts itself.
    """
    resolution = resolution_of(base, medicine)
    name = medicine.as_entered or "an entry without a name"
    if medicine.status == "affirmed none":
        findings = _contradiction(medicine, name)
        return MedicineJudgment(medicine=medicine, resolution=resolution, findings=findings, not_taken=not findings)
    days = (planned, evaluated)
    findings = (
        *_identity(base, profile, medicine, resolution, planned),
        *_dates(medicine, name, planned, evaluated),
        *_noted(base, medicine, resolution, name),
    )
    kept: list[Washout] = []
    for found in resolution.identified:
        rows = washouts_of(base, profile, medicine, found, days)
        kept.extend(rows)
        findings += tuple(_judged(base, washout, days) for washout in rows)
        findings += _unlisted(found)
    return MedicineJudgment(medicine=medicine, resolution=resolution, washouts=tuple(kept), findings=findings)


def _contradiction(medicine: Medicine, name: str) -> tuple[Finding, ...]:
    if medicine.last_dose_date is None:
        return ()
    why = f"'{name}' is affirmed not taken and has a last dose on {medicine.last_dose_date} ({DATED})"
    return (Finding("cannot_decide", why, missing=(f"whether '{name}' is taken",), blocks_date=True),)


def _identity(
    base: KnowledgeBase, profile: Profile, medicine: Medicine, resolution: Resolution, planned: date | None
) -> tuple[Finding, ...]:
    asks = tuple(found.ask for found in resolution.identified if found.ask)
    found = tuple(Finding("cannot_decide", f"{ask} is not known ({IDENTITY})", missing=(ask,)) for ask in asks)
    if resolution.status == "resolved":
        return found
    name = medicine.as_entered or ""
    words = "; ".join(resolution.unidentified)
    nearest = _nearest(resolution)
    what = f"'{words}' does not match any drug exactly" if words else "a medicine is listed without a name"
    reasons = [f"{what}; {nearest} ({IDENTITY})"]
    reasons += _if_confirmed(base, profile, medicine, resolution, planned)
    offered = tuple(candidate.name for candidate in resolution.candidates)
    actions = (f"offer candidate list: {'; '.join(offered)}",) if offered else (f"ask what '{name}' is",)
    missing = (f"confirmed identity of '{name}'",)
    return (
        *found,
        Finding(
            "cannot_decide", reasons[0], also=tuple(reasons[1:]), missing=missing, actions=actions, blocks_date=True
        ),
    )


def _nearest(resolution: Resolution) -> str:
    if not resolution.candidates:
        return "a person must identify it; an unknown name is never no interaction"
    nearest = resolution.candidates[0]
    actives = " + ".join(nearest.actives)
    shown = nearest.name if actives.casefold() == nearest.name.casefold() else f"{nearest.name} ({actives})"
    return f"nearest candidate {shown} must be confirmed by a person, never auto-accepted"


def _if_confirmed(
    base: KnowledgeBase, profile: Profile, medicine: Medicine, resolution: Resolution, planned: date | None
) -> list[str]:
    """What the nearest candidate would mean, so that the person who asks knows what hangs on the answer."""
    last = last_dose_of(medicine, planned, None)
    if not resolution.candidates or last is None or planned is None:
        return []
    said: list[str] = []
    supposed = resolve(base, resolution.candidates[0].name, route=medicine.route or "")
    for found in supposed.identified:
        for washout in washouts_of(base, profile, medicine, found, (planned, None)):
            if washout.required_days is not None and washout.management in {"taper_washout", "hold", "exclude"}:
                verb = "satisfies" if washout.satisfied else "does not satisfy"
                days, name = (planned - last).days, " + ".join(washout.actives)
                said.append(
                    f"if {name} is confirmed, {days} d {verb} the {washout.required_days} d rule ({washout.row})"
                )
    return said


def _noted(base: KnowledgeBase, medicine: Medicine, resolution: Resolution, name: str) -> tuple[Finding, ...]:
    """A note that casts doubt on the entry, or names another medicine, is a question to a person."""
    if "?" in name and medicine.confirmed_as is None:
        why = f"'{name}' was entered with a question mark ({IDENTITY})"
        return (Finding("cannot_decide", why, missing=(f"confirmed identity of '{name}'",), blocks_date=True),)
    note = NO_DOUBT.sub(" ", medicine.note or "")
    words = set(words_of(note))
    others = [active for active in resolve(base, note).actives if active not in resolution.actives] if note else []
    doubts = sorted(words & DOUBT | words & ORDINARY - {"tea"}) + ["?"] * ("?" in note)
    if again := sorted(AGAIN & set(words_of(medicine.dose or ""))):
        doubts.extend(again)
    if not others and not doubts:
        return ()
    said = ", ".join((*others, *doubts))
    why = f"the note on '{name}' says '{said}' and has to be settled by a person ({DATED})"
    return (Finding("cannot_decide", why, missing=(f"what the note on '{name}' means",), blocks_date=True),)


def _dates(medicine: Medicine, name: str, planned: date | None, evaluated: date | None) -> tuple[Finding, ...]:
    if medicine.status is None:
        why = f"it is not known whether '{name}' is still taken ({DATED})"
        return (Finding("cannot_decide", why, missing=(f"whether '{name}' is ongoing or stopped",), blocks_date=True),)
    if medicine.status == "ongoing" or last_dose_of(medicine, planned, evaluated) is not None:
        return ()
    last = medicine.last_dose_date
    why = (
        f"'{name}' is stopped and the day of its last dose is not known ({DATED})"
        if last is None
        else f"the last dose of '{name}' on {last} lies after the day on which this is known ({DATED})"
    )
    return (Finding("cannot_decide", why, missing=(f"last-dose date of '{name}'",), blocks_date=True),)


def _unlisted(found: Identified) -> tuple[Finding, ...]:
    return tuple(
        Finding(
            "needs_physician_review",
            f"{name} is recognized and the knowledge base has no row for it; nothing is known here of {name} with "
            f"MDMA, which is not the same as no interaction ({UNLISTED})",
            actions=(f"physician judges {name}",),
        )
        for name in found.unlisted
    )


def _judged(base: KnowledgeBase, washout: Washout, days: tuple[date | None, date | None]) -> Finding:
    match washout.management:
        case "allow":
            return Finding("eligible_on_date", f"{_named(washout)}: {_first(washout.advice)}")
        case "physician_review":
            why = f"{_named(washout)}: {_effect(washout)}; a physician decides"
            return Finding("needs_physician_review", why, actions=(washout.advice,))
        case _:
            return _timed(base, washout, days)


def _timed(base: KnowledgeBase, washout: Washout, days: tuple[date | None, date | None]) -> Finding:
    planned, evaluated = days
    if washout.required_days is None:
        why = f"{_named(washout)}: {_effect(washout)}; {washout.statement}"
        return Finding("excluded", why, actions=(washout.advice,), never=True)
    if washout.ongoing:
        return _ongoing(washout, planned, evaluated)
    if washout.last_dose is None or planned is None or washout.satisfied_on is None:
        why = f"{_named(washout)}: {washout.statement}"
        return Finding("eligible_on_date", why, actions=(washout.advice,))
    if washout.satisfied:
        return _passed(base, washout)
    why = (
        f"{_named(washout)}; {washout.days_since} d since last dose, {washout.required_days} d required "
        f"({_basis(washout)}); {_effect(washout)}"
    )
    return Finding("not_eligible_on_date", why, actions=(washout.advice,), earliest=washout.satisfied_on)


def _passed(base: KnowledgeBase, washout: Washout) -> Finding:
    row = base.rows[washout.row]
    why = f"{_named(washout)}; {washout.days_since} d since last dose satisfies the {washout.required_days} d rule"
    if row.sign_off:
        return Finding(
            "needs_physician_review", f"{why}; a physician signs it off", actions=(f"physician sign-off: {row.advice}",)
        )
    told = (f"{row.id}: {row.disagreement}",) if row.disagreement else ()
    return Finding("eligible_on_date", why, also=told)


def _ongoing(washout: Washout, planned: date | None, evaluated: date | None) -> Finding:
    effect, stop = _effect(washout), washout.stop_by
    if washout.management == "exclude":
        why = f"{_named(washout)}: excluded while taking; {effect}; {washout.statement}"
        return Finding("excluded", why, actions=(washout.advice,), never=True)
    if washout.management == "hold" and stop and evaluated and planned and stop >= evaluated:
        why = (
            f"{_named(washout)}: still taken; the hold of {washout.required_days} d can be completed if the last dose "
            f"is on or before {stop.isoformat()}; {effect}"
        )
        actions = (f"stop {washout.entered or washout.label} by {stop.isoformat()} (last dose)", washout.advice)
        return Finding("needs_physician_review", why, actions=actions)
    why = f"{_named(washout)}: still taken; {washout.statement} ({_basis(washout)}); {effect}"
    return Finding("not_eligible_on_date", why, actions=(washout.advice,), never=True)


def _named(washout: Washout) -> str:
    inside = " + ".join(washout.actives)
    label = washout.label
    if "=" in label and len(washout.actives) == 1:
        label = f"{inside} in {label.split(' = ')[0]}"
    return f"{label} ({washout.row})"


def _basis(washout: Washout) -> str:
    if washout.metabolite and not washout.basis.startswith("class floor"):
        return f"{washout.basis}, {washout.metabolite} counted"
    return washout.basis


def _effect(washout: Washout) -> str:
    shown = ", ".join(hazard.replace("_", " ") for hazard in washout.hazards)
    return f"{shown}: {_first(washout.effect)}"


def _first(text: str) -> str:
    return text[:1].lower() + text[1:] if text[1:2].islower() else text
