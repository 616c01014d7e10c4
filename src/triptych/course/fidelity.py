"""Fidelity: which recorded sessions are drawn from a seed, and who has rated them (CRL-15).

A draw depends on its seed and the sessions it may draw from, and on nothing else: no generator of a language or a
machine stands between, so that anybody draws the same again, anywhere. Nothing here knows an arm or an outcome.
"""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, tzinfo
from hashlib import sha256
from typing import Any, Literal, Protocol

from msgspec import Struct

from triptych.course.entries import VOID_FORM, local_day
from triptych.course.told import Version
from triptych.study import Study

DRAW, ASSIGNMENT, RATING, SESSION = "fidelity_draw", "fidelity_assignment", "fidelity_rating", "therapy_session"
ITEMS = ("adherence", "competence", "avoidance")
BOUNDARIES = ("kept", "doubt", "crossed")
LOW = 2
"""A rating of an item that is a doubt about the therapist. This and the weights are defaults that no source gave."""
NEW = 3
"""Of a therapist's recorded sessions, so many are those of somebody new."""
MEDICINE_WEIGHT, NEW_WEIGHT, DOUBT_WEIGHT = 3.0, 2.0, 2.0
How = Literal["random", "risk"]


class Told(Version, Protocol):
    """A version of a record as a view shows it."""

    @property
    def root(self) -> str:
        """The identifier of its first version."""

    @property
    def actor(self) -> str:
        """Who filed it."""

    @property
    def visit(self) -> str | None:
        """The visit it was filed at."""

    @property
    def participant(self) -> str | None:
        """Whom it is about."""

    @property
    def recorded_at(self) -> datetime:
        """When the system had it."""

    @property
    def status(self) -> str:
        """Whether it is filed or held."""


class Recording(Struct, frozen=True, kw_only=True):
    """A session that says it was recorded, with what weighs in a draw by risk. `id` is its record's first version."""

    id: str
    participant: str
    on: date
    therapists: tuple[str, ...]
    visit: str | None
    weight: float
    why: tuple[str, ...] = ()


class Rating(Struct, frozen=True, kw_only=True):
    """One rater's rating of one recording."""

    rater: str
    values: Mapping[str, Any]


class Drawn(Struct, frozen=True, kw_only=True):
    """A drawn recording with the ratings that it has, those of its two raters and nobody else's."""

    code: str
    session: str
    ratings: tuple[Rating, ...]


class Draw(Struct, frozen=True, kw_only=True):
    """A draw as it was recorded, made from what was known `at` an instant, and whether drawing again gives the same."""

    id: str
    at: datetime
    seed: str
    how: How
    raters: tuple[str, str]
    drawn: tuple[Drawn, ...]
    repeats: bool
    frame_agrees: bool


def sample(seed: str, weights: Mapping[str, float], count: int) -> tuple[str, ...]:
    """Draw so many without putting back, each next one with a chance in proportion to its weight; the same each time.

    Every name gets an exponential waiting time from the digest of seed and name, divided by its weight, and the
    shortest are drawn (Efraimidis & Spirakis 2006). With equal weights it is a simple random sample.

    >>> sample("2026-11", {"a": 1, "b": 1, "c": 1, "d": 1}, 2) == sample("2026-11", {"d": 1, "c": 1, "b": 1, "a": 1}, 2)
    True
    """
    waits = {name: -math.log(_uniform(seed, name)) / weight for name, weight in weights.items() if weight > 0}
    return tuple(sorted(waits, key=lambda name: (waits[name], name))[: max(count, 0)])


def _uniform(seed: str, name: str) -> float:
    """A number above 0 and at most 1, from a digest."""
    return (int.from_bytes(sha256(f"{seed}\n{name}".encode()).digest()[:7]) + 1) / 2**56


def code_of(seed: str, session: str) -> str:
    """The name under which raters know a recording: it says nothing, and no seed can be read from it."""
    digest = sha256(f"code\n{seed}\n{session}".encode()).hexdigest()
    return f"F-{digest[:10].upper()}"


def recordings(
    study: Study, seen: Iterable[Told], ratings: Sequence[Told], zone: Callable[[str], tzinfo], until: datetime
) -> tuple[Recording, ...]:
    """Every session that says it was recorded, as the records stood at an instant, in order of time.

    `zone` gives the time zone of a participant's site.
    """
    sessions = _standing((one for one in seen if one.form in (SESSION, VOID_FORM)), until)
    kept = [one for one in sessions if one.form == SESSION and one.values.get("recorded") is True]
    kept.sort(key=lambda one: (one.occurred_at, one.root))
    medicine = {visit.id for visit in study.document.visits if visit.held_by == "dose_administration"}
    doubted = _doubted(kept, ratings, until)
    count: dict[str, int] = {}
    found = []
    for one in kept:
        people = tuple(str(one.values[name]) for name in ("first", "second") if isinstance(one.values.get(name), str))
        for person in people:
            count[person] = count.get(person, 0) + 1
        why = {
            "medicine session": MEDICINE_WEIGHT if one.visit in medicine else 1.0,
            "new therapist": NEW_WEIGHT if any(count[person] <= NEW for person in people) else 1.0,
            "doubt about a therapist": DOUBT_WEIGHT if doubted & set(people) else 1.0,
        }
        found.append(
            Recording(
                id=one.root,
                participant=one.participant or "",
                on=local_day(one.occurred_at, zone(one.participant or "")),
                therapists=people,
                visit=one.visit,
                weight=math.prod(why.values()),
                why=tuple(name for name, weight in why.items() if weight != 1.0),
            )
        )
    return tuple(found)


