"""The session on two pages for the file: what its lines say, put where a reader of the file looks for it."""

from collections import Counter
from collections.abc import Iterator, Sequence

from msgspec import Struct

from triptych.ledger import Seen
from triptych.study import Study
from triptych.study.limits import SIGNAL
from triptych.web.live.alarms import ANSWER, Ringing, every_alarm
from triptych.web.live.board import DOSE, VITALS, Board, Line

DOSES = (
    "supplement_choice",
    "dose_check",
    "dose_authorization",
    DOSE,
    "supplement_decision",
    "supplement_withheld",
)
PRESENCE, DRINK = "session_presence", "session_drink"
ELSEWHERE = {VITALS, SIGNAL, ANSWER, PRESENCE, *DOSES}
"""Forms whose entries stand in a part of the summary of their own."""


class Drunk(Struct, frozen=True):
    """How much of one kind of drink was recorded, in mL; `unmeasured` entries gave no amount."""

    kind: str
    volume: int
    unmeasured: int


class Summed(Struct, frozen=True, kw_only=True):
    """The parts of the summary that are lists, each oldest first."""

    doses: tuple[Line, ...]
    alarms: tuple[Ringing, ...]
    presence: tuple[Line, ...]
    drinks: tuple[Drunk, ...]
    rest: tuple[Line, ...]


def summed(study: Study, board: Board, seen: Sequence[Seen]) -> Summed:
    """The summary of the session that a board shows; what is on none of the other lists is in `rest`."""
    lines = tuple(reversed(board.lines))
    return Summed(
        doses=tuple(line for line in lines if line.form in DOSES),
        alarms=tuple(sorted(every_alarm(study, board, seen), key=lambda one: one.alarm.at)),
        presence=tuple(line for line in lines if line.form == PRESENCE),
        drinks=tuple(_drinks(study, board, seen)),
        rest=tuple(line for line in lines if line.form not in ELSEWHERE and not line.is_piece),
    )


def _drinks(study: Study, board: Board, seen: Sequence[Seen]) -> Iterator[Drunk]:
    shown = {line.id for line in board.lines}
    drunk = [one for one in seen if one.form == DRINK and one.id in shown and one.status == "filed"]
    form = study.forms.get(DRINK)
    names = {c.code: c.label for item in form.items for c in item.choices or () if item.id == "kind"} if form else {}
    volume, unmeasured = Counter[str](), Counter[str]()
    for one in drunk:
        kind, amount = str(one.values.get("kind")), one.values.get("volume")
        if isinstance(amount, int) and amount > 0:
            volume[kind] += amount
        else:
            unmeasured[kind] += 1
    for kind in sorted({*volume, *unmeasured}):
        yield Drunk(names.get(kind, kind), volume[kind], unmeasured[kind])
