"""Which recordings a rater was given: those of the one session that was drawn under a code, while that is agreed.

The rater learns none of what is read here: not whose session it was, nor when, nor in which arm.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from triptych.course import local_day
from triptych.course.fidelity import SESSION, draws
from triptych.ledger import Seen, View
from triptych.ledger.sampling import participant_with
from triptych.ledger.store import Store
from triptych.web.recording.kept import Recording, agreed_purposes, recordings_of

PURPOSE = "fidelity"


def drawn_session(view: View, store: Store, assignment: Seen) -> Seen | None:
    """The session of therapy that an assignment's code stands for, from a window that hides nothing."""
    made = next((one for one in draws(view.study_records()) if one.id == assignment.values["draw"]), None)
    drawn = next((one for one in made.drawn if one.code == assignment.values["code"]), None) if made else None
    participant = participant_with(store, drawn.session) if drawn else None
    records = view.records(participant) if participant else ()
    return next((one for one in records if drawn and one.root == drawn.session and one.current), None)


def drawn_recordings(view: View, store: Store, assignment: Seen) -> list[Recording]:
    """The parts of the recording of the drawn session, oldest first; none where it is not certain which they are.

    A recording belongs to the session of its day; where more than one of a day was recorded, time tells them apart.
    """
    session = drawn_session(view, store, assignment)
    if session is None or session.participant is None:
        return []
    participant, zone = session.participant, view.zone(session.participant)
    if PURPOSE not in agreed_purposes(view, participant):
        return []
    records, day = view.records(participant), local_day(session.occurred_at, zone)
    recorded = [one for one in records if one.form == SESSION and one.current and one.values.get("recorded") is True]
    sessions = [one for one in recorded if local_day(one.occurred_at, zone) == day]
    kept = [
        one
        for one in recordings_of(records)
        if one.state == "stopped" and PURPOSE in one.purposes and local_day(one.begun_at, zone) == day
    ]
    return kept if sessions == [session] else told_apart(sessions, kept).get(session.root, [])


def told_apart(sessions: Sequence[Seen], kept: Sequence[Recording]) -> dict[str, list[Recording]]:
    """By session of a day its recordings, by the time of its record and its minutes; nothing where that is not certain.

    The time of a record may be when its session began or when it ended. It is read the one way in which every
    recording, by its middle, is of one session, and every session has one; where both ways do and differ, neither
    counts.
    """
    found = [fitted for begun in (True, False) if (fitted := _fitted(sessions, kept, begun=begun))]
    return found[0] if found and all(one == found[0] for one in found) else {}


def _fitted(sessions: Sequence[Seen], kept: Sequence[Recording], *, begun: bool) -> dict[str, list[Recording]]:
    made: dict[str, list[Recording]] = {one.root: [] for one in sessions}
    for one in kept:
        middle = one.begun_at + ((one.stopped_at or one.begun_at) - one.begun_at) / 2
        fits = [session for session in sessions if _within(session, middle, begun=begun)]
        if len(fits) != 1:
            return {}
        made[fits[0].root].append(one)
    return made if all(made.values()) else {}


def _within(session: Seen, at: datetime, *, begun: bool) -> bool:
    """Whether an instant is in a session whose record has the time at which it began, or at which it ended."""
    lasted = timedelta(minutes=int(session.values["minutes"]))
    begins = session.occurred_at if begun else session.occurred_at - lasted
    return begins <= at <= begins + lasted
