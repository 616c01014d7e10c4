"""Effects of a medicine session as episodes: when each began, how strong it was, and whether it has ended (CRL-04).

Nothing is filtered for being pleasant (CRL-01). An episode is open until a record says that it has ended, and is
open again if a later one says that it goes on: what nobody has seen end has not ended.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from msgspec import Struct

from triptych.course.entries import VOID_FORM, Entries
from triptych.course.told import Shown

EFFECT, CHANGE, CONTINUING = "effect", "effect_change", "effect_continuing"
INTENSITIES = ("mild", "moderate", "strong")


class Episode(Struct, frozen=True, kw_only=True):
    """One effect from its onset to its end; an `ended` of none means that it is open.

    `intensity` and `impairing` are what was said last, none where nobody knows; `peak` is the strongest intensity.
    `continuing` is set where somebody marked an open episode as going on and impairing nothing.
    """

    id: str
    kind: str | None
    onset: datetime
    ended: datetime | None
    intensity: str | None
    peak: str | None
    impairing: bool | None
    impaired: bool
    continuing: bool
    words: tuple[str, ...]

    @property
    def is_open(self) -> bool:
        """Whether nothing says that it has ended."""
        return self.ended is None

    @property
    def duration(self) -> timedelta | None:
        """How long it lasted; none while it is open."""
        return None if self.ended is None else self.ended - self.onset


class Step(Struct, frozen=True):
    """What a record says of an episode at an instant."""

    at: datetime
    values: Mapping[str, Any]
    form: str


def episodes(records: Iterable[Shown]) -> tuple[Episode, ...]:
    """Every effect on record as an episode, by its onset."""
    known = list(records)
    roots = {one.id: one.root for one in known}
    filed = [one for one in known if one.current and one.status == "filed"]
    gone = {roots.get(str(one.values.get("about"))) for one in filed if one.form == VOID_FORM}
    counting = [one for one in filed if one.root not in gone]
    steps: dict[str, list[Step]] = {}
    for one in counting:
        if one.form in (CHANGE, CONTINUING):
            about = str(one.values.get("about"))
            steps.setdefault(roots.get(about, about), []).append(Step(one.occurred_at, one.values, one.form))
    found = [_episode(one, steps.get(one.root, ())) for one in counting if one.form == EFFECT]
    return tuple(sorted(found, key=lambda one: (one.onset, one.id)))


def episodes_of(entries: Entries) -> tuple[Episode, ...]:
    """Every effect among entries, where no view stands between: a rule or a gate asks."""
    return episodes(
        _Counting(version.id, entry.id, version.form, version.values, version.occurred_at, version is entry.current)
        for form in (EFFECT, CHANGE, CONTINUING)
        for entry in entries.of(form)
        for version in entry.versions
    )


class _Counting(Struct, frozen=True):
    id: str
    root: str
    form: str
    values: Mapping[str, Any]
    occurred_at: datetime
    current: bool
    status: str = "filed"


def _episode(effect: Shown, later: Sequence[Step]) -> Episode:
    first = Step(effect.occurred_at, effect.values, EFFECT)
    steps = [first, *sorted(later, key=lambda step: step.at)]
    strengths = [text for text in (_text(step, "intensity") for step in steps) if text in INTENSITIES]
    impairing = [said for said in (step.values.get("impairing") for step in steps) if isinstance(said, bool)]
    onset = _time(effect.values.get("onset")) or effect.occurred_at
    ended = _ended(steps)
    if ended is not None and ended < onset:
        ended = None  # an end before the onset ends nothing
    return Episode(
        id=effect.root,
        kind=_text(first, "kind"),
        onset=onset,
        ended=ended,
        intensity=strengths[-1] if strengths else None,
        peak=max(strengths, key=INTENSITIES.index, default=None),
        impairing=impairing[-1] if impairing else None,
        impaired=True in impairing,
        continuing=ended is None and _continues(steps),
        words=tuple(text for text in (_text(step, "words") for step in steps) if text),
    )


def _ended(steps: Sequence[Step]) -> datetime | None:
    """The end that no later word takes back. One that was given with the effect itself comes at its own time."""
    ends = _time(steps[0].values.get("ended"))
    for step in steps[1:]:
        if step.form == CHANGE and step.values.get("change") == "ended":
            ends = step.at
        elif ends is not None and step.at > ends:
            ends = None
    return ends


def _continues(steps: Sequence[Step]) -> bool:
    """Whether the last word on it is that it goes on and impairs nothing."""
    return steps[-1].form == CONTINUING and steps[-1].values.get("impairing") is False


def _text(step: Step, item: str) -> str | None:
    value = step.values.get(item)
    return value if isinstance(value, str) else None


def _time(value: object) -> datetime | None:
    return datetime.fromisoformat(value) if isinstance(value, str) else None
