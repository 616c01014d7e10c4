"""What a tablet's outbox sends: entries with identifiers, times and authors of their own, filed one by one as facts.

Every entry is answered for itself: filed, held or refused, so that the tablet forgets only what the ledger has.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec
from msgspec import Struct

from triptych.course import Capture
from triptych.ledger import Actor, Draft, Filed, Held, Reason
from triptych.study import Study
from triptych.web.hand import HANDED_OVER
from triptych.web.house import house
from triptych.web.losing import carry_out

MOST = 50
"""Entries in one sending."""
SIGNED = frozenset({"signature", "dose_check", "recording_consent", *HANDED_OVER})
HAND = frozenset({"acknowledged", "closed"})
"""Answers to an alarm that nobody gives for somebody else, or later."""


class Entered(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One entry as the tablet kept it. `at` is what its clock read, `occurred_at` the time corrected by the offset.

    `source` is the device that measured, where its reading came over the tablet.
    """

    id: str
    form: str
    values: dict[str, Any]
    occurred_at: datetime
    author: str
    device: str
    at: datetime
    offset: float | None = None
    source: str | None = None
    document: str | None = None
    visit: str | None = None
    cycle: int | None = None


class Answer(Struct, frozen=True, kw_only=True):
    """What became of one entry."""

    id: str
    outcome: str
    reasons: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()


def take(sent: object, participant: str, crew: Mapping[str, Actor], study: Study) -> Answer:
    """File one entry of a tablet for its author."""
    try:
        entered = msgspec.convert(sent, Entered)
    except msgspec.ValidationError:
        name = sent.get("id") if isinstance(sent, dict) else None
        return _refused(str(name or ""), "malformed", "This entry cannot be read. It is kept on the tablet.")
    form = study.forms.get(entered.form)
    if form is not None and (form.kind == "decision" or form.id in SIGNED):
        text = f"{form.title} is a decision. It is taken with the server and is not sent later."
        return _refused(entered.id, "decided_here", text)
    if entered.form == "session_alarm" and entered.values.get("answer") in HAND:
        return _refused(entered.id, "answered_here", "This answer is given with the server, by the hand of its author.")
    actor = crew.get(entered.author)
    if actor is None:
        text = f"{entered.author} is not at this tablet. Have them join it; the entry is kept on the tablet until then."
        return _refused(entered.id, "not_joined", text)
    return _filed(_draft(entered, participant, actor), actor)


def _draft(entered: Entered, participant: str, actor: Actor) -> Draft:
    return Draft(
        id=entered.id,
        form=entered.form,
        values=entered.values,
        occurred_at=entered.occurred_at,
        participant=participant,
        site=actor.site,
        visit=entered.visit,
        cycle=entered.cycle,
        origin="outbox",
        capture=Capture(
            device=entered.source or entered.device,
            at=entered.at,
            offset=entered.offset,
            document=entered.document,
            through=entered.device if entered.source else None,
        ),
    )


def _filed(draft: Draft, actor: Actor) -> Answer:
    outcome = house().trial.file(draft, actor)
    match outcome:
        case Filed():
            carry_out(outcome, draft.participant)
            return Answer(id=draft.id, outcome="filed", reasons=tuple(one.text for one in outcome.findings))
        case Held():
            return _answer(draft.id, "held", outcome.reasons)
        case _:
            return _answer(draft.id, "refused", outcome.reasons)


def _answer(name: str, outcome: str, reasons: tuple[Reason, ...]) -> Answer:
    return Answer(
        id=name,
        outcome=outcome,
        reasons=tuple(reason.text for reason in reasons),
        codes=tuple(reason.code for reason in reasons),
    )


def _refused(name: str, code: str, text: str) -> Answer:
    return Answer(id=name, outcome="refused", reasons=(text,), codes=(code,))
