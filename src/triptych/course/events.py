"""The events of a participant in one listing: adverse events as entered, and every observed effect of a session.

An effect is not entered twice: its line is derived from its episode, so that a correction of the one is a correction of
the other. Nothing is left out for being welcome (CRL-01). What no physician has assessed awaits it.
"""

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Literal, Protocol

from msgspec import Struct

from triptych.course.doses import GIVEN
from triptych.course.entries import VOID_FORM, Entries
from triptych.course.episodes import CHANGE, EFFECT, Episode, episodes, episodes_of
from triptych.course.obligations import Task
from triptych.course.session_records import LASTS
from triptych.course.sight import Sight
from triptych.course.told import Shown
from triptych.study import Form

ADVERSE_EVENT, ASSESSMENT, DOSE = "adverse_event", "effect_assessment", "dose_administration"
ASSESSORS = ("physician", "principal_investigator")
"""The roles on whose word an observed effect counts as assessed."""
AHEAD = timedelta(hours=6)
"""For so long before the first dose something belongs to the session."""
ASSESSED = ("grade", "serious", "criteria", "relation")
NOT_KNOWN = "Effect of a kind that is not known"

Kind = Literal["adverse_event", "observed_effect"]
Status = Literal["awaiting", "assessed", "entered"]
"""Whether a physician has assessed an effect; `entered`: it stands in the listing as an adverse event already."""


class Seen(Shown, Protocol):
    """A record as it is seen by whoever asks, with who filed it and for which session."""

    @property
    def actor(self) -> str:
        """Who filed it."""

    @property
    def role(self) -> str:
        """In which role."""

    @property
    def cycle(self) -> int | None:
        """The session that it was filed for."""


class Event(Struct, frozen=True, kw_only=True):
    """One line of the listing; `values` are the answers of the form for adverse events, those of an effect derived.

    `session` is the cycle, and `since_first` and `since_last` count from the actual doses of that session; what began
    before the first dose has a time below zero. `intensity` is the strongest that was seen of an effect.
    """

    id: str
    kind: Kind
    values: Mapping[str, Any]
    occurred_at: datetime
    actor: str
    status: Status
    onset: datetime | None
    intensity: str | None = None
    assessment: str | None = None
    session: int | None = None
    since_first: timedelta | None = None
    since_last: timedelta | None = None


def events(records: Iterable[Seen], effect: Form | None = None) -> tuple[Event, ...]:
    """Every adverse event and every observed effect among a participant's records, by when it happened.

    `effect` is the document's form for effects, in whose words their kinds are said.
    """
    counting = list(standing(records))
    found = [*_entered(counting), *_observed(counting, effect)]
    return tuple(sorted(found, key=lambda one: (one.onset or one.occurred_at, one.id)))


def standing(records: Iterable[Seen]) -> Iterator[Seen]:
    """The records that count: the newest versions, filed, and none entered in error."""
    known = list(records)
    filed = [one for one in known if one.current and one.status == "filed"]
    voided = {str(one.values.get("about")) for one in filed if one.form == VOID_FORM}
    gone = {one.root for one in known if one.id in voided}
    return (one for one in filed if one.root not in gone)


def awaiting(entries: Entries, sight: Sight, roles: Container[str]) -> Iterator[Task]:
    """One task of a participant for all observed effects that await an assessment, where a sight shows them."""
    if not all(map(sight.sees_form, (EFFECT, CHANGE, ASSESSMENT))):
        return
    assessed = {
        entries.roots.get(str(one.current.values.get("about")))
        for one in entries.of(ASSESSMENT)
        if one.current.role in ASSESSORS
    }
    left = [one for one in episodes_of(entries) if one.id not in assessed]
    able = tuple(role for role in ASSESSORS if role in roles)
    if left and able:
        many = "1 observed effect" if len(left) == 1 else f"{len(left)} observed effects"
        title = f"Assess {many}: seriousness and relation to the study drug"
        since = min(one.onset for one in left)
        yield Task(id="assess_effects", title=title, roles=able, since=since, form=ASSESSMENT)


def _entered(records: Sequence[Seen]) -> Iterator[Event]:
    for one in records:
        if one.form == ADVERSE_EVENT:
            onset = _instant(one.values.get("onset"))
            yield Event(
                id=one.root,
                kind="adverse_event",
                values=one.values,
                occurred_at=one.occurred_at,
                actor=one.actor,
                status="entered",
                onset=onset,
                **_since(records, onset),
            )


def _observed(records: Sequence[Seen], form: Form | None) -> Iterator[Event]:
    effects = {one.root: one for one in records if one.form == EFFECT}
    roots = {one.id: one.root for one in records}
    judged: dict[str, Seen] = {}
    for one in sorted(records, key=lambda one: one.occurred_at):
        if one.form == ASSESSMENT and one.role in ASSESSORS:
            about = str(one.values.get("about"))
            judged[roots.get(about, about)] = one
    for episode in episodes(records):
        yield _effect(episode, effects[episode.id], judged.get(episode.id), form, _since(records, episode.onset))


def _effect(
    episode: Episode, effect: Seen, assessment: Seen | None, form: Form | None, since: Mapping[str, Any]
) -> Event:
    said = assessment.values if assessment else {}
    values: dict[str, Any] = {"term": _term(episode, form), "onset": episode.onset.isoformat()}
    if episode.ended is not None:
        values["ended"] = episode.ended.isoformat()
    values |= {name: said[name] for name in ASSESSED if name in said}
    values |= {"valence": effect.values["valence"]} if "valence" in effect.values else {}
    words = [*episode.words, *([said["narrative"]] if isinstance(said.get("narrative"), str) else [])]
    values |= {"narrative": ". ".join(words)} if words else {}
    return Event(
        id=episode.id,
        kind="observed_effect",
        values=values,
        occurred_at=effect.occurred_at,
        actor=effect.actor,
        status="awaiting" if assessment is None else "entered" if said.get("entered_as") else "assessed",
        onset=episode.onset,
        intensity=episode.peak,
        assessment=assessment.root if assessment else None,
        **since,
    )


def _term(episode: Episode, form: Form | None) -> str:
    items = form.items if form else ()
    kinds = {choice.code: choice.label for item in items if item.id == "kind" for choice in item.choices}
    return kinds.get(episode.kind or "", episode.kind or NOT_KNOWN)


def _since(records: Sequence[Seen], onset: datetime | None) -> dict[str, Any]:
    """The session that something began in, and how long after its doses; nothing where there was none."""
    given = [one for one in records if one.form == DOSE and one.values.get("outcome") in GIVEN]
    sessions: dict[int | None, list[datetime]] = {}
    for one in given:
        sessions.setdefault(one.cycle, []).append(_instant(one.values.get("taken_at")) or one.occurred_at)
    if onset is None:
        return {}
    near = [(min(at), cycle) for cycle, at in sessions.items() if min(at) - AHEAD <= onset <= min(at) + LASTS]
    if not near:
        return {}
    first, cycle = max(near)
    before = [at for at in sessions[cycle] if at <= onset]
    return {"session": cycle, "since_first": onset - first, "since_last": onset - max(before) if before else None}


def _instant(value: object) -> datetime | None:
    return datetime.fromisoformat(value) if isinstance(value, str) else None
