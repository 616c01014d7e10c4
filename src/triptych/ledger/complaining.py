"""Sending complaints on: to everybody of the compliance role and to the ethics committee of the site, until it is done.

A letter to the committee holds the complaint itself, so that it arrives whatever anybody here does about it. What was
sent is a record; what could not be sent is tried again.
"""

import logging
import uuid
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime

from triptych.course.complaints import (
    ANSWER,
    OBSERVATION,
    ROLE,
    SENT,
    Standing,
    Told,
    complaints,
    observed,
    open_channel,
    tested_board,
)
from triptych.course.fidelity import ASSIGNMENT, RATING, draws
from triptych.ledger.drafts import Draft, Filed, Outcome, System
from triptych.ledger.reminders import NOTICES, Letter, one_line
from triptych.ledger.sampling import frame_of
from triptych.ledger.seen import Seen
from triptych.ledger.trial import Trial
from triptych.ledger.view import View

SYSTEM = System(person="system", role="system")
NOBODY = System(person="anonymous", role="system")
"""Whoever complains without a name."""
COMMITTEE = "ethics committee"
_WORDS = {
    "received": "A complaint has come in",
    "answer": "A complaint has had no first answer for three days",
    "outcome": "A complaint has had no outcome for 30 days",
}
_RATING = {
    "received": "A rater of a recording saw boundaries crossed. See to it now",
    "outcome": "What a rater saw of boundaries crossed has had no outcome for 30 days",
}

_log = logging.getLogger(__name__)


def file_complaint(trial: Trial, identifier: str, values: dict[str, object], now: datetime) -> Outcome:
    """File a complaint from nobody in particular; one about the leader or about abuse goes into the safety record."""
    draft = Draft(id=identifier, form="complaint", values=values, occurred_at=now, origin="system")
    outcome = trial.file(draft, NOBODY)
    if isinstance(outcome, Filed):
        settle(trial)
    return outcome


def settle(trial: Trial) -> None:
    """File the observation of every complaint that needs one and has none yet.

    Whoever complains may name the leader and not say so: then whoever reads it does, in the first answer.
    """
    records = trial.system_view().study_records()
    known = {one.id for one in records}
    answers = [one.values for one in records if one.form == ANSWER and one.status == "filed"]
    named = {str(values.get("about")) for values in answers if values.get("leader") is True}
    for one in complaints(records):
        name = str(uuid.uuid5(NOTICES, f"{one.id}:observation"))
        is_grave = one.values.get("leader") is True or one.values.get("abuse") is True or one.id in named
        if is_grave and name not in known:
            seen = {"text": str(one.values["text"]), "code": one.code}
            trial.file(Draft(id=name, form=OBSERVATION, values=seen, occurred_at=one.at, origin="system"), SYSTEM)


def tell_of_ratings(trial: Trial) -> None:
    """File the observation of every rating that says that boundaries were crossed, even one corrected since."""
    view = trial.system_view()
    records = view.study_records()
    known = {one.id for one in records}
    for one in records:
        name = str(uuid.uuid5(NOTICES, f"{one.root}:observation"))
        is_crossed = one.form == RATING and one.status == "filed" and one.values.get("boundaries") == "crossed"
        if is_crossed and name not in known:
            values = _observation(view, one)
            known.add(name)
            trial.file(
                Draft(id=name, form=OBSERVATION, values=values, occurred_at=one.recorded_at, origin="system"), SYSTEM
            )


def _observation(view: View, rating: Seen) -> dict[str, object]:
    """What a rater saw, and of whom: the rater knows a code alone, and whoever acts on it has to know more."""
    records = view.study_records()
    given = next((one.values for one in records if one.form == ASSIGNMENT and one.root == rating.values["about"]), {})
    code = str(given.get("code", "unknown"))
    drawn = (one for draw in draws(records) if draw.id == given.get("draw") for one in draw.drawn)
    session = next((one.session for one in drawn if one.code == code), None)
    held = next((one for one in frame_of(view) if one.id == session), None)
    of = (
        f"the session of {held.on} with {held.participant}, held by {', '.join(held.therapists)}" if held else "unknown"
    )
    text = f"{rating.actor} rated the recording {code} and saw boundaries crossed. It is of: {of}."
    words = rating.values.get("words")
    return {"text": f"{text} In the rater's words: {words}" if words else text, "code": code, "seen_in": "rating"}


