"""What a window shows of a participant's medicine session: where it stands, and the gates of its decisions."""

from abc import abstractmethod
from collections.abc import Sequence

from msgspec import Struct

from triptych.course import Fold, GateState, SessionState
from triptych.course.answered import Raised
from triptych.course.presence_alarm import presence_alarm
from triptych.course.touch import Agreement, agreement, versions
from triptych.course.touch_alarms import TouchAlarm, touch_alarms
from triptych.ledger.screening_view import ScreeningView

GATES = ("decide_supplement", "discharge", "override_discharge")
"""The gates of a session's course, as the documents that have them call them."""


class SessionShown(Struct, frozen=True):
    """A session as a viewer sees it: its state, and those of its gates whose decisions they may see."""

    state: SessionState
    gates: tuple[GateState, ...]
    alone: Raised | None = None

    def gate(self, name: str) -> GateState | None:
        """One of its gates by name; none where the document does not have it or the viewer may not see it."""
        return next((gate for gate in self.gates if gate.id == name), None)


class TouchShown(Struct, frozen=True):
    """The touch agreement as it stands, and the alarms about it that nobody has reviewed."""

    agreement: Agreement
    alarms: tuple[TouchAlarm, ...]


class SessionView(ScreeningView):
    """The part of a window that is about a medicine session, on what its viewer sees."""

    @abstractmethod
    def _whole(self, participant: str) -> Fold: ...

    def touch(self, participant: str) -> TouchShown | None:
        """The touch agreement as it stands and its alarms; none where what they rest on is hidden.

        To the participant the agreement is their own, and alarms are not shown.
        """
        own = self._grant is not None and self._grant.participant == participant
        fold = self._whole(participant) if own else self._seen_fold(participant)
        if fold is None or not fold.sees_touch:
            return None
        if own:
            return TouchShown(agreement=agreement(versions(fold.entries), self.now), alarms=())
        alarms = tuple(one for one in self.touch_alarms(participant) if not one.reviewed)
        return TouchShown(agreement=agreement(versions(fold.entries), self.now), alarms=alarms)

    def touch_alarms(self, participant: str) -> tuple[TouchAlarm, ...]:
        """Every touch outside the agreement, reviewed ones too; none where what they rest on is hidden."""
        fold = self._seen_fold(participant)
        return tuple(touch_alarms(fold.entries)) if fold is not None and fold.sees_touch else ()

    def session(self, participant: str, cycle: int | None, gates: Sequence[str] = GATES) -> SessionShown | None:
        """Where the session of a cycle stands, with the gates that are asked for; none where nothing may be seen."""
        fold = self._seen_fold(participant)
        if fold is None:
            return None
        known = [fold.study.gates[name] for name in gates if name in fold.study.gates]
        shown = tuple(fold.gate(gate.id, cycle) for gate in known if self.sight.sees_form(gate.guards))
        state = fold.session_state(cycle)
        return SessionShown(state, shown, presence_alarm(fold.session(cycle), state.presence))
