"""Rules by which a medicine session's signs and readings together raise an alarm, as a document writes them.

They read what was said or measured last: the yes-or-no signs of the form of signs by their item, each watched value by
its id, `<id>_before` (the newest value at least `apart` older than the last), `<id>_baseline` (the last one up to the
first dose), and `intake_high`. What nobody has examined is absent, and never a no.
"""

from collections.abc import Iterable
from typing import Literal

from triptych.rules import BOOL, NUMBER, Type
from triptych.study.treatment import Part

SIGNS, DRINK, INTAKE = "session_signs", "session_drink", "intake_high"
BEFORE, BASELINE = "_before", "_baseline"


class Recognition(Part, frozen=True, kw_only=True):
    """A recognition rule: an alarm of `level` while `rule` is true.

    Where the rule cannot be decided and `ask_when` is true, the screen asks for `ask`. `apart` is the shortest time
    between two readings that confirm each other.
    """

    id: str
    title: str
    level: Literal["withhold", "notify", "emergency"]
    rule: str
    action: str = ""
    apart: str = "5 minutes"
    ask: str = ""
    ask_when: str = "false"


class Escalation(Part, frozen=True, kw_only=True):
    """A step of a red alarm that nobody has acknowledged: whom it goes to, and how long after the system had it.

    `cover` is the physician who covers the session, the others are steps of the rota.
    """

    step: Literal["cover", "clinician", "backup", "physician", "lead"]
    after: str


def recognition_names(signs: Iterable[str], watched: Iterable[str]) -> dict[str, Type]:
    """What recognition rules read, with their types."""
    numbers = [f"{name}{suffix}" for name in watched for suffix in ("", BEFORE, BASELINE)]
    return {**dict.fromkeys(signs, BOOL), **dict.fromkeys(numbers, NUMBER), INTAKE: BOOL}
