"""Laws of the study document for any input: answers, durations, windows, digests, and texts that are no document."""

import json
import re
from datetime import date, datetime, timedelta, timezone

import pytest
import yaml
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from tests.spec.study.documents import BASE, FILE, PRODUCT, changed, loaded
from tests.spec.study.test_fitting import SOFT

from triptych.ledger.library import find_study
from triptych.study import (
    NotADuration,
    StudyProblems,
    Timing,
    answers,
    check_study,
    complete,
    fit,
    load_study,
    parse_duration,
    study_from_canonical,
)
from triptych.study.durations import days_text
from triptych.study.windows import window_days

NORWAY = find_study("mdma-mdd-norway")
TODAY = date(2026, 3, 2)
ZONE = timezone(timedelta(hours=1))

scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(min_value=10**300, max_value=10**320)
    | st.floats()
    | st.text(max_size=20)
    | st.text(st.characters(), max_size=5)
)
near = st.one_of(
    st.dates().map(str),
    st.datetimes(timezones=st.just(ZONE) | st.none()).map(datetime.isoformat),
    st.sampled_from(["a", "b", "1", "lying", "initial", "taken", "eligible", "unknown", "2026-02-30", "yes"]),
    st.sampled_from(["unknown", "asked-unknown", "asked-declined", "not-performed"]).map(
        lambda code: {"missing": code}
    ),
    st.lists(st.sampled_from(["a", "b", "death", "treatment"]), max_size=4),
    st.integers(min_value=-5, max_value=400),
)
values = near | st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
forms = st.sampled_from(
    [(SOFT, form) for form in SOFT.document.forms] + [(NORWAY, form) for form in NORWAY.document.forms]
)


@st.composite
def sheets(draw):
    """A form, and any values for some of its items and for some that it has not."""
    study, form = draw(forms)
    names = st.sampled_from([item.id for item in form.items]) if form.items else st.nothing()
    return study, form, draw(st.dictionaries(names | st.text(max_size=5), values, max_size=8))


@given(sheets())
def test_no_answer_whatever_makes_fit_fail(sheet):
    study, form, given_values = sheet
    for misfit in fit(study, form, given_values, TODAY, ZONE):
        assert misfit.message
        assert misfit.item is None or misfit.item in given_values or misfit.code == "required"


# What an answer of each type is, said once more without the code under test.
def is_of(item, value):
    match item.type:
        case "text" | "person" | "participant" | "record":
            return isinstance(value, str) and len(value) <= item.max_length
        case "integer":
            return type(value) is int and abs(value) < 2**53
        case "decimal":
            return type(value) in (int, float) and -(2.0**53) < value < 2.0**53
        case "boolean":
            return value is True or value is False
        case "code":
            return any(choice.code == value for choice in item.choices)
        case "codes":
            codes = [choice.code for choice in item.choices]
            return isinstance(value, list) and all(value.count(one) == 1 and one in codes for one in value)
        case "date":
            return isinstance(value, str) and date.fromisoformat(value).isoformat() == value
        case "datetime":
            return isinstance(value, str) and datetime.fromisoformat(value).utcoffset() is not None


@given(sheets())
def test_what_fits_has_the_type_of_its_item_and_stands_within_its_range(sheet):
    study, form, given_values = sheet
    found = fit(study, form, given_values, TODAY, ZONE)
    refused = {misfit.item for misfit in found if misfit.hard}
    for item in form.items:
        value = given_values.get(item.id)
        if value is None or item.id in refused:
            continue
        assert item.derived is None
        if isinstance(value, dict):
            assert list(value) == ["missing"]
            assert value["missing"] in item.missing
            continue
        assert is_of(item, value)
        if item.range is not None:
            assert item.range.min is None or value >= item.range.min
            assert item.range.max is None or value <= item.range.max


