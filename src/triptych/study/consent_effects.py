"""What follows when somebody takes back one part of their consent: the one source of what is said and what is done.

The page says it before anybody confirms (the words of `[ui]` and of the part, put together here), the signature covers
those words, and `triptych.course.withdrawing` carries it out.
"""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Literal, NamedTuple

from triptych.study.consent import REQUIRED

Kind = Literal["treatment", "recording", "touch", "data", "person"]
WITHIN = timedelta(hours=24)
"""By when the team has done what a withdrawal asks. A default that was read in no source."""


class Consequence(NamedTuple):
    """What follows from taking back one part: `sets` axes of the standing, and a task for a role."""

    kind: Kind
    sets: tuple[tuple[str, str], ...]
    task: str
    title: str
    role: str


_TREATMENT = Consequence(
    kind="treatment",
    sets=(("treatment", "stopped"),),
    task="withdrawn_treatment",
    title="A part that taking part rests on was taken back: no more study drug. See to the participant's care",
    role="physician",
)


_UNDER_AGE = {
    "permission": _TREATMENT._replace(
        task="withdrawn_permission",
        title="A parent or guardian took back their permission: no more study drug. See to the participant's care",
    ),
    "assent": _TREATMENT._replace(
        task="withdrawn_assent",
        title="A participant under age took back their assent: no more study drug. See to the participant's care",
    ),
}
"""What follows where one of the two takes back that without which nobody under age takes part."""
UNDER_AGE = tuple(_UNDER_AGE)


def _asks(kind: Kind, element: str, title: str, role: str = "coordinator") -> Consequence:
    """What ends nothing of the standing and asks a role to see to it."""
    return Consequence(kind=kind, sets=(), task=f"withdrawn_{element}", title=title, role=role)


def _recording(element: str, who: str) -> Consequence:
    return _asks("recording", element, f"Recordings are no longer used by {who}: close their access and tell them")


_OPTIONAL = {
    "recording_fidelity": _recording("recording_fidelity", "those who check the therapy"),
    "recording_recall": _recording("recording_recall", "the participant and the therapists to look back"),
    "recording_training": _recording("recording_training", "those who learn this work"),
    "touch_support": _asks(
        "touch", "touch_support", "Touch as support was taken back: tell everybody who is in the room", "therapist"
    ),
    "data_sharing": _asks(
        "data", "data_sharing", "Sharing of data was taken back: share no more, and tell those who have them"
    ),
    "data_future": _asks("data", "data_future", "Use in later research was taken back: mark the data"),
    "contact_person": _asks(
        "person", "contact_person", "The contact person was taken back: remove them from the identity"
    ),
    "companion": _asks("person", "companion", "The companion was taken back: tell them, and arrange the way home anew"),
}


def consequence(element: str) -> Consequence:
    """What follows from taking back a part, permission or assent. Raises `KeyError` for what is none of them."""
    return _TREATMENT if element in REQUIRED else (_OPTIONAL | _UNDER_AGE)[element]


def said_effect(element: str, own: str, say: Mapping[str, str]) -> str:
    """What taking back a yes to a part does, in the words of a language.

    Args:
        element: The part.
        own: What ends with this part and with no other; empty where the axes that it sets say all.
        say: The words of the language, one for each thing that a consequence can do. Raises `KeyError` if one lacks.
    """
    return " ".join(_effect(consequence(element), own, say))


def _effect(what: Consequence, own: str, say: Mapping[str, str]) -> Iterator[str]:
    if own:
        yield own
    for axis, to in what.sets:
        yield say[f"sets_{axis}_{to}"]
    yield say[f"told_{what.role}"].format(hours=int(WITHIN.total_seconds() // 3600))
    yield say["again_after_sets" if what.sets else "nothing_else"]


def said_refusal(element: str, say: Mapping[str, str]) -> str:
    """What a no to a part does that was never agreed to, in the words of a language."""
    return say["refused_needed" if element in REQUIRED else "refused_free"]
