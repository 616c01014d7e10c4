"""The course of a session on its screen: phase, supplemental dose, what a discharge waits for, presence and exits.

It is shown, and decided nowhere here. Nothing that it shows says that somebody may not leave.
"""

from typing import Any

from django.template.loader import get_template

from triptych.ledger import View
from triptych.ledger.session_view import GATES, SessionShown
from triptych.web.live.board import Board

FACTS = (
    "session_exit",
    "session_arrival",
    "supplement_choice",
    "supplement_withheld",
    "session_closing",
    "discharge_check",
    "overnight_check",
    "dose_administration",
)
"""Facts of the course that are entered from the screen, with or without a network: what was taken was taken."""
FORMS = ("escort_briefing", "overnight_stay", "morning_handover", "effect_continuing", "cssrs")
"""Facts of the course that are entered on forms of their own."""
DECISIONS = ("supplement_decision", "discharge", "discharge_override")
SUPPLEMENT = {
    "before": "opens at",
    "open": "may be decided on until",
    "decided": "decided: to be authorized and given until",
    "given": "given",
    "withheld": "withheld",
    "declined": "the participant does not want it; it is not offered",
    "not_asked": "the participant was not asked before the first dose; it is not offered",
    "closed": "withheld: no decision was made in its window",
}
STATES = {
    "met": "met",
    "not met": "not met",
    "unknown": "cannot decide",
    "at filing": "judged when it is filed",
    "withheld": "held by the study",
    "fault": "the rule fails",
}


def course_of(view: View, participant: str, board: Board) -> SessionShown | None:
    """The course of the session that a board shows; gates are judged from the first dose to the end."""
    cycle = board.place.cycle if board.place else None
    if board.place is None:
        return None
    found = view.session(participant, cycle, ())
    if found is None or found.state.first_dose is None or found.state.is_ended:
        return found
    return view.session(participant, cycle, GATES)


def course_part(shown: SessionShown | None, board: Board) -> str:
    """The part of the screen, drawn."""
    return get_template("live/_course.html").render(told(shown, board))


def told(shown: SessionShown | None, board: Board) -> dict[str, Any]:
    """What the course's templates are given."""
    gates = {name: unmet(shown, name) for name in GATES} if shown else {}
    return {
        "shown": shown,
        "state": shown.state if shown else None,
        "unmet": gates,
        "words": SUPPLEMENT,
        "states": STATES,
        "zone": board.zone,
        "now": board.now,
    }


def unmet(shown: SessionShown, name: str) -> list[Any] | None:
    """The conditions of a gate that are not met, unknown ones among them; none where there is no such gate."""
    gate = shown.gate(name)
    return None if gate is None else [one for one in gate.conditions if one.state not in ("met", "at filing")]