def _standing(seen: Iterable[Told], until: datetime) -> list[Told]:
    """The last version of each record at an instant, without what had been entered in error."""
    last: dict[str, Told] = {}
    for one in seen:
        if one.recorded_at <= until and one.status == "filed":
            last[one.root] = one
    voided = {str(one.values.get("about")) for one in last.values() if one.form == VOID_FORM}
    versions = {one.id: one.root for one in last.values()}
    gone = voided | {versions[name] for name in voided if name in versions}
    return [one for one in last.values() if one.root not in gone]


def _doubted(sessions: Iterable[Told], records: Sequence[Told], until: datetime) -> set[str]:
    """The therapists of sessions in which a rater had a doubt."""
    by_session = {one.root: one for one in sessions}
    people: set[str] = set()
    for draw in _draws([one for one in records if one.recorded_at <= until]):
        for drawn in draw.drawn:
            if drawn.session in by_session and any(map(_is_doubt, drawn.ratings)):
                values = by_session[drawn.session].values
                people |= {str(values[name]) for name in ("first", "second") if isinstance(values.get(name), str)}
    return people


def _is_doubt(rating: Rating) -> bool:
    low = any(isinstance(rating.values.get(item), int) and rating.values[item] <= LOW for item in ITEMS)
    return low or rating.values.get("boundaries") in BOUNDARIES[1:]


def weights_of(frame: Iterable[Recording], how: How, before: Iterable[str] = ()) -> dict[str, float]:
    """What may be drawn, by session: everything not drawn before, all alike or by what weighs."""
    gone = set(before)
    return {one.id: one.weight if how == "risk" else 1.0 for one in frame if one.id not in gone}


def draw_values(
    seed: str, how: How, count: int, raters: tuple[str, str], weights: Mapping[str, float]
) -> dict[str, Any]:
    """The answers of the record of a draw."""
    drawn = sample(seed, weights, count)
    return {
        "seed": seed,
        "how": how,
        "count": count,
        "first": raters[0],
        "second": raters[1],
        "frame": "\n".join(f"{name} {weight:g}" for name, weight in sorted(weights.items())),
        "drawn": "\n".join(f"{code_of(seed, name)} {name}" for name in drawn),
    }


def draws(records: Sequence[Told], frames: Mapping[str, Mapping[str, float]] | None = None) -> tuple[Draw, ...]:
    """Every draw, oldest first. `frames` has, by draw, what could be drawn at its time, where that is known."""
    return tuple(_draws(records, frames))


def _draws(records: Sequence[Told], frames: Mapping[str, Mapping[str, float]] | None = None) -> Iterable[Draw]:
    latest = {one.root: one for one in records if one.form in (DRAW, ASSIGNMENT, RATING) and one.status == "filed"}
    assigned = [one for one in latest.values() if one.form == ASSIGNMENT]
    rated = [one for one in latest.values() if one.form == RATING]
    for one in latest.values():
        if one.form == DRAW:
            values = one.values
            weights = _read(str(values["frame"]))
            pairs = [line.partition(" ")[::2] for line in str(values["drawn"]).splitlines()]
            expected = draw_values(values["seed"], values["how"], values["count"], _raters(values), weights)
            yield Draw(
                id=one.root,
                at=one.occurred_at,
                seed=values["seed"],
                how=values["how"],
                raters=_raters(values),
                drawn=tuple(
                    Drawn(code=code, session=session, ratings=ratings_of(one.root, code, assigned, rated))
                    for code, session in pairs
                ),
                repeats=expected["drawn"] == values["drawn"],
                frame_agrees=frames is None or dict(frames.get(one.root, {})) == weights,
            )


def _raters(values: Mapping[str, Any]) -> tuple[str, str]:
    return str(values["first"]), str(values["second"])


def _read(text: str) -> dict[str, float]:
    """The weights in the record of a draw; a line that is none weighs nothing."""
    found: dict[str, float] = {}
    for line in text.splitlines():
        name, _, weight = line.partition(" ")
        try:
            found[name] = float(weight)
        except ValueError:
            found[name] = 0.0
    return found


def ratings_of(draw: str, code: str, assigned: Iterable[Told], rated: Iterable[Told]) -> tuple[Rating, ...]:
    """The ratings of a recording by those to whom it was given; of two by one person the later counts."""
    given = {
        one.root: one.values["person"] for one in assigned if (one.values["draw"], one.values["code"]) == (draw, code)
    }
    found = {
        one.actor: Rating(rater=one.actor, values=one.values)
        for one in rated
        if given.get(str(one.values["about"])) == one.actor
    }
    return tuple(found[person] for person in sorted(found))
