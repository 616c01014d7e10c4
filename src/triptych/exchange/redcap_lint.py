"""What in a REDCap data dictionary would hurt a trial: each finding with its field, why it matters and what to do."""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Literal

from msgspec import Struct

from triptych.exchange.redcap_logic import fields_in
from triptych.exchange.redcap_reading import Dictionary, Field, plain

MAX_FINDINGS = 1_000
# Ranges of items as published with their scoring; a code outside them shifts the total and its cut-offs.
SCALES = (
    (r"phq_?-?[89]", "PHQ-9", 0, 3),
    (r"gad_?-?7", "GAD-7", 0, 3),
    (r"pcl_?-?5", "PCL-5", 0, 4),
    (r"caps_?-?5", "CAPS-5", 0, 4),
    (r"bdi", "BDI-II", 0, 3),
    (r"madrs", "MADRS", 0, 6),
    (r"stai", "STAI", 1, 4),
    (r"isi", "ISI", 0, 4),
)
# What can be true of a person in a trial; a limit inside refuses or questions a true value.
TRUE_VALUES = (
    (r"systol|\bsbp|_sbp|^sbp", 40, 300),
    (r"diastol|\bdbp|_dbp|^dbp", 20, 200),
    (r"heart.?rate|pulse", 20, 260),
    (r"weight", 25, 300),
)
START = re.compile(r"(start|onset|began|begin)")
PERSONAL = re.compile(
    r"\b(first|last|full|maiden)[ _]?name\b|\bname_(first|last)\b|e-?mail|phone|address|\bssn\b|social security|\bmrn\b"
    r"|medical record number|date of birth|\bdob\b|passport",
    re.IGNORECASE,
)
FAILED = re.compile(r"(screen.{0,12}fail|reason.{0,30}(fail|not eligible|inelig|exclu|not enrol))", re.IGNORECASE)
ELIGIBLE = re.compile(r"eligib", re.IGNORECASE)
ADVERSE = re.compile(r"^ae\d*_|_ae\d*$|adverse.?event", re.IGNORECASE)
SLOT = re.compile(r"^(ae|adverse_event)_?(\d+)")
TYPED = (
    (re.compile(r"\b(date|when)\b", re.IGNORECASE), "a date"),
    (re.compile(r"\btime\b", re.IGNORECASE), "a time"),
    (re.compile(r"\b(dose|mg|score|weight|height|how many|number of)\b", re.IGNORECASE), "a number"),
)
OPEN = re.compile(r"unknown|declin|not done|not applicable|missing|prefer|refus", re.IGNORECASE)


class Finding(Struct, frozen=True):
    """One thing that would hurt: how badly, where, what it is, why it matters, and what to do."""

    level: Literal["error", "warning"]
    code: str
    field: str
    row: int
    what: str
    why: str
    fix: str


def lint(dictionary: Dictionary) -> tuple[Finding, ...]:
    """Every finding, by row; at most `MAX_FINDINGS`."""
    found: list[Finding] = []
    for check in CHECKS:
        for finding in check(dictionary):
            found.append(finding)
            if len(found) >= MAX_FINDINGS:
                return tuple(sorted(found, key=lambda one: (one.row, one.code)))
    return tuple(sorted(found, key=lambda one: (one.row, one.code)))


def _error(code: str, field: Field, what: str, why: str, fix: str) -> Finding:
    return Finding("error", code, field.name, field.row, what, why, fix)


def _warning(code: str, field: Field, what: str, why: str, fix: str) -> Finding:
    return Finding("warning", code, field.name, field.row, what, why, fix)


def _names(dictionary: Dictionary) -> Iterator[Finding]:
    counts = Counter(field.name for field in dictionary.fields)
    known = set(counts)
    seen: set[str] = set()
    for field in dictionary.fields:
        if counts[field.name] > 1 and field.name in seen:
            fix = "Give each field its own name."
            yield _error("duplicate_field", field, "The name stands twice.", "One of the two is lost at import.", fix)
        seen.add(field.name)
        logic = f"{field.branching} {field.options if field.kind == 'calc' else ''}"
        for name in fields_in(logic):
            if name not in known and not re.fullmatch(r"[a-z0-9_]+_arm_\d+|event-name|.*[-:].*", name):
                what = f"Its logic reads [{name}], which does not exist."
                yield _error(
                    "unknown_field", field, what, "It is never shown or never worked out.", "Correct the name."
                )


