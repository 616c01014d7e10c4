"""Storage of records, hash chains over the stored bytes, and the two doors of a trial: `file` in, `view` out."""

from triptych.ledger.drafts import Actor, Draft, Filed, Held, Outcome, Reason, Refused
from triptych.ledger.seen import Seen
from triptych.ledger.trial import Trial
from triptych.ledger.view import View

__all__ = ["Actor", "Draft", "Filed", "Held", "Outcome", "Reason", "Refused", "Seen", "Trial", "View"]