def letters(view: View) -> Iterator[tuple[Standing, str, str, Letter]]:
    """What is still to be sent: the complaint, the kind of the letter, to whom, and the letter."""
    records = view.study_records()
    channel = open_channel(records)
    whole = str(channel.values["ethics_address"]) if channel else ""
    boards, people = site_boards(view), recipients(view)
    for one in (*complaints(records), *observed(records)):
        committee, address = _committee(one, boards, "" if one.is_rating else whole)
        for kind in ("received", *one.owed(view.now)):
            for person in people:
                if f"{kind}:{person}" not in one.sent:
                    yield one, kind, person, _letter(view, one, kind, person, _short(one, kind))
            if address and f"{kind}:{committee}" not in one.sent:
                yield one, kind, committee, _letter(view, one, kind, committee, _whole(one, kind), address)


def site_boards(view: View) -> dict[str, Told]:
    """The ethics committee of each site that has one which a test message reached."""
    found = ((site, tested_board(view.site_records(site))) for site in view.sites())
    return {site: board for site, board in found if board is not None}


def _committee(one: Standing, boards: Mapping[str, Told], whole: str) -> tuple[str, str]:
    """The committee that a complaint goes to and its address: that of the site it names, else the study's."""
    site = str(one.values.get("site", ""))
    if site in boards:
        return f"{COMMITTEE} of {site}", str(boards[site].values["address"])
    return COMMITTEE, whole


def recipients(view: View) -> list[str]:
    """Everybody who holds the compliance role now and no other."""
    roles: dict[str, set[str]] = {}
    for grant in view.grants():
        if grant.in_force(view.now):
            roles.setdefault(grant.person, set()).add(grant.role)
    return sorted(person for person, held in roles.items() if held == {ROLE})


def _letter(view: View, one: Standing, kind: str, to: str, lines: tuple[str, ...], address: str = "") -> Letter:
    name = str(uuid.uuid5(NOTICES, repr((one.id, kind, to))))
    what = "observation" if one.is_rating else "complaint"
    return Letter(id=name, person=to, subject=f"{view.study.document.title}: {what}", lines=lines, address=address)


def _short(one: Standing, kind: str) -> tuple[str, ...]:
    line = f"{(_RATING if one.is_rating else _WORDS)[kind]} (code {one.code})."
    urgent = "It tells of abuse: have the person named removed from that participant's care now, and record it."
    return (line, urgent) if one.asks_removal else (line,)


def _whole(one: Standing, kind: str) -> tuple[str, ...]:
    told = [
        f"{name}: {one_line(str(one.values[name]))}"
        for name in ("text", "site", "where", "named", "reach")
        if name in one.values
    ]
    marks = [words for name, words in _MARKS.items() if one.values.get(name) is True]
    return (*_short(one, kind), *marks, *told)


_MARKS = {"leader": "It is about the doctor who leads the study.", "abuse": "It tells of abuse."}


def send_on(trial: Trial, sender: str, send: Callable[[Letter], None], clock: Callable[[], datetime]) -> bool:
    """Send what is still to be sent and file what was; whether everything has been."""
    if SENT not in trial.system_view().study.forms:
        return True
    tell_of_ratings(trial)
    settle(trial)
    whole = True
    for one, kind, to, letter in list(letters(trial.system_view())):
        try:
            send(letter)
        except Exception as error:  # noqa: BLE001 -- a sender may fail in any way, and its words may hold an address
            _log.warning("Letter %s was not sent by %s: %s", letter.id, sender, type(error).__name__)
            whole = False
            continue
        values = {"about": one.id, "kind": kind, "to": to, "sender": sender}
        draft = Draft(id=letter.id, form=SENT, values=values, occurred_at=clock(), origin="system")
        trial.file(draft, SYSTEM)
    return whole
