"""Which recordings a rater was given: those of the one session that was drawn under a code, while that is agreed.

The rater learns none of what is read here: not whose session it was, nor when, nor in which arm.
"""

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

    A recording belongs to the session of its day. Where two sessions of a day were recorded, nobody knows whose it is.
    """
    session = drawn_session(view, store, assignment)
    if session is None or session.participant is None:
        return []
    participant, zone = session.participant, view.zone(session.participant)
    if PURPOSE not in agreed_purposes(view, participant):
        return []
    records, day = view.records(participant), local_day(session.occurred_at, zone)
    recorded = [one for one in records if one.form == SESSION and one.current and one.values.get("recorded") is True]
    if len([one for one in recorded if local_day(one.occurred_at, zone) == day]) != 1:
        return []
    return [
        one
        for one in recordings_of(records)
        if one.state == "stopped" and PURPOSE in one.purposes and local_day(one.begun_at, zone) == day
    ]
