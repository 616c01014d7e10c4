"""What preparation and integration hold for one participant, from the records that a viewer sees. It files nothing.

A goal is shared by the participant's newest answer alone, and a practice is agreed once both sides said yes to it.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, tzinfo

from msgspec import Struct

from triptych.course import local_day
from triptych.course.readiness import IN_PERSON, READY, says_ready
from triptych.ledger import Seen
from triptych.web.people import PARTICIPANT

GOAL, SHARING = "goal", "goal_sharing"
PRACTICE, AGREEMENT, DAY = "practice", "practice_agreement", "practice_day"
WORDS, PAGE, PICTURE = "recall_words", "recall_page", "attachment"
FORMS = (GOAL, SHARING, READY, PRACTICE, AGREEMENT, DAY, WORDS, PAGE, "process_note")
"""Forms that are filed from pages of their own."""
MUSIC = ("music_on", "music_changed")
"""Moments of a session that name a piece of music in their words."""


class Goal(Struct, frozen=True, kw_only=True):
    """A goal or a worry, and whether therapists may read it."""

    record: str
    kind: str
    words: str
    at: datetime
    shared: bool


class Said(Struct, frozen=True, kw_only=True):
    """What one side said last on being ready for a session."""

    ready: bool
    words: str
    by: str
    at: datetime
    in_person: bool = False


class Day(Struct, frozen=True, kw_only=True):
    """A day on which a practice was done, with the words that were kept."""

    on: date
    words: tuple[str, ...]


class Practice(Struct, frozen=True, kw_only=True):
    """A practice: who proposed it, what each side said last (none: nothing), and the days kept of it."""

    record: str
    kind: str
    words: str
    participant: bool | None
    therapist: bool | None
    days: tuple[Day, ...]

    @property
    def agreed(self) -> bool:
        """Whether both sides said yes and neither has taken it back."""
        return self.participant is True and self.therapist is True

    @property
    def ended(self) -> bool:
        """Whether either side said no to it."""
        return self.participant is False or self.therapist is False


def standing(records: Iterable[Seen]) -> list[Seen]:
    """The records that count, oldest first: the newest version of each, neither held nor set aside."""
    records = list(records)
    roots = {one.id: one.root for one in records}
    gone = {roots.get(str(one.values.get("about"))) for one in records if one.form == "entered_in_error"}
    counted = (one for one in records if one.current and one.status == "filed" and one.root not in gone)
    return sorted(counted, key=lambda one: one.occurred_at)


def goals(records: Sequence[Seen]) -> list[Goal]:
    """Goals and worries that the viewer sees, newest first; none that the participant took away."""
    shared = {str(one.values.get("about")): one.values.get("shared") is True for one in records if one.form == SHARING}
    return [
        Goal(
            record=one.root,
            kind=str(one.values.get("kind")),
            words=str(one.values.get("words", "")),
            at=one.occurred_at,
            shared=shared.get(one.root, False),
        )
        for one in reversed(records)
        if one.form == GOAL and one.values.get("retracted") is not True
    ]


def ready(records: Sequence[Seen], cycle: int | None) -> dict[str, Said | None]:
    """What the participant and the therapists said last on being ready for a session."""
    sides: dict[str, Said | None] = {"participant": None, "therapist": None}
    for one in records:
        if one.form in (READY, IN_PERSON) and one.cycle == cycle:
            in_person = one.form == IN_PERSON
            is_ready, words = says_ready(one.form, one.values), _text(one.values.get("words"))
            who = PARTICIPANT if in_person else side(one)
            before = sides[who]
            if in_person and is_ready and before is not None and not before.in_person and not before.ready:
                continue  # the gate goes on reading what they wrote themselves
            sides[who] = Said(ready=is_ready, words=words, by=one.actor, at=one.occurred_at, in_person=in_person)
    return sides


def counts_from_now(form: str, answers: Mapping[str, object]) -> bool:
    """Whether an answer counts from when it is received, whatever the clock of a telephone says.

    Taking back that one is ready does: a clock that is slow must not put it before the yes that it takes back.
    """
    return form == READY and answers.get("ready") is not True


def side(seen: Seen) -> str:
    """Whether a record comes from the participant or from a therapist."""
    return "participant" if seen.role == PARTICIPANT else "therapist"


def practices(records: Sequence[Seen], zone: tzinfo) -> list[Practice]:
    """Every practice, newest first, with what each side said of it and the days that were kept."""
    return [_practice(one, records, zone) for one in reversed(records) if one.form == PRACTICE]


def _practice(practice: Seen, records: Sequence[Seen], zone: tzinfo) -> Practice:
    about = [one for one in records if one.values.get("about") == practice.root]
    said: dict[str, bool | None] = {"participant": None, "therapist": None}
    said[side(practice)] = True
    said |= {side(one): one.values.get("agreed") is True for one in about if one.form == AGREEMENT}
    days: dict[date, list[str]] = {}
    for one in about:
        if one.form == DAY:
            days.setdefault(local_day(one.occurred_at, zone), []).append(_text(one.values.get("words")))
    return Practice(
        record=practice.root,
        kind=str(practice.values.get("kind")),
        words=_text(practice.values.get("words")),
        participant=said["participant"],
        therapist=said["therapist"],
        days=tuple(Day(on=on, words=tuple(filter(None, words))) for on, words in sorted(days.items(), reverse=True)),
    )


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


class Recall(Struct, frozen=True, kw_only=True):
    """What is kept to look back at a session: words, what was said, music, and the pictures that are attached."""

    own: tuple[Seen, ...]
    pictures: tuple[Seen, ...]
    said: str
    music: tuple[str, ...]


def recall(records: Sequence[Seen], cycle: int | None) -> Recall:
    """What the records hold of one session. The newest page that a therapist wrote is the one that counts."""
    mine = [one for one in records if one.form in (WORDS, PAGE) and one.cycle == cycle]
    pages = [one for one in mine if one.form == PAGE]
    own = [one for one in mine if one.form == WORDS]
    roots = {one.root for one in own}
    values = pages[-1].values if pages else {}
    return Recall(
        own=tuple(one for one in own if _text(one.values.get("words"))),
        pictures=tuple(one for one in records if one.form == PICTURE and one.values.get("about") in roots),
        said=_text(values.get("said")),
        music=tuple(filter(None, map(str.strip, _text(values.get("music")).splitlines()))),
    )


def music_heard(records: Sequence[Seen], day: date | None, zone: tzinfo) -> str:
    """The music of a day as it was played or entered in the room, one piece a line, for a therapist to look through."""
    of_day = [one for one in records if local_day(one.occurred_at, zone) == day]
    words = (_text(one.values.get(item)) for one in of_day if (item := _named(one)))
    return "\n".join(dict.fromkeys(filter(None, words)))


def _named(one: Seen) -> str | None:
    """The item of a record that names a piece of music, if it does."""
    if one.form == "session_music":
        return "title"
    return "words" if one.form == "session_moment" and one.values.get("what") in MUSIC else None
