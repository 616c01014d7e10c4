"""Instruments: one document each, loaded like a study of a single form; scores, bands and how a score came about.

Scoring is the instrument's own rules, in the rule language of the study document: what a study derives at filing and
what `score` gives are the same evaluation of the same rules.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, tzinfo
from typing import Any, Literal

import msgspec
from msgspec import Struct

from triptych.study.errors import Problem, StudyProblems
from triptych.study.fitting import Misfit, answers, complete, fit
from triptych.study.inheriting import INSTRUMENTS, Shelf
from triptych.study.loading import Study, check_study, load_study
from triptych.study.model import Form, Item, License, Unconfirmed
from triptych.study.reading import read_files
from triptych.study.shaping import Fault, faults
from triptych.study.treatment import Part, Reference

DAY = date(2000, 1, 1)
"""Scores do not depend on the day; rules may name it."""
_SHELL = """\
id: instrument
title: An instrument by itself
version: "1"
site_defaults: {{zone: UTC}}
roles:
  - {{id: physician, title: Physician, sees: [{form}]}}
forms: [{{id: {form}, instrument: {name}, log: true}}]
phases: [{{id: one, title: One, panel: preparation}}]
visits: [{{id: visit, title: Visit, phase: one}}]
"""
_PRODUCT = {
    "product.yaml": """\
id: product
title: What the tasks of an instrument need
version: "1"
forms:
  - {id: safety_review, title: Review, log: true, items: [{id: about, label: Record, type: record}]}
  - {id: risk_plan, title: Plan, log: true, items: [{id: about, label: Record, type: record}]}
"""
}


class MeaningfulChange(Part, frozen=True, kw_only=True):
    """How much of a change matters, in words."""

    text: str


class InstrumentDocument(Form, frozen=True, kw_only=True):
    """What an instrument's file holds: a form, and what is known of the instrument itself."""

    version: str
    mode: Literal["self", "clinician"]
    license: License
    language: str = "en"
    recall: str = ""
    missing_rule: str = ""
    change: tuple[MeaningfulChange, ...] = ()
    references: tuple[Reference, ...] = ()


class Instrument(Struct, frozen=True, kw_only=True):
    """An instrument that can be scored."""

    document: InstrumentDocument
    study: Study
    unconfirmed: tuple[Unconfirmed, ...]

    @property
    def form(self) -> Form:
        """The form that a study lays its own over."""
        return self.study.forms[_form_id(self.document.id)]


class NotShipped(Struct, frozen=True, kw_only=True):
    """An instrument that is not bundled, and why."""

    id: str
    title: str
    reason: str


def read_not_shipped(text: str) -> tuple[NotShipped, ...]:
    """The list of instruments that are not bundled, from its YAML."""
    return msgspec.convert(read_files({"not-shipped.yaml": text}).data["not_shipped"], tuple[NotShipped, ...])


class Scored(Struct, frozen=True, kw_only=True):
    """The result of an instrument: none where answers are missing. `told` says of each score how it came about."""

    total: float | None
    subscales: Mapping[str, float | None]
    flags: Mapping[str, bool | None]
    missing: tuple[str, ...]
    bands: Mapping[str, str]
    told: Mapping[str, str]


def load_instrument(name: str, shelf: Shelf) -> Instrument:
    """An instrument of the shelf by name. Raises `KeyError` if there is none, `StudyProblems` if it is wrong."""
    problems = check_instrument(name, shelf)
    if problems:
        raise StudyProblems(problems)
    read = read_files(shelf[INSTRUMENTS + name])
    study = load_study({"study.yaml": _shell(name)}, _PRODUCT, shelf)
    document = msgspec.convert(read.data, InstrumentDocument)
    return Instrument(document=document, study=study, unconfirmed=tuple(read.unconfirmed))


def check_instrument(name: str, shelf: Shelf) -> tuple[Problem, ...]:
    """Every problem of an instrument, in the order of its lines. Raises `KeyError` if there is none of that name."""
    read = read_files(shelf[INSTRUMENTS + name])
    if not read.broken:
        found = list(faults(read.data, InstrumentDocument, ""))
        if read.data.get("id") != name:
            found.append(
                Fault("id", "instrument_id", f"The id is not the file's name, {name!r}.", "Make them the same.")
            )
        read.problems += [read.problem(*fault._replace(path=fault.path.lstrip("."))) for fault in found]
    if read.problems:
        return tuple(sorted(read.problems))
    return tuple(
        problem for problem in check_study({"study.yaml": _shell(name)}, _PRODUCT, shelf) if _is_own(problem, name)
    )


def score(instrument: Instrument, values: Mapping[str, Any]) -> Scored:
    """The scores of one set of answers, by item id. Answers that do not fit are as good as missing."""
    form = instrument.form
    done = complete(instrument.study, form, values, DAY, UTC)
    results: dict[str, dict[str, Any]] = {"total": {}, "subscale": {}, "flag": {}}
    for item in form.items:
        if item.score:
            results[item.score][item.id] = done.get(item.id)
    asked = answers(form, values)
    return Scored(
        total=next(iter(results["total"].values()), None),
        subscales=results["subscale"],
        flags=results["flag"],
        missing=tuple(
            item.id for item in form.items if item.derived is None and item.required and item.id not in asked
        ),
        bands=dict(bands_of(form, done)),
        told=score_notes(instrument.study, form, values, DAY, UTC),
    )


def misfits(instrument: Instrument, values: Mapping[str, Any]) -> tuple[Misfit, ...]:
    """What keeps answers from fitting the instrument; an answer that is not there is only missing."""
    found = fit(instrument.study, instrument.form, values, DAY, UTC)
    return tuple(misfit for misfit in found if misfit.hard and misfit.code != "required")


def bands_of(form: Form, values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The name of the band that each score falls in: the last that begins at or below it."""
    for name in dict.fromkeys(band.score for band in form.bands):
        value = values.get(name)
        fitting = [
            b for b in form.bands if b.score == name and isinstance(value, int | float) and _begins(b.min, value)
        ]
        if fitting:
            yield name, fitting[-1].label


def _begins(least: float | None, value: float) -> bool:
    return least is None or least <= value


def score_notes(study: Study, form: Form, values: Mapping[str, Any], today: date, zone: tzinfo) -> dict[str, str]:
    """How each score of a form comes about with these answers: its rule in words, and how many answers are missing."""
    done = complete(study, form, values, today, zone)
    known = answers(form, done)
    return {item.id: _note(study, form, item, known) for item in form.items if item.score}


def _note(study: Study, form: Form, item: Item, known: Mapping[str, object]) -> str:
    asked = {one.id for one in form.items if one.derived is None}
    read = sorted(_items_read(study, form, item.id) & asked)
    missing = len([name for name in read if name not in known])
    if not missing:
        return item.help
    if item.id in known:
        return f"{item.help} ({missing} of {len(read)} missing)"
    return f"{item.help}. No score: {missing} of {len(read)} answers missing"


def _items_read(study: Study, form: Form, name: str) -> set[str]:
    """The items that a derived item rests on, through other derived items."""
    path = f"forms.{form.id}.items.{name}.derived"
    found: set[str] = set()
    for read in study.rule(path).reads if path in study.rules else ():
        found |= {read} | _items_read(study, form, read)
    return found


def _form_id(name: str) -> str:
    return "i_" + name.replace("-", "_")


def _shell(name: str) -> str:
    return _SHELL.format(form=_form_id(name), name=name)


def _is_own(problem: Problem, name: str) -> bool:
    return problem.file.startswith(INSTRUMENTS + name) or problem.path.startswith(f"forms.{_form_id(name)}")
