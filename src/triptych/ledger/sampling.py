"""Drawing recorded sessions to be rated, from what a view shows, and filing the draw so that it can be repeated."""

import uuid
from datetime import datetime
from itertools import chain

from triptych.course.fidelity import (
    ASSIGNMENT,
    DRAW,
    Draw,
    How,
    Recording,
    draw_values,
    draws,
    recordings,
    weights_of,
)
from triptych.ledger.drafts import Actor, Draft, Filed, Outcome
from triptych.ledger.reminders import NOTICES
from triptych.ledger.store import Store
from triptych.ledger.trial import Trial
from triptych.ledger.view import View


def frame_of(view: View, until: datetime | None = None) -> tuple[Recording, ...]:
    """Every recorded session that a view shows, as known at an instant (now)."""
    names = view.participants()
    view.gather(names)
    seen = chain.from_iterable(map(view.records, names))
    return recordings(view.study, seen, view.study_records(), view.zone, until or view.now)


def drawable(view: View, how: How, until: datetime | None = None) -> dict[str, float]:
    """What could be drawn at an instant (now), by session with its weight: all that had not been drawn before."""
    until = until or view.now
    before = (draw for draw in draws(view.study_records()) if draw.at < until)
    gone = (drawn.session for draw in before for drawn in draw.drawn)
    return weights_of(frame_of(view, until), how, gone)


def drawn_by(view: View) -> tuple[Draw, ...]:
    """Every draw that a view shows, each checked against the sessions of its time."""
    known = draws(view.study_records())
    return draws(view.study_records(), {one.id: drawable(view, one.how, one.at) for one in known})


def file_draw(
    trial: Trial, actor: Actor, identifier: str, seed: str, how: How, count: int, raters: tuple[str, str]
) -> Outcome:
    """Draw, file the draw under an identifier, and give each recording to both raters; the first refusal ends it."""
    view = trial.view(actor)
    values = draw_values(seed, how, count, raters, drawable(view, how))
    outcome = trial.file(Draft(id=identifier, form=DRAW, values=values, occurred_at=view.now), actor)
    codes = sorted(line.partition(" ")[0] for line in values["drawn"].splitlines())
    for code, person in ((code, person) for code in codes for person in raters):
        if not isinstance(outcome, Filed):
            return outcome
        given = {"draw": identifier, "code": code, "person": person}
        name = str(uuid.uuid5(NOTICES, repr((identifier, code, person))))
        outcome = trial.file(Draft(id=name, form=ASSIGNMENT, values=given, occurred_at=view.now), actor)
    return outcome


def participant_with(store: Store, record: str) -> str | None:
    """Whose stream holds a record; none where it is not there, or is about a site or the study."""
    with store.reading() as reading:
        stored = reading.find(record)
    kind, _, name = stored.stream.partition(":") if stored else ("", "", "")
    return name if kind == "participant" else None
