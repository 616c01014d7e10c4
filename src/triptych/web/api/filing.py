"""Filing: one operation, through the door `file`. What the door answers is told in full, and nothing beside it."""

from datetime import datetime

from django.http import HttpRequest
from ninja import Router, Status

from triptych.ledger import Draft, Filed, Held, Reason, Refused
from triptych.web.api.bearer import Acting, acting
from triptych.web.api.problems import Problem, malformed, not_here
from triptych.web.api.reading import ACTING
from triptych.web.api.shapes import DraftIn, FiledOut, HeldOut, ProblemOut
from triptych.web.entry import YEARS
from triptych.web.hand import is_answer_by_hand
from triptych.web.house import house
from triptych.web.losing import carry_out
from triptych.web.pages.entry import SIGNED

router = Router()
PROBLEMS: dict[int, object] = dict.fromkeys((400, 401, 403, 404, 409, 413, 415, 422), ProblemOut)
FILE = "sha256"
"""The item that names an attached file by its content."""
UNREACHED = frozenset({"not_granted", "unknown_participant"})


@router.post("/records", response={201: FiledOut, 200: FiledOut, 202: HeldOut, **PROBLEMS}, openapi_extra=ACTING)
def file_record(request: HttpRequest, draft: DraftIn) -> Status[dict[str, object]]:
    """File a record.

    201 when it stands in the ledger, 200 when it did already, 202 when it is held, 422 with every reason when it is
    refused, 409 when another record has its id.
    """
    asker = acting(request)
    _by_hand(draft)
    outcome = house().trial.file(_draft(draft), asker.actor)
    match outcome:
        case Filed():
            carry_out(outcome, draft.participant)
            body = {"outcome": "filed", "findings": outcome.findings, **said(outcome)}
            return Status(200 if outcome.repeated else 201, body)
        case Held():
            return Status(202, {"outcome": "held", "reasons": outcome.reasons, **said(outcome)})
        case Refused():
            raise refusal(asker, draft.participant, outcome.reasons)


def said(outcome: Filed | Held) -> dict[str, object]:
    """What is told of a record that stands in the ledger."""
    record = outcome.record
    return {"id": record.id, "recorded_at": record.recorded_at, "repeated": outcome.repeated}


def _draft(sent: DraftIn) -> Draft:
    try:
        happened = datetime.fromisoformat(sent.occurred_at)
    except ValueError:
        happened = None
    if happened is None or happened.tzinfo is None or happened.year not in YEARS:
        text = f"The time at which it happened is a date and time with its offset from UTC, {YEARS[0]} to {YEARS[-1]}."
        raise malformed(text)
    cycle = None if sent.cycle is None else int(sent.cycle)
    return Draft(**{**sent.dict(), "occurred_at": happened, "cycle": cycle})


def _by_hand(draft: DraftIn) -> None:
    """Refuse what a page does more for than filing: it asks for the password of who signs, and keeps the file."""
    if draft.form in SIGNED:
        text = "It is signed on its own page, with the password of whoever signs."
        raise refused([Reason(code="signed_by_hand", text=text)])
    if is_answer_by_hand(draft.form, draft.values):
        text = "An alarm or a test page is answered on the session's page, by the PIN or password of whoever answers."
        raise refused([Reason(code="answered_by_hand", text=text)])
    if FILE in draft.values:
        raise refused([Reason(code="attached_by_hand", text="A file is attached on the page of its record.")])


def refusal(asker: Acting, participant: str | None, reasons: tuple[Reason, ...]) -> Problem:
    """The door's refusal as an answer. About a participant out of reach, nothing is told."""
    codes = {reason.code for reason in reasons}
    if participant is not None and codes & UNREACHED and asker.view().course(participant) is None:
        return not_here()
    match next(iter(codes)) if len(codes) == 1 else "":
        case "conflict":
            return Problem(409, "conflict", reasons[0].text)
        case "malformed":
            return malformed(reasons[0].text, reasons)
        case "too_large":
            return Problem(413, "too_large", reasons[0].text)
        case "not_granted":
            return Problem(403, "not_granted", reasons[0].text, reasons)
        case _:
            return refused(reasons)


def refused(reasons: tuple[Reason, ...] | list[Reason]) -> Problem:
    """Nothing was filed, and why."""
    return Problem(422, "refused", "Nothing was filed. The reasons say what would help.", reasons)
