"""Risks in plain words, counted by arm in published trials, for somebody without training in statistics.

They are made of the base's figures, in the words of each language. A count that no source confirms is said to be such.
"""

from collections.abc import Iterator

from msgspec import Struct

from triptych.evidence.base import Base, HarmEvent, Trial


class Counted(Struct, frozen=True, kw_only=True):
    """Events among people in the arms that got the study dose and in the others, over the trials that counted them."""

    treated: int
    treated_total: int
    control: int
    control_total: int
    confirmed: bool


def plain_risks(base: Base, substance: str, language: str) -> tuple[str, ...]:
    """What was counted by arm of each event that has plain words; nothing where no trial of a substance counted any."""
    plain = base.plain_words(language)
    words = plain.counts
    told = []
    for term, what in plain.harms.items():
        found = counted(base, substance, term)
        if found is not None:
            numbers = {name: getattr(found, name) for name in Counted.__struct_fields__}
            lines = [words["counted"].format(what=what, **numbers)]
            lines += [] if found.treated else [words["none"]]
            lines += [] if found.confirmed else [words["unsure"]]
            told.append(" ".join(lines))
    return (*told, words["more"]) if told else ()


def counted(base: Base, substance: str, term: str) -> Counted | None:
    """An event over the trials that compared a substance with something else and counted it in every arm."""
    seen = list(_seen(base, substance, term))
    sums = {"experimental": [0, 0], "control": [0, 0]}
    for trial, event in seen:
        roles = {arm.id: arm.role for arm in trial.document.arms}
        for arm in event.arms:
            sums[roles[arm.arm]][0] += arm.events or 0
            sums[roles[arm.arm]][1] += arm.total or 0
    if not seen:
        return None
    (treated, treated_total), (control, control_total) = sums["experimental"], sums["control"]
    return Counted(
        treated=treated,
        treated_total=treated_total,
        control=control,
        control_total=control_total,
        confirmed=all(trial.confirmed(f"events.{event.id}") for trial, event in seen),
    )


def _seen(base: Base, substance: str, term: str) -> Iterator[tuple[Trial, HarmEvent]]:
    for trial in (one for one in base.trials if one.document.substance == substance and one.document.controlled):
        roles = {arm.id: arm.role for arm in trial.document.arms}
        for event in trial.document.events:
            sides = {roles[arm.arm] for arm in event.arms}
            whole = all(arm.events is not None and arm.total for arm in event.arms)
            if event.term == term and sides == {"experimental", "control"} and whole:
                yield trial, event
