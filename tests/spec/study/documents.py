"""A small document that checks clean, and ways to change it. Lines are counted in the text, not asked of the reader."""

from collections.abc import Mapping

from triptych.study import Problem, Study, check_study, load_study

FILE = "study.yaml"
PRODUCT = {"product.yaml": 'id: product\ntitle: Product\nversion: "1"\n'}
BASE = """\
id: base
title: Base
version: "1"
registrations: {registry: R-1}
site_defaults:
  zone: Europe/Oslo
  form_grace: 3 days
  late_entry: 24 hours
arm_item: randomization.arm
arms:
  - {id: active, title: Active, doses: [{cycle: 1, initial: 80}, {cycle: 2, initial: 80, maximum: 120}]}
  - {id: control, title: Control}
roles:
  - {id: coordinator, title: Coordinator, files: [clinical, randomization], sees: [clinical], unblinded: [allocation]}
  - {id: rater, title: Rater, files: [rating], sees: [rating]}
axes:
  - {id: treatment, title: Treatment, values: [active, stopped], start: active}
requires: {treatment: active}
phases:
  - {id: screening, title: Screening, panel: preparation}
  - {id: treatment_phase, title: Treatment, panel: medicine}
cycles:
  - {id: dosing_cycle, title: Cycle, repeats: 2}
visits:
  - {id: first, title: First, phase: screening, forms: [{form: vitals}]}
  - id: dosing
    title: Dosing
    phase: treatment_phase
    cycle: dosing_cycle
    labels: [V1, V2]
    requires: {treatment: active}
    timing:
      - {cycle: first, anchor: first, between: ["1 week", "3 weeks"]}
      - {cycle: later, anchor: dosing, previous: true, target: 4 weeks, window: ["-7 days", "+7 days"]}
    forms:
      - {form: vitals}
  - id: call
    title: Call
    phase: treatment_phase
    series: {count: 3, every: 1 day}
    timing: [{anchor: dosing, target: 1 day}]
    forms: [{form: diary, required: false}]
  - id: end
    title: End
    phase: treatment_phase
    timing:
      - {anchor: dosing, target: 8 weeks, window: ["-7 days", "+7 days"]}
    forms: [{form: scale}]
forms:
  - id: vitals
    title: Vital signs
    items:
      - id: systolic
        label: Systolic
        type: integer
        unit: "mm[Hg]"
        range: {min: 40, max: 300}
        expected: {min: 90, max: 160}
        missing: [not-performed]
      - id: posture
        label: Posture
        type: code
        choices: [{code: lying, label: Lying}, {code: sitting, label: Sitting}]
      - {id: why, label: Why sitting, type: text, shown_when: posture == 'sitting'}
    checks:
      - {id: plausible, rule: systolic > 60, text: Low}
    sets:
      - {axis: treatment, to: stopped, when: systolic > 200}
    raises:
      - {id: look, title: Look, role: coordinator, when: systolic > 180, within: 24 hours, until: answer}
  - id: diary
    title: Diary
    items: [{id: note, label: Note, type: text}]
  - id: answer
    title: Answer
    log: true
    items: [{id: about, label: About, type: record}]
  - id: scale
    title: Scale
    group: rating
    items:
      - {id: one, label: One, type: integer, unit: "{score}", range: {min: 0, max: 6}}
      - {id: two, label: Two, type: integer, unit: "{score}", range: {min: 0, max: 6}}
      - {id: total, label: Total, type: integer, unit: "{score}", derived: "sum([one, two])"}
  - id: randomization
    title: Randomization
    kind: decision
    group: pharmacy
    log: true
    secret: allocation
    allocates: {limit: 10}
    items: [{id: arm, label: Arm, type: code, choices: [{code: active, label: A}, {code: control, label: C}]}]
gates:
  - id: randomize
    title: Randomize
    guards: randomization
    ask: coordinator
    conditions:
      - {id: measured, text: Measured, rule: latest(vitals).systolic <= limit}
definitions:
  - {id: limit, title: Limit, rule: "160"}
releases:
  - {visit: dosing, to: [rater]}
reuse:
  - {form: vitals, within: 4 weeks}
deviations:
  - {id: missed_visit, title: Missed, classification: minor}
"""


def changed(old: str, new: str) -> str:
    """The base document with one place changed."""
    assert BASE.count(old) == 1, f"{old!r} stands {BASE.count(old)} times in the base document"
    return BASE.replace(old, new)


def without(*starts: str) -> str:
    """The base document without the top-level sections that begin with these names."""
    kept, keep = [], True
    for line in BASE.splitlines(keepends=True):
        if not line.startswith(" "):
            keep = line.split(":")[0] not in starts
        kept.append(line if keep else "")
    return "".join(kept)


def line_of(text: str, fragment: str) -> int:
    """The line on which a fragment first stands, counted from 1."""
    assert fragment in text, f"{fragment!r} is not in the text"
    return text[: text.index(fragment)].count("\n") + 1


def problems_of(text: str, product: Mapping[str, str] = PRODUCT) -> tuple[Problem, ...]:
    """Every problem of a document in one file."""
    return check_study({FILE: text}, product)


def loaded(text: str = BASE) -> Study:
    """The study of a document in one file."""
    return load_study({FILE: text}, PRODUCT)


def check_mistake(old: str, new: str, code: str, at: str, hint: str) -> None:
    """Check that a mistake put into the study is reported once: its code, its line, and part of what to write."""
    text = changed(old, new)
    (found,) = problems_of(text)
    assert (found.code, found.file, found.line) == (code, FILE, line_of(text, at))
    assert hint in found.hint
