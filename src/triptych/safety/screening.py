"""The screening decision for one participant and one planned day, with everything it rests on."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Self

from msgspec import Struct

from triptych.safety import asking, examining
from triptych.safety.case import Case
from triptych.safety.conditions import Conditions
from triptych.safety.criteria import Criterion, criterion
from triptych.safety.judging import MedicineJudgment, judge_medicine
from triptych.safety.knowledge import KnowledgeBase
from triptych.safety.outcomes import Decision, Finding, strongest
from triptych.safety.profile import Profile
from triptych.safety.washout import Washout
from triptych.study.consent_texts import ConsentPassage


class KnownText(Struct, frozen=True, kw_only=True):
    """A text that is agreed to: the SHA-256 of what is shown, whether a question is asked, and the text itself.

    With `is_placeholder` there stands something that only a study can write and that no study has.
    """

    digest: str
    asks: bool = False
    is_placeholder: bool = False
    passage: ConsentPassage | None = None

    @classmethod
    def of(cls, passage: ConsentPassage) -> Self:
        """What is known of one part of the consent, as its passage stands in the library."""
        asks, is_placeholder = passage.question is not None, bool(passage.placeholder)
        return cls(digest=passage.digest, asks=asks, is_placeholder=is_placeholder, passage=passage)


class Knowledge(Struct, frozen=True, kw_only=True):
    """Everything that a trial is judged by beside its document: medicines, conditions in words, default numbers.

    `consent` has each text of the consent, by version, language and part.
    """

    base: KnowledgeBase
    conditions: Conditions
    profile: Profile
    consent: Mapping[tuple[str, str, str], KnownText] = {}


class Screening(Struct, frozen=True, kw_only=True):
    """The decision, and why. The first six fields are the answer of the command.

    `earliest_date` is the planned day if eligible; where only waiting stands in the way it is the first possible day,
    conditional on every missing item. `determined_by` are the reasons that set it.
    """

    decision: Decision
    earliest_date: date | None
    resolved_actives: tuple[str, ...]
    reasons: tuple[str, ...]
    missing_items: tuple[str, ...]
    other_actions: tuple[str, ...]
    determined_by: tuple[str, ...]
    criteria: tuple[Criterion, ...]
    medicines: tuple[MedicineJudgment, ...]
    washouts: tuple[Washout, ...]
    profile: str


def screen(base: KnowledgeBase, profile: Profile, conditions: Conditions, case: Case) -> Screening:
    """Decide whether a participant may be treated on the planned day, as known on the day of evaluation.

    Args:
        base: What is known of medicines.
        profile: The numbers, of the default profile or of a study.
        conditions: What is known of diagnoses in words.
        case: The facts; anything absent ends in a missing item and never in *eligible*.
    """
    planned, evaluated = case.planned_session_date, case.evaluation_date
    judged = tuple(judge_medicine(base, profile, medicine, planned, evaluated) for medicine in case.medications or ())
    criteria = (*_criteria(profile, conditions, case), *(_of_medicine(profile, one) for one in judged))
    criteria += (*_unread(profile, case, criteria), *_profiled(base, profile))
    findings = [finding for one in criteria for finding in one.findings]
    decision = strongest(finding.decision for finding in findings)
    earliest, by = _earliest(decision, findings, planned)
    return Screening(
        decision=decision,
        earliest_date=earliest,
        resolved_actives=_actives(base, judged),
        reasons=_reasons(findings),
        missing_items=_each(item for finding in findings for item in finding.missing),
        other_actions=_each((*_actions(findings), *_ignored(case))),
        determined_by=by,
        criteria=criteria,
        medicines=judged,
        washouts=tuple(washout for one in judged for washout in one.washouts),
        profile=profile.name,
    )


def _criteria(profile: Profile, conditions: Conditions, case: Case) -> tuple[Criterion, ...]:
    heart = ("vitals.heart_rate_bpm", case.heart_rate_bpm, profile.heart_rate_minimum, profile.heart_rate_maximum)
    return (
        asking.days(profile, case),
        asking.age(profile, case),
        asking.sex_and_size(profile, case),
        asking.weight(profile, case),
        asking.pregnancy(profile, case),
        asking.nursing(profile, case),
        asking.diagnoses(profile, case, conditions),
        asking.family(profile, case),
        asking.suicide(profile, case),
        examining.blood_pressure(profile, case),
        examining.ranged(profile, case, "SCR-HEARTRATE", "heart_rate", (*heart, "bpm")),
        examining.temperature(profile, case),
        examining.ecg(profile, case),
        *examining.laboratory(profile, case),
        examining.urine_screen(profile, case),
        asking.medicine_list(profile, case),
    )


def _of_medicine(profile: Profile, judged: MedicineJudgment) -> Criterion:
    return criterion(profile, "SCR-MEDICINE", judged.findings)


def _unread(profile: Profile, case: Case, criteria: tuple[Criterion, ...]) -> tuple[Criterion, ...]:
    """Whatever could not be read and is not among the missing items already."""
    said = " ".join(item for one in criteria for finding in one.findings for item in finding.missing)
    left = [one for one in case.unreadable if f"{one.path} {one.why}" not in said]
    findings = [
        Finding(
            "cannot_decide", f"{one.path} {one.why} (SCR-UNREADABLE)", missing=(f"{one.path} (unreadable: {one.why})",)
        )
        for one in left
    ]
    return (criterion(profile, "SCR-UNREADABLE", findings),) if findings else ()


def _profiled(base: KnowledgeBase, profile: Profile) -> tuple[Criterion, ...]:
    """A floor that names nothing that is known would protect nobody; it has to be mended before anybody is treated."""
    known = {*base.rows, *base.actives, *(row.medicine_class for row in base.rows.values())}
    lost = sorted(set(profile.floors) - known)
    findings = [
        Finding("cannot_decide", f"the study's floor for '{name}' names nothing that is known (SCR-PROFILE)",
                missing=(f"what the study's floor for '{name}' means",))
        for name in lost
    ]  # fmt: skip
    return (criterion(profile, "SCR-PROFILE", findings),) if findings else ()


def _earliest(decision: Decision, findings: list[Finding], planned: date | None) -> tuple[date | None, tuple[str, ...]]:
    if decision == "eligible_on_date":
        return planned, ()
    blocked = any(finding.blocks_date or finding.never for finding in findings)
    dates = [finding.earliest for finding in findings if finding.earliest is not None]
    if decision != "not_eligible_on_date" or blocked or not dates:
        return None, ()
    latest = max(dates)
    return latest, tuple(finding.reason for finding in findings if finding.earliest == latest)


def _actives(base: KnowledgeBase, judged: tuple[MedicineJudgment, ...]) -> tuple[str, ...]:
    """The actives of all entries taken, with the metabolite that counts for each."""
    found: list[str] = []
    for one in judged:
        if one.not_taken:
            continue
        found.extend(one.resolution.actives)
        counted = (base.rows[washout.row].metabolite for washout in one.washouts)
        found.extend(f"{metabolite} (metabolite)" for metabolite in counted if metabolite)
    return _each(found)


def _reasons(findings: list[Finding]) -> tuple[str, ...]:
    """Every reason, those that decide first."""
    against = [finding for finding in findings if finding.decision != "eligible_on_date"]
    agreed = [finding for finding in findings if finding.decision == "eligible_on_date"]
    return _each(reason for finding in (*against, *agreed) for reason in (finding.reason, *finding.also))


def _actions(findings: list[Finding]) -> Iterable[str]:
    return (action for finding in findings for action in finding.actions)


def _ignored(case: Case) -> Iterable[str]:
    return (f"the key '{key}' means nothing here and was ignored; check its spelling" for key in case.unknown_keys)


def _each(items: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(item for item in items if item))
