"""What people had or took outside the study, as they were asked for it in the months after treatment (CRL-05).

Every answer stands, also one that nothing was had; what was not answered is never read as nothing.
"""

from collections.abc import Iterable, Iterator
from datetime import date, tzinfo

from msgspec import Struct

from triptych.course.entries import local_day
from triptych.course.told import Shown
from triptych.study import Study

FORMS = ("month_check", "outside_treatment")
"""Forms of which every yes-or-no question is about care or drugs outside the study."""
CRAVING = "craving"


class Outside(Struct, frozen=True, kw_only=True):
    """One answer: how many questions, which were answered with yes or left open, and the craving from 0 to 10."""

    participant: str
    record: str
    form: str
    on: date
    asked: int
    had: tuple[str, ...]
    open: tuple[str, ...]
    craving: int | None


def outside(study: Study, participant: str, records: Iterable[Shown], zone: tzinfo) -> Iterator[Outside]:
    """Every answer of a participant that counts, in the order of the records."""
    for record in records:
        form = study.forms.get(record.form)
        if form is None or record.form not in FORMS or not record.current:
            continue
        asked = {item.label: record.values.get(item.id) for item in form.items if item.type == "boolean"}
        craving = record.values.get(CRAVING)
        yield Outside(
            participant=participant,
            record=record.id,
            form=form.title,
            on=local_day(record.occurred_at, zone),
            asked=len(asked),
            had=tuple(label for label, answer in asked.items() if answer is True),
            open=tuple(label for label, answer in asked.items() if not isinstance(answer, bool)),
            craving=craving if isinstance(craving, int) and not isinstance(craving, bool) else None,
        )
