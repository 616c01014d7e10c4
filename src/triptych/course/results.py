"""Abnormal values of results: each is judged by somebody who signs for it, clinically significant or not (CRL-13)."""

from collections.abc import Iterator

from msgspec import Struct

from triptych.course.entries import Entries, Entry
from triptych.rules import Missing
from triptych.study import Form, Item, ScreeningFact, Study

JUDGMENT = "value_review"
RESULTS: tuple[ScreeningFact, ...] = ("sodium", "potassium", "alt", "ast", "creatinine", "tsh", "qtcf")
"""Facts of a screening that stand on a result form: laboratory and ECG."""


class Abnormal(Struct, frozen=True, kw_only=True):
    """A value outside what its form expects, in the newest result, and the newest judgment on it as it stands."""

    record: str
    form: str
    item: str
    label: str
    value: float
    unit: str
    expected: tuple[float | None, float | None]
    significant: bool | None
    by: str
    why: str


def result_forms(study: Study) -> tuple[Form, ...]:
    """The forms that hold results of a laboratory or an ECG."""
    return tuple(form for form in study.document.forms if any(item.fact in RESULTS for item in form.items))


def abnormal_values(study: Study, entries: Entries) -> tuple[Abnormal, ...]:
    """Every value of the newest results that lies outside what its form expects."""
    newest = ((form, entries.latest(form.id)) for form in result_forms(study))
    return tuple(one for form, entry in newest if entry is not None for one in _of(form, entry, entries))


def _of(form: Form, entry: Entry, entries: Entries) -> Iterator[Abnormal]:
    for item in form.items:
        value = entry.current.values.get(item.id)
        if isinstance(value, int | float) and not isinstance(value, bool) and _is_outside(item, value):
            expected = item.expected
            assert expected is not None
            judged = _judgment(entries, entry, item.id)
            significant = judged.current.values["significant"] if judged else None
            yield Abnormal(
                record=entry.id,
                form=form.title,
                item=item.id,
                label=item.label,
                value=value,
                unit=item.unit or "",
                expected=(expected.min, expected.max),
                significant=significant,
                by=judged.current.actor if judged else "",
                why=str(judged.current.values["why"]) if judged else "",
            )


def _is_outside(item: Item, value: float) -> bool:
    if item.expected is None:
        return False
    low, high = item.expected.min, item.expected.max
    return (low is not None and value < low) or (high is not None and value > high)


def _judgment(entries: Entries, entry: Entry, item: str) -> Entry | None:
    """The newest judgment on a value; one made before the result was corrected was of another value."""
    found = [
        judged
        for judged in entries.about.get((JUDGMENT, entry.id), ())
        if judged.current.values["item"] == item and judged.root.position > entry.versions[-1].position
    ]
    return found[-1] if found else None


def values_accepted(study: Study, entries: Entries) -> bool | Missing:
    """Whether every abnormal value of the newest results is judged and none is significant; missing while one waits."""
    found = abnormal_values(study, entries)
    if any(one.significant for one in found):
        return False
    return Missing((f"{JUDGMENT}.significant",)) if any(one.significant is None for one in found) else True
