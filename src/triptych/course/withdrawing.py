"""What follows when somebody takes back one part of their consent: said before it is confirmed, and then done (CON-05).

The same answer is shown on the page and carried out by the fold: what ends, what is no longer used, and who is told.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Literal, NamedTuple

from triptych.course.consenting import ELEMENT, SIGNATURE
from triptych.course.entries import Entries, Entry
from triptych.course.obligations import Task
from triptych.course.sight import Sight
from triptych.study import Study
from triptych.study.consent import OPTIONAL, REQUIRED

Kind = Literal["treatment", "recording", "touch", "data", "person"]
WITHIN = timedelta(hours=24)
"""By when the team has done what a withdrawal asks. A default that was read in no source."""


class Consequence(NamedTuple):
    """What follows from taking back one part: `sets` axes of the standing, and a task for a role.

    `words` are for the participant, in English; `concerns` is who has to stop something, empty where nobody.
    """

    kind: Kind
    sets: tuple[tuple[str, str], ...]
    words: str
    concerns: str
    task: str
    title: str
    role: str


_TREATMENT = Consequence(
    kind="treatment",
    sets=(("treatment", "stopped"),),
    words=(
        "You get no more of the study drug. The team goes on caring for you, and asks you to the visits and calls that "
        "are left unless you withdraw from those as well. What has been recorded so far is kept."
    ),
    concerns="physician",
    task="withdrawn_treatment",
    title="A part that taking part rests on was taken back: no more study drug. See to the participant's care",
    role="physician",
)
_NOTHING_ELSE = "Nothing else changes for you."


def _recording(who: str, concerns: str, name: str) -> Consequence:
    return Consequence(
        kind="recording",
        sets=(),
        words=f"From now on no recording of you is used by {who}, and none is made for them. {_NOTHING_ELSE}",
        concerns=concerns,
        task=f"withdrawn_{name}",
        title=f"Recordings are no longer used by {who}: close their access and tell them",
        role="coordinator",
    )


def _data(words: str, concerns: str, name: str, title: str) -> Consequence:
    told = f"{words} {_NOTHING_ELSE}"
    return Consequence("data", (), told, concerns, f"withdrawn_{name}", title, "coordinator")


def _person(words: str, concerns: str, name: str, title: str) -> Consequence:
    return Consequence("person", (), words, concerns, f"withdrawn_{name}", title, "coordinator")


_OPTIONAL = {
    "recording_fidelity": _recording("those who check the therapy", "raters", "recording_fidelity"),
    "recording_recall": _recording("you and your therapists to look back", "therapists", "recording_recall"),
    "recording_training": _recording("those who learn this work", "trainees", "recording_training"),
    "touch_support": Consequence(
        kind="touch",
        sets=(),
        words=(
            "From now on nobody touches you as support, in a session that is under way either. Touch that your care "
            f"and safety need stays. {_NOTHING_ELSE}"
        ),
        concerns="therapists",
        task="withdrawn_touch_support",
        title="Touch as support was taken back: tell everybody who is in the room",
        role="therapist",
    ),
    "data_sharing": _data(
        "Your answers go to no other researchers. Those who have them are asked to stop. What is published stays.",
        "researchers who have the data",
        "data_sharing",
        "Sharing of data was taken back: share no more, and tell those who have them",
    ),
    "data_future": _data(
        "Your answers are not used in later research.",
        "whoever keeps the data",
        "data_future",
        "Use in later research was taken back: mark the data",
    ),
    "contact_person": _person(
        f"The team no longer calls that person. {_NOTHING_ELSE}",
        "coordinator",
        "contact_person",
        "The contact person was taken back: remove them from the identity",
    ),
    "companion": _person(
        "That person does not come along any more and is told nothing. The team arranges with you how you get home "
        f"after a session. {_NOTHING_ELSE}",
        "coordinator",
        "companion",
        "The companion was taken back: tell them, and arrange the way home anew",
    ),
}


def consequence(element: str) -> Consequence:
    """What follows from taking back a part. Raises `KeyError` for what is no part."""
    return _TREATMENT if element in REQUIRED else _OPTIONAL[element]


class Withdrawn(NamedTuple):
    """A part that was taken back, by which entry, and what follows."""

    entry: Entry
    element: str
    consequence: Consequence

    @property
    def at(self) -> datetime:
        """When it happened."""
        return self.entry.current.occurred_at


def withdrawn(study: Study, entries: Entries) -> Iterator[Withdrawn]:
    """Every part that was taken back, in order: a no where there had been a yes before.

    A part that taking part rests on is taken back only from a consent that had been signed; before that nothing has
    begun that could end.
    """
    signed = [e.root.position for e in entries.of(SIGNATURE) if e.current.values.get("agreed") is True]
    before: dict[str, bool] = {}
    for entry in sorted(entries.of(ELEMENT), key=lambda found: found.root.position):
        element, agreed = str(entry.current.values.get("element")), entry.current.values.get("agreed")
        was = before.get(element)
        before[element] = agreed is True
        if agreed is not False or study.at(entry.current.document).document.consent is None:
            continue
        is_signed = any(position < entry.root.position for position in signed)
        if (element in REQUIRED and is_signed and was is not False) or (element in OPTIONAL and was is True):
            yield Withdrawn(entry, element, consequence(element))


def withdrawal_tasks(study: Study, entries: Entries, sight: Sight, now: datetime) -> Iterator[Task]:
    """What parts that were taken back ask of the team, until somebody has done it."""
    if not (sight.sees_form(ELEMENT) and sight.sees_form("task_done")):
        return
    for one in withdrawn(study, entries):
        done = entries.about.get(("task_done", one.entry.id), ())
        if not any(found.current.values.get("task") == one.consequence.task for found in done):
            due = one.at + WITHIN
            yield Task(
                id=one.consequence.task,
                title=one.consequence.title,
                roles=(one.consequence.role,),
                since=one.at,
                level="alert" if one.consequence.kind == "treatment" else "task",
                due=due,
                overdue=due <= now,
                about=one.entry.id,
                form=ELEMENT,
            )
