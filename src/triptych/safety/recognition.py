"""Recognition rules over a session's signs and readings: what each raises, and what it asks to be examined.

A sign is carried forward as it was last known. What nobody has examined is unknown and never a no: a rule over it
cannot be decided, raises nothing and clears nothing.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from msgspec import Struct

from triptych.rules import Answer, Context, Missing, Rule, evaluate
from triptych.safety.alarms import Alarm, Asking, Closing, Reading, limit_alarms, next_reading
from triptych.study import Limit, Recognition, SessionRules, Study, Watch, parse_duration
from triptych.study.limits import SIGNAL
from triptych.study.recognition import BASELINE, BEFORE, DRINK, INTAKE, SIGNS

Known = float | bool
HOUR = timedelta(hours=1)
_CONTEXT = Context(UTC)


class Stated(Struct, frozen=True):
    """What one record of a session states: watched values by their id, signs by their item.

    Under the form of drinks stands what was drunk in mL, none where nobody knows. What a continuous signal states
    (`is_signal`) is compared with limits alone.
    """

    at: datetime
    record: str
    facts: Mapping[str, Known | None]
    is_signal: bool = False


_Told = tuple[datetime, str, tuple[tuple[str, Known | None], ...], bool]
"""What a record states, so that it can be looked up."""


class Question(Struct, frozen=True):
    """What a rule that cannot be decided asks for, with the facts that are missing."""

    id: str
    title: str
    ask: str
    missing: tuple[str, ...]


def stated_in(study: Study, form: str, values: Mapping[str, object]) -> dict[str, Known | None]:
    """What a record's answers state; an answer that is missing, or a zero that nothing alive has, states nothing."""
    if form == DRINK:
        volume = values.get("volume")
        return {DRINK: float(volume) if isinstance(volume, int | float) else None}
    found: dict[str, Known | None] = {}
    for name, item, zero in _watched_in(study, form):
        value = values.get(item)
        if isinstance(value, int | float) and not isinstance(value, bool) and (value > 0 or (value == 0 and zero)):
            found[name] = float(value)
    if form == SIGNS:
        found |= {item: value for item, value in values.items() if isinstance(value, bool)}
    return found


@lru_cache(maxsize=256)
def _watched_in(study: Study, form: str) -> tuple[tuple[str, str, bool], ...]:
    """The watched values that a form holds: each by its id, with its item and whether zero is a value of that."""
    rules = study.document.session or SessionRules()
    here = (one for one in rules.watches if one.form == form or (form == SIGNAL and one.is_signal))
    return tuple((one.id, one.held_in, has_zero(study, form, one.held_in)) for one in here)


def has_zero(study: Study, form: str, item: str) -> bool:
    """Whether zero is a value of an item, as of a score; a probe that reads zero has measured nothing."""
    items = study.forms[form].items if form in study.forms else ()
    ranges = (one.range for one in items if one.id == item)
    return any(limits is not None and limits.min == 0 for limits in ranges)


class Facts:
    """The facts of a session in the order in which they were stated, each after the other."""

    def __init__(self, rules: SessionRules, dosed_at: datetime | None, apart: timedelta) -> None:
        self._hour, self._total, self._dosed_at, self._apart = rules.drink_hour, rules.drink_total, dosed_at, apart
        self._watched = {watch.id for watch in rules.watches}
        self._series: dict[str, tuple[list[datetime], list[float]]] = {}
        self._drinks: list[tuple[datetime, float | None]] = []
        self.known: dict[str, Known] = {}

    def take(self, at: datetime, facts: Mapping[str, Known | None]) -> None:
        """Take in what the next record states."""
        for name, value in facts.items():
            if name == DRINK:
                self._drinks.append((at, None if value is None else float(value)))
            elif value is not None:
                self.known[name] = value
                if name in self._watched:
                    self._measure(name, at, float(value))
        if self._drinks:
            self._drunk(at)

    def _measure(self, name: str, at: datetime, value: float) -> None:
        times, values = self._series.setdefault(name, ([], []))
        times.append(at)
        values.append(value)
        place = bisect_right(times, at - self._apart)
        if place:
            self.known[name + BEFORE] = values[place - 1]
        if self._dosed_at is not None and at <= self._dosed_at:
            self.known[name + BASELINE] = value

    def _drunk(self, at: datetime) -> None:
        """Whether more was drunk than the document suggests: unknown while nothing, or something unmeasured, was."""
        self.known.pop(INTAKE, None)
        since = [(when, volume) for when, volume in self._drinks if self._dosed_at is None or when >= self._dosed_at]
        total = sum(volume or 0 for _, volume in since)
        hour = sum(volume or 0 for when, volume in since if when > at - HOUR)
        if (self._hour is not None and hour > self._hour) or (self._total is not None and total > self._total):
            self.known[INTAKE] = True
        elif since and all(volume is not None for _, volume in since):
            self.known[INTAKE] = False