@given(sheets())
def test_facts_and_derived_items_come_only_from_answers_of_the_right_type(sheet):
    study, form, given_values = sheet
    done = complete(study, form, given_values, TODAY, ZONE)
    by_id = {item.id: item for item in form.items}
    assert {name: value for name, value in done.items() if name not in by_id or by_id[name].derived is None}.keys() == {
        name for name in given_values if name not in by_id or by_id[name].derived is None
    }
    for name, fact in answers(form, done).items():
        written = fact.isoformat() if isinstance(fact, date) else fact
        assert is_of(by_id[name], written)


@given(st.integers(-99_999, 99_999), st.sampled_from(["minute", "hour", "day", "week"]))
def test_a_duration_that_is_written_is_read_as_its_minutes(count, unit):
    minutes = {"minute": 1, "hour": 60, "day": 1_440, "week": 10_080}[unit]
    for text in (f"{count} {unit}", f"{count} {unit}s"):
        duration = parse_duration(text)
        assert duration.span / timedelta(minutes=1) == count * minutes
        assert (duration.days is None) == (unit in ("minute", "hour"))


@given(st.integers(-99_999, 99_999))
def test_days_that_are_written_are_read_again(days):
    assert parse_duration(days_text(days)).days == days


@given(st.text(max_size=20) | st.from_regex(r"[+-]?\d{0,6} ?(weeks?|days?|hours?|minutes?)"))
def test_any_text_is_a_duration_or_is_refused(text):
    wanted = re.fullmatch(r"[+-]?[0-9]{1,5} (weeks?|days?|hours?|minutes?)", text)
    try:
        parse_duration(text)
    except NotADuration:
        assert wanted is None or text.endswith("\n")
    else:
        assert wanted


days = st.integers(-300, 300)


@given(days, days, days)
def test_a_window_around_a_target_is_the_window_between_the_same_days(target, early, late):
    around = Timing(anchor="a", target=days_text(target), window=(days_text(early), days_text(late)))
    between = Timing(anchor="a", between=(days_text(target + early), days_text(target + late)))
    assert window_days(around) == window_days(between) == (target + early, target + late)


@given(days, days, days)
def test_a_window_passes_the_check_if_and_only_if_it_can_be_met(target, early, late):
    timing = f'target: {days_text(target)}, window: ["{days_text(early)}", "{days_text(late)}"]'
    text = changed('target: 8 weeks, window: ["-7 days", "+7 days"]', timing)
    possible = early <= 0 <= late and target + late >= 0
    assert (check_study({FILE: text}, PRODUCT) == ()) is possible


@given(st.integers(1, 60), st.integers(1, 30), st.integers(0, 60))
def test_a_series_stands_as_often_as_it_says_each_so_many_days_later(count, every, first):
    text = changed("{count: 3, every: 1 day}", f"{{count: {count}, every: {days_text(every)}}}")
    text = text.replace("[{anchor: dosing, target: 1 day}]", f"[{{anchor: dosing, target: {days_text(first)}}}]")
    visits = [visit for visit in loaded(text).document.visits if visit.series is not None]
    opened = [window_days(visit.timing[0]) for visit in visits]
    assert opened == [(first + every * number,) * 2 for number in range(count)]
    assert [visit.id for visit in visits] == [f"call_{number}" for number in range(1, count + 1)]


@settings(max_examples=30)
@given(st.randoms(use_true_random=False))
def test_neither_the_order_of_fields_nor_the_division_into_files_changes_the_digest(random):
    data = yaml.load(BASE, Loader=yaml.BaseLoader)
    study = load_study({FILE: BASE}, PRODUCT)
    names = list(json.loads(study.canonical)["study"])
    random.shuffle(names)
    sections = re.split(r"^(?=\S)", BASE, flags=re.MULTILINE)[1:]
    assert len(sections) == len(names) == len(data)
    random.shuffle(sections)
    cut = random.randint(0, len(sections))
    files = {"b.yaml": "".join(sections[:cut]), "a.yaml": "".join(sections[cut:])}
    assert load_study(files, PRODUCT).digest == study.digest


