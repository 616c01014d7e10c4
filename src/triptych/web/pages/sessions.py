"""The medicine sessions under way, for whoever answers for several: since when, what rings, who is there."""

from collections.abc import Iterator
from datetime import timedelta

from django.http import Http404, HttpRequest, HttpResponse
from msgspec import Struct

from triptych.course import local_day
from triptych.course.touch_alarms import TouchAlarm
from triptych.web.live.alarms import Ringing, ringing
from triptych.web.live.board import DOSE, Board, Line, vital
from triptych.web.live.stream import board_for, sees_session
from triptych.web.people import Asker, page
from triptych.web.show import show

RENEWED = timedelta(seconds=20)
"""How soon the page draws itself anew. A session's own screen is pushed; this one is only the way there."""
DAY = timedelta(days=1)


class Under(Struct, frozen=True, kw_only=True):
    """One session under way."""

    board: Board
    phase: str
    rings: tuple[Ringing, ...]
    touches: tuple[TouchAlarm, ...]
    present: tuple[str, ...]
    last: Line | None

    @property
    def is_red(self) -> bool:
        """Whether a red alarm stands."""
        return bool(self.touches) or any(ring.alarm.is_red for ring in self.rings)

    @property
    def reading(self) -> str:
        """The newest reading in the short form that everybody reads; nothing where none was made."""
        return vital(self.board.readings[-1].values) if self.board.readings else ""


@page
def sessions(request: HttpRequest, asker: Asker) -> HttpResponse:
    """List the sessions of today and of the night before that the asker may see, those with an open alarm first."""
    if not sees_session(asker.view):
        raise Http404
    found = sorted(_under_way(asker), key=lambda one: (not one.is_red, not one.rings))
    now = asker.view.now
    return show(request, asker, "sessions.html", here="sessions", sessions=found, instants=[now + RENEWED])


def begun(asker: Asker) -> Iterator[str]:
    """Whose session may be under way: a dose today or yesterday, or a session that can be held now."""
    for line in asker.view.listing():
        study = asker.view.study_of(line.participant)
        held = {visit.id for visit in study.document.visits if visit.held_by == DOSE}
        today = local_day(asker.view.now, asker.view.zone(line.participant))
        mine = [visit for visit in line.visits if visit.visit in held]
        if any(
            visit.status == "open" or (visit.actual and timedelta() <= today - visit.actual <= DAY) for visit in mine
        ):
            yield line.participant


def _under_way(asker: Asker) -> Iterator[Under]:
    """Whose session has begun: a dose today or yesterday, or today an arrival, a team or an authorization."""
    for participant in begun(asker):
        drawn = board_for(asker.view, participant)
        if drawn is not None and drawn.state is not None and drawn.state.phase != "expected":
            study, board = asker.view.study_of(participant), drawn.board
            seen = [one for one in asker.view.records(participant) if asker.view.sight.sees_form(one.form)]
            touch = asker.view.touch(participant)
            rings = tuple(ringing(study, board, seen))
            yield Under(
                board=board,
                phase=drawn.state.title,
                rings=rings,
                touches=touch.alarms if touch else (),
                present=drawn.state.presence.people,
                last=board.lines[0] if board.lines else None,
            )
