"""Whether the participant has said that they are ready for a session: on their own page, or in person.

Somebody on the team may record what a participant says who has no page of their own. It never stands over what the
participant wrote: their own newest word is asked for as well where there is one, and a no in person counts at once.
"""

from collections.abc import Mapping
from typing import Any

from triptych.course.entries import Entries, Entry
from triptych.rules import Missing

READY, IN_PERSON = "session_ready", "session_ready_in_person"
OWN = "participant"


def participant_ready(entries: Entries, cycle: int | None) -> bool | Missing:
    """Whether the participant is ready for the session of a cycle, by what they said last."""
    own = [one for one in entries.of(READY) if one.current.cycle == cycle and one.current.role == OWN]
    told = [one for one in entries.of(IN_PERSON) if one.current.cycle == cycle]
    if own and told and _is_later(told[-1], own[-1]):
        return _says(own[-1]) and _says(told[-1])
    newest = own[-1:] or told[-1:]
    return _says(newest[0]) if newest else Missing((f"{READY}.ready",))


def _is_later(one: Entry, other: Entry) -> bool:
    return (one.current.occurred_at, one.root.position) > (other.current.occurred_at, other.root.position)


def _says(entry: Entry) -> bool:
    return says_ready(entry.current.form, entry.current.values)


def says_ready(form: str, values: Mapping[str, Any]) -> bool:
    """Whether answers say so; in person, whether it was said with nobody pressing them as well."""
    return values.get("ready") is True and (form != IN_PERSON or values.get("alone") is True)
