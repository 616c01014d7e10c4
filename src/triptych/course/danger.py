"""Signs of danger: what a record says at any moment of its history still asks for somebody, whatever became of it.

A correction, or a note that a record was entered in error, is kept and counts everywhere else. It does not undo that
somebody was told of danger: only a recorded plan ends that (SAF-09).
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from zoneinfo import ZoneInfo

from triptych.course.entries import Entries, Entry, occurred
from triptych.course.facts import form_facts, record_facts
from triptych.course.whereabouts import ROLE, Whereabouts
from triptych.rules import Context, Listing, evaluate
from triptych.study import Study

Stood = tuple[Entry, Sequence[Entry]]
"""An entry as it stood at a moment, and the entries of its form that stood before it then, oldest first."""
Contexts = Callable[[Entry], Context]
"""The context in which a rule is evaluated over an entry."""


def stood(entries: Entries, entry: Entry) -> Iterator[Stood]:
    """The entry at every moment at which it, or one before it, was filed, corrected or set aside."""
    others = [one for one in entries.ever.get(entry.root.form, ()) if one is not entry]
    latest = max(occurred(one) for one in _versions(entry))
    before = [one for one in others if any(occurred(version) < latest for version in _versions(one))]
    moments = {version.position for version in entry.versions}
    moments |= {turn for one in before for turn in _turns(entries, one) if turn > entry.root.position}
    for moment in sorted(moments):
        then = _standing(entries, entry, moment)
        if then is None:
            return
        standing = filter(None, (_standing(entries, one, moment) for one in before))
        yield then, sorted((one for one in standing if occurred(one) < occurred(then)), key=occurred)


def _versions(entry: Entry) -> Iterator[Entry]:
    for version in entry.versions:
        found = entry.then(version.position)
        if found is not None:
            yield found


def _turns(entries: Entries, entry: Entry) -> Iterator[int]:
    yield from (version.position for version in entry.versions)
    if entry.id in entries.voided:
        yield entries.voided[entry.id].position


def _standing(entries: Entries, entry: Entry, moment: int) -> Entry | None:
    void = entries.voided.get(entry.id)
    return None if void is not None and void.position <= moment else entry.then(moment)


def holds(study: Study, path: str, now: Stood, context: Contexts) -> bool:
    """Whether the rule at a path is true of an entry's own answers and those of its form before it."""
    entry, before = now
    rule, facts = study.at(entry.current.document).rule(path), dict(form_facts(study, entry, context(entry)))
    if any("." in name for name in rule.reads):
        told = [record_facts(study, one, context(one)) for one in before]
        facts["earlier"] = Listing(told, path="earlier")
        if told:
            facts["baseline"], facts["previous"] = told[0], told[-1]
    return evaluate(rule, facts, context(entry)) is True


def own_days(entries: Entries, zone: ZoneInfo, context: Context) -> Contexts:
    """The context of an entry: what participants answered by themselves counts on their own days, else on the site's.

    Whoever travels, or lives far from their site, has three days running when they have lived through three.
    """
    where = Whereabouts(entries, zone)
    return lambda entry: (
        replace(context, zone=where.at(entry.current.occurred_at)) if entry.root.role == ROLE else context
    )
