"""The parts of a session's screen as HTML, each drawn by its own partial, so that only what changed is sent."""

from collections.abc import Mapping, Sequence

from django.template.loader import get_template

from triptych.study import Limit, Study
from triptych.web.live.board import Board
from triptych.web.live.chart import chart

PARTS = ("head", "chart", "readings", "timeline")


def drawn(study: Study, board: Board) -> dict[str, str]:
    """Every part of the screen by its name."""
    limits = limits_of(study)
    known = {"board": board, "zone": board.zone, "svg": chart(board, limits), "forms": study.forms}
    return {name: get_template(f"live/_{name}.html").render(known) for name in PARTS}


def limits_of(study: Study) -> Mapping[str, Sequence[Limit]]:
    """The limits of measured values that the document sets."""
    return getattr(study.document, "limits", {})
