"""Fidelity in the demonstration: a second rater, a draw by risk, and ratings by two made-up people, one still owed.

Nobody rated anything. Every record is filed through the door like any other.
"""

import uuid
from datetime import timedelta
from typing import Any, Final

from triptych.cli.scenario import Player
from triptych.course.fidelity import ASSIGNMENT, ITEMS, RATING
from triptych.ledger.drafts import Actor, Draft
from triptych.ledger.sampling import file_draw
from triptych.ledger.trial import Trial

LEAD: Final = Actor(person="fidelity_lead-1", role="fidelity_lead")
ROLE = "fidelity_rater"
RATERS = ("fidelity_rater-1", "fidelity_rater-2")
SECOND = RATERS[1]
"""The log-in of the second rater; the first has that of the role."""
SEED = "three sixes and a two"
COUNT = 8
GIVEN = (((5, 4, 6), (5, 5, 6)), ((3, 4, 4), (4, 4, 5)), ((6, 5, 6), (6, 5, 5)), ((2, 3, 5), (3, 3, 5)))
"""Adherence, competence and avoidance by the first and by the second rater, for one recording after the other."""


def rate(player: Player) -> None:
    """Draw, and file right after it what both raters say of each recording but the last, which the second owes."""
    trial = player.trial
    grant = {"person": SECOND, "role": ROLE, "blinding": "blinded"}
    _file(trial, Actor(person="administrator-1", role="administrator"), "grant", grant)
    file_draw(trial, LEAD, str(uuid.uuid4()), SEED, "risk", COUNT, RATERS)
    player.clock.now += timedelta(milliseconds=1)  # a draw by risk knows the ratings before it; these come after it
    for number, person in enumerate(RATERS):
        actor = Actor(person=person, role=ROLE)
        records = trial.view(actor).study_records()
        given = [one for one in records if one.form == ASSIGNMENT and one.values["person"] == person]
        for place, one in enumerate(sorted(given, key=lambda one: str(one.values["code"]))[: COUNT - number]):
            values: dict[str, Any] = dict(zip(ITEMS, GIVEN[place % len(GIVEN)][number], strict=True))
            values |= {"about": one.root, "usable": True, "knew": "guessed" if place == number else "nothing"}
            _file(trial, actor, RATING, values | {"boundaries": "doubt" if place == 3 * number + 2 else "kept"})


def _file(trial: Trial, actor: Actor, form: str, values: dict[str, Any]) -> None:
    now = trial.system_view().now
    trial.file(Draft(id=str(uuid.uuid4()), form=form, values=values, occurred_at=now), actor)
