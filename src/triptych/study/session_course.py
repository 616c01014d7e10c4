"""What a document sets for the course of a medicine session: the supplemental dose, discharge, and who has to be there.

Every figure is a proposal until the medical monitor of a study approves it.
"""

from collections.abc import Iterator

from triptych.study.treatment import Part


class SupplementRules(Part, frozen=True, kw_only=True):
    """When a supplemental dose may be given: `opens` to `closes` after the actual first dose, on `fresh` readings."""

    opens: str
    closes: str
    fresh: str = "15 minutes"


class Settled(Part, frozen=True, kw_only=True):
    """What a measured value has to be at discharge, in its unit: `id` is its item of the vital signs.

    It is settled between the two ends, or within `of_baseline` percent of the last value before the first dose.
    """

    id: str
    title: str
    at_least: float | None = None
    at_most: float | None = None
    of_baseline: float | None = None

    def is_normal(self, value: float) -> bool:
        """Whether a value lies between the two ends, both included; an end that is none bounds nothing."""
        low, high = self.at_least, self.at_most
        return (low is None or value >= low) and (high is None or value <= high)

    def is_near(self, value: float, baseline: float) -> bool:
        """Whether a value is within `of_baseline` percent of that before the first dose; never where none is set."""
        share = self.of_baseline
        return share is not None and abs(value - baseline) <= baseline * share / 100


class DischargeRules(Part, frozen=True, kw_only=True):
    """When a discharge can be considered: after so long from the first dose *and* from the last one.

    What it rests on was measured and looked at within `fresh`. Distress (0 to 10) is at most that of the arrival, or at
    most `distress` where the clinician says why. `impairing` are the kinds of effect that none may last. A session
    without a recorded end asks for somebody `late` after these times, with an overnight stay on record `late_overnight`
    after them.
    """

    after_first: str
    after_last: str
    fresh: str
    distress: int
    settled: tuple[Settled, ...] = ()
    impairing: tuple[str, ...] = ()
    late: str = "4 hours"
    late_overnight: str = "24 hours"


class PresenceRules(Part, frozen=True, kw_only=True):
    """Who has to be with the participant: so many `people` of these `roles` from the dose to the end, and at night.

    A gap shorter than `tolerance` stands on the timeline; one that lasts as long or longer is a deviation (CON-01).
    """

    people: int
    roles: tuple[str, ...]
    overnight: int
    overnight_roles: tuple[str, ...]
    tolerance: str = "3 minutes"


def said_of_supplement(rules: SupplementRules) -> Iterator[tuple[str, str]]:
    """What a document sets for a supplemental dose, by name, in words."""
    yield "supplemental dose", f"{rules.opens} to {rules.closes} after the first dose, readings of {rules.fresh}"


def said_of_discharge(rules: DischargeRules) -> Iterator[tuple[str, str]]:
    """What a document sets for a discharge, by name, in words."""
    yield "discharge", f"{rules.after_first} after the first dose and {rules.after_last} after the last one"
    yield "discharge, fresh", f"checked within {rules.fresh}"
    yield "discharge, distress", f"at most that of the arrival, or {rules.distress} with the clinician's reason"
    for one in rules.settled:
        ends = {"at least": one.at_least, "at most": one.at_most}
        near = "" if one.of_baseline is None else f" or within {one.of_baseline:g} % of that before the dose"
        told = " ".join(f"{name} {value:g}" for name, value in ends.items() if value is not None)
        yield f"discharge, {one.title}", f"{told}{near}"
    yield "discharge, none of these lasts", ", ".join(rules.impairing)
    yield "no end on record", f"told {rules.late} later, with an overnight stay {rules.late_overnight} later"


def said_of_presence(rules: PresenceRules) -> Iterator[tuple[str, str]]:
    """What a document sets for who is there, by name, in words."""
    day, night = (f"{count} of {', '.join(roles)}" for count, roles in (
        (rules.people, rules.roles), (rules.overnight, rules.overnight_roles)))  # fmt: skip
    yield "presence", f"{day} from the dose on; overnight {night}; tolerance {rules.tolerance}"