def _codes(dictionary: Dictionary) -> Iterator[Finding]:
    for field in dictionary.fields:
        codes = [code for code, _ in field.choices]
        for code, count in Counter(codes).items():
            if count > 1:
                what = f"The code {code!r} stands {count} times."
                yield _error(
                    "duplicate_code", field, what, "Two answers become one in the data.", "Give each its own code."
                )
        if any(re.fullmatch(r"0\d+", code) for code in codes):
            why = "Spreadsheets drop the zero, and 01 and 1 become two answers or one."
            yield _warning("leading_zero", field, "A code begins with zero.", why, "Use codes without it.")
        if field.kind in ("radio", "dropdown", "checkbox") and not codes:
            yield _error("no_choices", field, "There is nothing to choose.", "It cannot be answered.", "List choices.")


def _scales(dictionary: Dictionary) -> Iterator[Finding]:
    for field in dictionary.fields:
        if field.kind not in ("radio", "dropdown"):
            continue
        named = f"{field.name} {field.matrix}".lower()
        for pattern, title, low, high in SCALES:
            if not re.search(rf"(^|_|\b){pattern}(_|\b|$|\d)", named):
                continue
            codes = {int(code) for code, _ in field.choices if re.fullmatch(r"-?\d{1,4}", code)}
            answers = {code for code in codes if 0 <= code <= 10}
            if answers and (min(answers), max(answers)) != (low, high) and len(answers) > 2:
                what = f"{title} items go from {low} to {high}, and these codes from {min(answers)} to {max(answers)}."
                why = "The total is shifted, and published cut-offs no longer mean what they say."
                yield _error("score_codes_shifted", field, what, why, f"Code the answers {low} to {high}.")
            break


def _screening(dictionary: Dictionary) -> Iterator[Finding]:
    eligible = {f.name: f for f in dictionary.fields if ELIGIBLE.search(f"{f.name} {f.label}") and _yes(f)}
    if not eligible:
        return
    reasons = [field for field in dictionary.fields if FAILED.search(f"{field.name} {plain(field.label)}")]
    for field in reasons:
        for name, asked in eligible.items():
            if re.search(rf"\[{re.escape(name)}\]\s*=\s*['\"]?{re.escape(_yes(asked))}['\"]?(?!\d)", field.branching):
                what = f"The reason for failing is asked only when [{name}] is yes."
                why = "A failed screen then leaves no record of why, and nobody can count them (FDA 2024, CRL-07)."
                yield _error("hidden_screen_failure", field, what, why, "Show it when the answer is no.")
    if not reasons:
        first = next(iter(eligible.values()))
        why = "A failed screen leaves no reason, and the funnel from contact to enrollment cannot be shown (CRL-07)."
        fix = "Add a field for each criterion that is not met, shown when the answer is no."
        yield _warning("no_failure_reason", first, "Nothing asks why somebody is not eligible.", why, fix)


def _yes(field: Field) -> str:
    """The code that means yes, or an empty text where the field does not ask yes or no."""
    if field.kind in ("yesno", "truefalse"):
        return "1"
    return next((code for code, label in field.choices if label.lower() in ("yes", "eligible", "true")), "")


def _adverse(dictionary: Dictionary) -> Iterator[Finding]:
    fix = "Use a repeating instrument of its own with one record an event."
    slots = {found[2] for field in dictionary.fields if (found := SLOT.match(field.name))}
    numbered = next((field for field in dictionary.fields if SLOT.match(field.name)), None)
    if numbered is not None:
        what = f"Adverse events have {len(slots)} numbered slot{'s' if len(slots) > 1 else ''}."
        why = "The event after the last slot has no place, so it is not recorded."
        yield _error("fixed_event_slots", numbered, what, why, fix)
        return
    for fields in dictionary.forms.values():
        own = [field for field in fields if ADVERSE.search(f"{field.name} {plain(field.label)}")]
        if own and len(own) < len(fields) / 2 and any(field.kind in ("notes", "text") for field in own):
            why = "A second event of the same visit overwrites the first or is squeezed into its text."
            yield _error("one_event_a_visit", own[0], "A visit form has one place for adverse events.", why, fix)


def _times(dictionary: Dictionary) -> Iterator[Finding]:
    for fields in dictionary.forms.values():
        for field in fields:
            if not (START.search(field.name) and field.validation.startswith(("date", "time"))):
                continue
            stem = START.split(field.name)[0]
            ended = any(re.search(r"(end|stop|resol|offset)", f.name) and f.name.startswith(stem) for f in fields)
            if not ended:
                why = "A duration cannot be worked out, and an event that goes on looks like one that ended."
                fix = "Add an end with its time, and a code for still going on."
                yield _warning("no_end_time", field, "It has a start and no end.", why, fix)


