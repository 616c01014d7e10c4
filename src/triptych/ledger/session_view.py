"""What a window shows of a participant's medicine session: where it stands, and the gates of its decisions."""

from collections.abc import Sequence

from msgspec import Struct

from triptych.course import GateState, SessionState
from triptych.ledger.screening_view import ScreeningView

GATES = ("decide_supplement", "discharge", "override_discharge")
"""The gates of a session's course, as the documents that have them call them."""


class SessionShown(Struct, frozen=True):
    """A session as a viewer sees it: its state, and those of its gates whose decisions they may see."""

    state: SessionState
    gates: tuple[GateState, ...]

    def gate(self, name: str) -> GateState | None:
        """One of its gates by name; none where the document does not have it or the viewer may not see it."""
        return next((gate for gate in self.gates if gate.id == name), None)


class SessionView(ScreeningView):
    """The part of a window that is about a medicine session, on what its viewer sees."""

    def session(self, participant: str, cycle: int | None, gates: Sequence[str] = GATES) -> SessionShown | None:
        """Where the session of a cycle stands, with the gates that are asked for; none where nothing may be seen."""
        fold = self._seen_fold(participant)
        if fold is None:
            return None
        known = [fold.study.gates[name] for name in gates if name in fold.study.gates]
        shown = tuple(fold.gate(gate.id, cycle) for gate in known if self.sight.sees_form(gate.guards))
        return SessionShown(fold.session_state(cycle), shown)