def readings_of(study: Study, one: Recognition, day: Iterable[Stated], dosed_at: datetime | None) -> Iterator[Reading]:
    """The answers of a rule at every record that states a fact it reads: one where it is true, zero where it is not.

    It is unknown, and so no reading, where it cannot be decided; and where it stays true by what other records said
    while this one says nothing new for it, so that an alarm that a person closed is not raised by a routine reading.
    """
    reads = {_stated_as(name) for name in _rule(study, one, "rule").reads}
    facts = Facts(study.document.session or SessionRules(), dosed_at, span(one.apart))
    for stated in day:
        mine = {name: stated.facts[name] for name in stated.facts.keys() & reads}
        if not mine and DRINK not in reads:  # what was drunk in the last hour changes with every record
            continue
        before = dict(facts.known)
        facts.take(stated.at, mine)
        if not mine:
            continue
        answer = _answer(study, one, frozenset(facts.known.items()))
        value = 1.0 if answer is True else 0.0 if answer is False else None
        if value == 1.0 and not any(said is True for said in mine.values()):
            rest = {name: known for name, known in before.items() if _stated_as(name) not in mine}
            value = None if _answer(study, one, frozenset(rest.items())) is True else value
        yield Reading(stated.at, value, stated.record)


@lru_cache(maxsize=4096)
def _answer(study: Study, one: Recognition, known: frozenset[tuple[str, Known]]) -> Answer:
    """The answer of a rule over what is known; a name stands for numbers alone or for signs alone, so 1.0 is no yes."""
    return evaluate(_rule(study, one, "rule"), dict(known), _CONTEXT)


def _stated_as(name: str) -> str:
    """The fact of a record that a fact of a rule is found from."""
    if name == INTAKE:
        return DRINK
    for suffix in (BEFORE, BASELINE):
        if name.endswith(suffix):
            return name.removesuffix(suffix)
    return name


def session_alarms(
    study: Study, day: Sequence[Stated], closings: Mapping[str, Sequence[Closing]], dosed_at: datetime | None
) -> list[Alarm]:
    """Every alarm that a session's records raise, those that are over included: of limits, and of recognition rules.

    `day` is what the records state, oldest first; `closings` are people's words by what each is about. Gates, tasks and
    the screens of every audience ask about the same day, so the last answers are kept.
    """
    closed = tuple((name, tuple(said)) for name, said in closings.items())
    return list(_alarms(study, _kept(day), closed, dosed_at))


def _kept(day: Sequence[Stated]) -> tuple[_Told, ...]:
    return tuple((one.at, one.record, tuple(one.facts.items()), one.is_signal) for one in day)


@lru_cache(maxsize=128)
def _alarms(
    study: Study,
    stated: tuple[_Told, ...],
    closed: tuple[tuple[str, tuple[Closing, ...]], ...],
    dosed_at: datetime | None,
) -> tuple[Alarm, ...]:
    day = [Stated(at, record, dict(facts), is_signal) for at, record, facts, is_signal in stated]
    closings = dict(closed)
    rules = study.document.session or SessionRules()
    after, late = span(rules.repeat_after), span(rules.repeat_late)
    found = [alarm for _, _, alarms in _measured(rules, day, closings) for alarm in alarms]
    day = [one for one in day if not one.is_signal]
    for one in rules.recognize:
        taken = readings_of(study, one, day, dosed_at)
        limits = (Limit(level=one.level, at_least=1),)
        found += limit_alarms(one.id, one.title, limits, taken, closings.get(one.id, ()), after, late)
    return tuple(found)


def _measured(
    rules: SessionRules, day: Sequence[Stated], closings: Mapping[str, Sequence[Closing]]
) -> Iterator[tuple[Watch, list[Reading], list[Alarm]]]:
    """Every watched value with its readings and the alarms that they raise."""
    after, late = span(rules.repeat_after), span(rules.repeat_late)
    for watch in rules.watches:
        readings = [Reading(one.at, _number(one.facts.get(watch.id)), one.record, one.is_signal) for one in day]
        yield (
            watch,
            readings,
            limit_alarms(watch.id, watch.title, watch.at, readings, closings.get(watch.id, ()), after, late),
        )


def extra_readings(study: Study, day: Sequence[Stated], closings: Mapping[str, Sequence[Closing]]) -> dict[str, Asking]:
    """The extra readings that values past a limit ask for, by the value's id, beside the document's schedule."""
    rules = study.document.session or SessionRules()
    after, every = span(rules.repeat_after), span(rules.repeat_every)
    asked = (
        (watch.id, next_reading(watch.at, readings, alarms, after, every))
        for watch, readings, alarms in _measured(rules, day, closings)
    )
    return {name: one for name, one in asked if one is not None}


def questions(study: Study, day: Sequence[Stated], dosed_at: datetime | None) -> list[Question]:
    """What has to be examined now: the rules that cannot be decided, where something makes it matter."""
    return list(_questions(study, _kept(day), dosed_at))


@lru_cache(maxsize=128)
def _questions(study: Study, stated: tuple[_Told, ...], dosed_at: datetime | None) -> tuple[Question, ...]:
    rules = study.document.session or SessionRules()
    found, taken = [], dict[str, Facts]()
    for one in rules.recognize:
        facts = taken.get(one.apart)
        if facts is None:
            facts = taken[one.apart] = Facts(rules, dosed_at, span(one.apart))
            for at, _, told, is_signal in stated:
                if not is_signal:
                    facts.take(at, dict(told))
        answer, matters = (evaluate(_rule(study, one, part), facts.known, _CONTEXT) for part in ("rule", "ask_when"))
        if one.ask and isinstance(answer, Missing) and matters is True:
            found.append(Question(one.id, one.title, one.ask, tuple(sorted(answer.paths))))
    return tuple(found)


def _rule(study: Study, one: Recognition, part: str) -> Rule:
    return study.rules[f"session.recognize.{one.id}.{part}"]


def _number(value: Known | None) -> float | None:
    return None if value is None or isinstance(value, bool) else value


def span(text: str) -> timedelta:
    """A duration of the document as a span of time."""
    return parse_duration(text).span
