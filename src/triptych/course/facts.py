"""The facts that rules read, built from entries only when a rule asks for them.

A missing answer is an absent fact; a list that nobody affirmed complete says so.
"""

from collections import ChainMap
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from functools import partial
from typing import cast

from triptych.course.entries import Entries, Entry, local_day
from triptych.course.setting import Setting
from triptych.rules import Context, Listing, Missing, evaluate
from triptych.study import Form, Study, answers, complete


class Facts(Mapping[str, object]):
    """Named facts, each made when first read; names not made here are looked up in `under`."""

    def __init__(self, makers: Mapping[str, Callable[[], object]], under: Mapping[str, object] | None = None) -> None:
        self._makers = makers
        self._under = under if under is not None else {}
        self._made: dict[str, object] = {}

    def __getitem__(self, name: str) -> object:
        if name in self._made:
            return self._made[name]
        if name not in self._makers:
            return self._under[name]
        self._made[name] = self._makers[name]()
        return self._made[name]

    def __iter__(self) -> Iterator[str]:
        return iter({**self._makers, **self._under})

    def __len__(self) -> int:
        return len({**self._makers, **self._under})


class _Listings(Mapping[str, object]):
    """The records of each form of a document as a list, made when it is first read."""

    def __init__(self, forms: Mapping[str, Form], make: Callable[[Form], Listing]) -> None:
        self._forms, self._make = forms, make
        self._made: dict[str, Listing] = {}

    def __getitem__(self, name: str) -> Listing:
        if name not in self._made:
            self._made[name] = self._make(self._forms[name])
        return self._made[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._forms)

    def __len__(self) -> int:
        return len(self._forms)


def context_at(setting: Setting, now: datetime) -> Context:
    """The context in which rules about this site are evaluated at an instant."""
    return Context(zone=setting.zone, holds_role=lambda person, role: setting.holds_role(person, role, now))


def form_facts(study: Study, entry: Entry, context: Context) -> dict[str, object]:
    """The answers of one entry as facts, derived items included, and the local day it happened."""
    study = study.at(entry.current.document)
    form = study.forms[entry.current.form]
    today = local_day(entry.current.occurred_at, context.zone)
    values = entry.current.values
    if any(item.derived for item in form.items):
        values = complete(study, form, values, today, context.zone)
    return {**answers(form, values), "today": today}


def holds_in_form(study: Study, entry: Entry, path: str, context: Context) -> object:
    """Evaluate the rule at a path of the document over one entry's own answers."""
    return evaluate(study.rule(path), form_facts(study, entry, context), context)


def record_facts(study: Study, entry: Entry, context: Context) -> dict[str, object]:
    """One entry as a record that gates read: its answers and what is known of the record itself."""
    record = entry.current
    facts = form_facts(study, entry, context)
    day = facts.pop("today")
    facts |= {"id": entry.id, "occurred_at": record.occurred_at, "day": day, "actor": record.actor}
    facts |= {"actor_role": record.role, "filed_at": record.recorded_at}
    if record.visit is not None:
        facts["visit"] = record.visit
    if record.cycle is not None:
        facts["cycle"] = record.cycle
    return facts


class CourseFacts:
    """Everything a gate, a definition or an affirmation may read about one participant at an instant."""

    def __init__(
        self,
        study: Study,
        entries: Entries,
        setting: Setting,
        now: datetime,
        course: Callable[[int | None], Mapping[str, object]],
    ) -> None:
        self._study = study
        self._entries = entries
        self._setting = setting
        self.context = context_at(setting, now)
        self.today: date = local_day(now, setting.zone)
        makers: dict[str, Callable[[], object]] = {"today": lambda: self.today, "course": partial(course, None)}
        makers |= {"site": self._site, "study": self._about_study}
        self._base = Facts(makers, _Listings(study.forms, self._listing))
        self._course = course

    def bound(self, cycle: int | None, names: Mapping[str, object]) -> Facts:
        """All facts, for one cycle and with names bound for one evaluation (`filing`); definitions see them too."""
        makers: dict[str, Callable[[], object]] = {"course": partial(self._course, cycle)}
        if cycle is not None:
            makers["cycle"] = partial(int, cycle)
        facts = Facts(makers, ChainMap(dict(names), cast(dict[str, object], self._base)))
        for definition in self._study.document.definitions:
            rule = self._study.rule(f"definitions.{definition.id}.rule")
            makers[definition.id] = partial(evaluate, rule, facts, self.context)
        return facts

    def _listing(self, form: Form) -> Listing:
        source = self._source(form)
        items = [record_facts(self._study, entry, self.context) for entry in source.of(form.id)]
        return Listing(items, unaffirmed=self._unaffirmed(form), path=form.id)

    def _source(self, form: Form) -> Entries:
        match form.about:
            case "study":
                return self._setting.study_entries
            case "site":
                return self._setting.site_entries
            case _:
                return self._entries

    def _unaffirmed(self, form: Form) -> frozenset[str]:
        if form.affirmed_by is None:
            return frozenset()
        rule = self._study.rule(f"forms.{form.id}.affirmed_by")
        answer = evaluate(rule, self._base, self.context)
        if answer is True:
            return frozenset()
        return answer.paths if isinstance(answer, Missing) else frozenset(p for p in rule.reads if "." in p)

    def _site(self) -> Mapping[str, object]:
        return {"paused": self._setting.site_paused, "active": self._setting.site_active}

    def _about_study(self) -> Mapping[str, object]:
        setting = self._setting
        return {
            "paused": setting.study_paused,
            "activated": setting.activated,
            "training": setting.training,
            "unconfirmed": len(self._study.unconfirmed),
            "consent_placeholders": consent.placeholders if (consent := self._study.document.consent) else 0,
            "allocated": setting.allocated,
        }