def _typed(dictionary: Dictionary) -> Iterator[Finding]:
    for field in dictionary.fields:
        label = plain(field.label)
        if field.kind == "text" and not field.validation and field.row > 2:
            meant = next((what for pattern, what in TYPED if pattern.search(label)), None)
            if meant is not None and len(label.split()) <= 8:
                why = "Every site writes it its own way, and the data cannot be compared."
                yield _warning(
                    "free_text", field, f"{label[:60]!r} is {meant} and takes any text.", why, "Set a validation."
                )
        if field.kind == "text" and field.validation.startswith(("integer", "number")) and not _has_unit(field):
            why = "Pounds and kilograms look alike in the data."
            yield _warning(
                "missing_unit", field, "A number without a unit.", why, "Name the unit in the label or the note."
            )
    dated = [field for field in dictionary.fields if field.validation.startswith("date_")]
    formats = {field.validation.removeprefix("date_") for field in dated}
    if len(formats) > 1:
        why = "The same digits are another day in another format."
        what = f"Dates are asked in {len(formats)} formats: {', '.join(sorted(formats))}."
        yield _warning("date_formats", dated[0], what, why, "Use one, best year, month, day.")


def _has_unit(field: Field) -> bool:
    text = f"{plain(field.label)} {plain(field.note)}"
    named = r"kg|lb|lbs|cm|mm|mg|g|ml|years?|days?|hours?|minutes?|bpm|mmhg|%|°c|score|count|number of"
    return re.search(rf"\((?!yes|no)[^()]{{1,20}}\)|\b({named})\b", text, re.IGNORECASE) is not None


def _limits(dictionary: Dictionary) -> Iterator[Finding]:
    for field in dictionary.fields:
        for pattern, low, high in TRUE_VALUES:
            if not re.search(pattern, f"{field.name} {plain(field.label)}", re.IGNORECASE):
                continue
            for text, is_narrow, end in (
                (field.least, _above(low * 1.5), "from"),
                (field.most, _below(high * 0.75), "up to"),
            ):
                if re.fullmatch(r"\d{1,6}(\.\d+)?", text) and is_narrow(float(text)):
                    why = "A true value in a crisis is questioned just when it must be entered at once."
                    fix = f"Let it take {low} to {high}, and use an alert for what is unusual."
                    yield _warning("narrow_limits", field, f"It takes values {end} {text} only.", why, fix)
            break


def _above(limit: float) -> Callable[[float], bool]:
    return lambda value: value > limit


def _below(limit: float) -> Callable[[float], bool]:
    return lambda value: value < limit


def _personal(dictionary: Dictionary) -> Iterator[Finding]:
    for field in dictionary.fields:
        if (
            field.identifier.lower() != "y"
            and field.kind in ("text", "notes")
            and PERSONAL.search(f"{field.name} {plain(field.label)}")
        ):
            why = "It leaves with every export that is meant to be without names."
            yield _warning("identifier_unflagged", field, "It identifies a person and is not flagged.", why, "Flag it.")


def _calculated(dictionary: Dictionary) -> Iterator[Finding]:
    for field in dictionary.fields:
        if field.kind == "calc" and re.search(r"\bsum\s*\(", field.options):
            why = "sum() leaves blanks out, so a missing answer counts as zero and the total is too low."
            fix = "Add the fields with +, which stays blank, or say how missing answers are handled."
            yield _warning("blank_as_zero", field, "A score is worked out with sum().", why, fix)


def _required(dictionary: Dictionary) -> Iterator[Finding]:
    for name, fields in dictionary.forms.items():
        asked = (field for field in fields if field.required.lower() == "y" and field.kind in ("radio", "dropdown"))
        bare = [field for field in asked if not any(OPEN.search(label) for _, label in field.choices)]
        if bare:
            many = "s" if len(bare) > 1 else ""
            what = f"{len(bare)} required question{many} of {name!r} cannot be left open with a reason."
            why = "People guess, and 'not asked', 'refused' and 'unknown' look like answers."
            yield _warning("no_missing_code", bare[0], what, why, "Add codes for unknown, refused and not done.")


CHECKS: tuple[Callable[[Dictionary], Iterator[Finding]], ...] = (
    _names, _codes, _scales, _screening, _adverse, _times, _typed, _limits, _personal, _calculated, _required,
)  # fmt: skip
