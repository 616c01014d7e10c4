"""The funnel from first contact to enrollment: counts that add up, and what is missing where they do not (CRL-07)."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from msgspec import Struct


class Approach(Struct, frozen=True, kw_only=True):
    """One record of the log of contacts before consent; `earlier` is the contact of the same person before it."""

    id: str
    values: Mapping[str, Any]
    earlier: str | None = None


class Funnel(Struct, frozen=True, kw_only=True):
    """How many people came, and what became of each.

    `approaches` are people in the log, by how their newest contact ended: `went_on`, `waiting` for a call, `ended` by
    reason. `participants` are by enrollment; `unlogged` came without a line in the log. `gaps` says what is missing:
    with none, every number adds up and every reason is filled.
    """

    approaches: int
    sources: Mapping[str, int]
    went_on: int
    waiting: int
    ended: Mapping[str, int]
    participants: int
    enrollment: Mapping[str, int]
    unlogged: int
    gaps: tuple[str, ...]

    @property
    def reconciles(self) -> bool:
        """Whether every person is accounted for."""
        whole = self.went_on + self.waiting + sum(self.ended.values())
        return not self.gaps and whole == self.approaches and self.participants == self.went_on + self.unlogged


def funnel(approaches: Sequence[Approach], enrollment: Mapping[str, str]) -> Funnel:
    """Count the log of contacts, oldest first, against the participants and where the enrollment of each stands."""
    people = _people(approaches)
    outcomes = Counter(str(chain[-1].values.get("outcome")) for chain in people)
    ended = [chain[-1] for chain in people if chain[-1].values.get("outcome") == "ended"]
    named = [str(c[-1].values.get("participant", "")) for c in people if c[-1].values.get("outcome") == "goes_on"]
    return Funnel(
        approaches=len(people),
        sources=dict(Counter(str(chain[0].values.get("source")) for chain in people)),
        went_on=outcomes["goes_on"],
        waiting=outcomes["call_back"],
        ended=dict(Counter(str(one.values["reason"]) for one in ended if isinstance(one.values.get("reason"), str))),
        participants=len(enrollment),
        enrollment=dict(Counter(enrollment.values())),
        unlogged=len(set(enrollment) - set(named)),
        gaps=tuple(_gaps(named, ended, enrollment)),
    )


def exclusions(unmet: Iterable[str]) -> dict[str, int]:
    r"""How many screen failures name each criterion, most frequent first; a criterion stands on a line of its own.

    >>> exclusions(["Age\nA medicine that cannot be stopped", "age"])
    {'Age': 2, 'A medicine that cannot be stopped': 1}
    """
    counts: Counter[str] = Counter()
    written: dict[str, str] = {}
    for text in unmet:
        lines = {" ".join(line.split()): None for line in text.splitlines() if line.strip()}
        for line in lines:
            counts[written.setdefault(line.casefold(), line)] += 1
    return dict(counts.most_common())


def _people(approaches: Sequence[Approach]) -> list[list[Approach]]:
    """The contacts of each person together: a later one names the one before it."""
    first: dict[str, str] = {}
    people: dict[str, list[Approach]] = {}
    for one in approaches:
        root = first.get(one.earlier, one.id) if one.earlier else one.id
        first[one.id] = root
        people.setdefault(root, []).append(one)
    return list(people.values())


def _gaps(named: Sequence[str], ended: Sequence[Approach], enrollment: Mapping[str, str]) -> list[str]:
    twice = sorted(name for name, count in Counter(named).items() if count > 1)
    unknown = sorted(set(named) - set(enrollment))
    unlogged = sorted(set(enrollment) - set(named))
    blank = sum(not isinstance(one.values.get("reason"), str) for one in ended)
    return [
        *(f"{name} is named by more than one person in the log." for name in twice),
        *(f"{name} is named in the log, and no first contact of {name} is recorded here." for name in unknown),
        *(f"{name} has no line in the log of contacts." for name in unlogged),
        *([f"{blank} contacts ended without a reason."] if blank else []),
    ]