labels = st.text(st.characters(exclude_categories=("Cc", "Cs")), min_size=1, max_size=60)


@given(labels)
def test_any_label_is_kept_as_it_is_or_refused_with_its_line(label):
    text = changed("label: Note", f"label: {json.dumps(label, ensure_ascii=False)}")
    try:
        study = loaded(text)
    except StudyProblems as refused:
        codes = {problem.code for problem in refused.problems}
        lines = {problem.line for problem in refused.problems}
        assert codes <= {"bad_label", "bad_character"}
        assert len(lines) == 1
    else:
        assert study.forms["diary"].items[0].label == label
        assert study_from_canonical(study.canonical).digest == study.digest


lines = BASE.splitlines(keepends=True)
pieces = st.sampled_from(
    [*"{}[]:,&*!|>'\"#-?%@`\n\t\x00\u202e", "!unconfirmed ", "!!python/name:os ", "<<: ", "- ", "[" * 40]
)


@st.composite
def damaged(draw):
    """The base document with lines taken out, doubled, exchanged, or with something put into them."""
    found = list(lines)
    for _ in range(draw(st.integers(1, 4))):
        number = draw(st.integers(0, len(found) - 1))
        match draw(st.sampled_from(["out", "twice", "insert", "word", "exchange"])):
            case "out":
                del found[number]
            case "twice":
                found.insert(number, found[number])
            case "insert":
                at = draw(st.integers(0, len(found[number])))
                found[number] = found[number][:at] + draw(pieces | st.text(max_size=3)) + found[number][at:]
            case "word":
                words = re.findall(r"[a-z_]+", BASE)
                found[number] = re.sub(r"[a-z_]+", draw(st.sampled_from(words)), found[number], count=1)
            case _:
                other = draw(st.integers(0, len(found) - 1))
                found[number], found[other] = found[other], found[number]
    return "".join(found)


@settings(max_examples=150)
@given(damaged() | st.text(max_size=60))
def test_any_text_is_a_document_or_gets_problems_each_with_a_file_a_line_and_something_to_write(text):
    found = check_study({FILE: text}, PRODUCT)
    count = len(re.split(r"\r\n?|\n", text))
    for problem in found:
        assert problem.file == FILE
        assert 1 <= problem.line <= count + 1
        assert problem.message
        assert problem.hint or problem.code == "rule"
        assert problem.render().isprintable()
    if not found:
        study = loaded(text)
        assert study_from_canonical(study.canonical).document == study.document
    else:
        with pytest.raises(StudyProblems):
            loaded(text)


plain = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.sampled_from(["a", "1 day", "vitals", "text", ""]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["id", "title", "form", "x"]), inner, max_size=3)
    ),
    max_leaves=8,
)


def places(value, path=()):
    """Every place in plain data."""
    yield path
    if isinstance(value, dict | list):
        for key in value if isinstance(value, dict) else range(len(value)):
            yield from places(value[key], (*path, key))


DATA = json.loads(loaded().canonical)["study"]
PLACES = [path for path in places(DATA) if path]


@settings(max_examples=150)
@given(st.sampled_from(PLACES), plain)
def test_any_value_in_any_place_is_taken_or_reported_and_never_an_exception(path, value):
    data = json.loads(json.dumps(DATA))
    holder = data
    for key in path[:-1]:
        holder = holder[key]
    assume(holder[path[-1]] != value)
    holder[path[-1]] = value
    text = json.dumps(data, indent=1)
    for problem in check_study({FILE: text}, PRODUCT):
        assert problem.file == FILE
        assert problem.code in text or problem.message


def test_an_empty_list_is_no_answer_to_a_yes_or_no_that_is_not_asked():
    form = NORWAY.forms["follow_up_wish"]
    for wish in ({}, {"wish": "stay"}):
        found = fit(NORWAY, form, {**wish, "records": []}, TODAY, ZONE)
        assert any(misfit.item == "records" and misfit.hard for misfit in found)
