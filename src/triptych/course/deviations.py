"""Deviations: derived where the records show them, entered where somebody saw one, all in one log."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime

from msgspec import Struct
from msgspec.structs import replace

from triptych.course.entries import Entries, Entry
from triptych.course.obligations import Task, is_ended, task_of
from triptych.course.schedule import Planned, visits_of_form
from triptych.course.sight import Sight
from triptych.course.signing import Signature
from triptych.course.standing import Standing
from triptych.study import DeviationClass, DeviationRule, Study


class Shown(Struct, frozen=True, kw_only=True):
    """A deviation that the records show: its key, its rule, what it rests on, and when it was there."""

    key: str
    rule: str
    what: str
    since: datetime
    visit: str | None = None
    about: str | None = None


class Deviation(Struct, frozen=True, kw_only=True):
    """One line of the deviation log. What a person entered about it stands beside what the records show."""

    key: str
    title: str
    what: str
    classification: DeviationClass | None
    since: datetime
    visit: str | None = None
    about: str | None = None
    entered: str | None = None
    cause: str | None = None
    corrective_action: str | None = None
    informed: str | None = None
    ethics_reported_on: date | str | None = None
    signed_by: tuple[str, ...] = ()


def after_withdrawal(study: Study, entries: Entries, standing: Standing, sight: Sight) -> Iterator[Shown]:
    """Visit forms filled in after the participant withdrew from the collection of further data."""
    change = standing.since("data")
    if change is None or not sight.sees_form(change.form):
        return
    placed = visits_of_form(study)
    for entry in entries.entries:
        if (
            entry.current.occurred_at > change.at
            and entry.current.form in placed
            and sight.sees_form(entry.current.form)
        ):
            yield Shown(
                key=f"data_after_withdrawal:{entry.id}",
                rule="data_after_withdrawal",
                what="Data were collected after the participant had withdrawn from further data",
                since=entry.current.occurred_at,
                about=entry.id,
            )


def visit_deviations(planned: Iterable[Planned], missing: Iterable[tuple[Planned, str, datetime]]) -> Iterator[Shown]:
    """Visits outside their window or not held, and forms missing at closed visits."""
    for visit in planned:
        if visit.status in ("out_of_window", "missed"):
            rule = "missed_visit" if visit.status == "missed" else "out_of_window"
            since = visit.since
            assert since is not None
            yield Shown(
                key=f"{rule}:{visit.key}",
                rule=rule,
                what=f"{visit.title}: {visit.reasons[-1]}",
                since=since,
                visit=visit.key,
            )
    for visit, form, since in missing:
        what = f"{visit.title}: the form {form} is missing"
        yield Shown(
            key=f"form_missing:{visit.key}:{form}", rule="form_missing", what=what, since=since, visit=visit.key
        )


def deviation_log(
    study: Study, entries: Entries, shown: Iterable[Shown], signed: Iterable[Signature]
) -> tuple[Deviation, ...]:
    """The whole log: what the records show, completed by what was entered, then what was entered alone."""
    signers: dict[str, list[str]] = {}
    for signature in signed:
        if signature.stands and signature.about is not None:
            signers.setdefault(entries.roots.get(signature.about, signature.about), []).append(signature.by)
    entered = {str(e.current.values["derived"]): e for e in entries.of("deviation") if e.current.values.get("derived")}
    rules = {rule.id: rule for rule in study.document.deviations}
    found = list(shown)
    log = [_line(rules[item.rule], item, entered.get(item.key), signers) for item in found if item.rule in rules]
    keys = {item.key for item in found}
    alone = [e for e in entries.of("deviation") if str(e.current.values.get("derived")) not in keys]
    return (*log, *(_alone(entry, signers) for entry in alone))


def _line(rule: DeviationRule, item: Shown, entry: Entry | None, signers: dict[str, list[str]]) -> Deviation:
    line = Deviation(
        key=item.key,
        title=rule.title,
        what=item.what,
        classification=rule.classification,
        since=item.since,
        visit=item.visit,
        about=item.about,
    )
    return _entered(line, entry, signers) if entry else line


def _alone(entry: Entry, signers: dict[str, list[str]]) -> Deviation:
    what = str(entry.current.values.get("description", ""))
    line = Deviation(
        key=f"entered:{entry.id}",
        title="Entered deviation",
        what=what,
        classification=None,
        since=entry.current.occurred_at,
    )
    return _entered(line, entry, signers)


def _entered(line: Deviation, entry: Entry, signers: dict[str, list[str]]) -> Deviation:
    values = {key: value for key, value in entry.current.values.items() if not isinstance(value, dict)}
    kept = {
        name: values[name]
        for name in ("classification", "cause", "corrective_action", "informed", "ethics_reported_on")
        if name in values
    }
    return replace(line, entered=entry.id, signed_by=tuple(signers.get(entry.id, ())), **kept)


def deviation_tasks(study: Study, entries: Entries, shown: Iterable[Shown], now: datetime) -> Iterator[Task]:
    """The tasks that derived deviations raise, until a record ends them."""
    rules = {rule.id: rule for rule in study.document.deviations}
    for item in shown:
        for rule in rules[item.rule].raises if item.rule in rules else ():
            if item.about is not None and not is_ended(entries, item.about, rule):
                yield task_of(rule, item.about, item.since, now)
