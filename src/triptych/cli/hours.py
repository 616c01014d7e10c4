"""What a made-up medicine session holds between its doses and its end: readings when they are due, moments, drinks."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any, NamedTuple

from triptych.study import Study

MOMENTS: tuple[tuple[int, str, dict[str, Any]], ...] = (
    (8, "session_moment", {"what": "music_on"}),
    (15, "session_moment", {"what": "eyeshades"}),
    (40, "session_moment", {"what": "inward"}),
    (50, "session_drink", {"kind": "water", "volume": 200}),
    (72, "session_moment", {"what": "tears"}),
    (135, "session_moment", {"what": "talking"}),
    (165, "session_drink", {"kind": "electrolyte", "volume": 200}),
    (215, "session_moment", {"what": "rest"}),
    (260, "session_moment", {"what": "bathroom"}),
    (330, "session_drink", {"kind": "water", "volume": 200}),
    (400, "session_moment", {"what": "music_off"}),
)
"""An ordinary session, by minutes since the first dose. The times are made up."""
PAIR = ("therapist", "co_therapist")
"""Who is in the room."""


class Hour(NamedTuple):
    """Something to file so long after the first dose."""

    after: timedelta
    form: str
    values: dict[str, Any]
    is_placed: bool


def hours_of(study: Study) -> Iterator[Hour]:
    """What is filed from the first dose on, in order: a reading whenever the document has one due, and what happens."""
    rules = study.document.session
    due: list[tuple[int, str, dict[str, Any]]] = [
        (minutes, "vitals", {}) for minutes in (rules.readings if rules else ()) if minutes > 0
    ]
    for minutes, form, values in sorted([*MOMENTS, *due], key=lambda one: (one[0], one[1])):
        yield Hour(timedelta(minutes=minutes), form, dict(values), is_placed=form == "vitals")
