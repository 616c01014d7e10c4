"""Rules are checked against the items of the document and their types, and told the nearest name as a hint."""

import pytest
from tests.spec.rules.asking import NAMES, VITALS, problems_of

from triptych.rules import BOOL, DATE, INT, NUMBER, TEXT, Code, ListOf, RecordOf, compile_rule

REFUSED = {
    "a misspelled fact": ("systlic > 1", 1, "There is no fact 'systlic'.", "Did you mean systolic?"),
    "a fact like no other": ("zzz", 1, "There is no fact 'zzz'.", "Known here: arm, birth_date, calm"),
    "a misspelled item": (
        "demographics.home.minute",
        18,
        "There is no item in home 'minute'.",
        "Did you mean minutes?",
    ),
    "a misspelled item of an element": ("vitals.all(v, v.sistolic > 1)", 16, "no item in vitals", "systolic?"),
    "a misspelled function": ("lattest(vitals).day == today", 1, "There is no function 'lattest'.", "latest?"),
    "a function of CEL": ("now()", 1, "There is no function 'now'.", "Known here: add_days, age_at"),
    "a variable outside its quantifier": ("scores.all(s, s > 1) && s > 2", 25, "There is no fact 's'.", ""),
    "an item of a list": ("vitals.systolic > 1", 7, "has no items", "The newest one is latest(vitals).systolic."),
    "an item of a value": ("note.length > 1", 5, "A text has no items.", ""),
    "a fact as a variable": (
        "scores.all(cycle, cycle > 1)",
        8,
        "'cycle' already stands for something else.",
        "another",
    ),
    "a variable twice": ("scores.all(s, days.all(s, true))", 20, "'s' already stands for something else.", "another"),
    "a number as a condition": ("cycle && ready", 1, "Wanted here is a bool, and this is an int.", ""),
    "text as a condition": ("ready || 'yes'", 10, "Wanted here is a bool, and this is a text.", ""),
    "not of a number": ("!cycle", 2, "Wanted here is a bool, and this is an int.", ""),
    "a number as the condition of a choice": ("cycle ? 1 : 2", 1, "Wanted here is a bool", ""),
    "answers of two types": ("ready ? 1 : 'a'", 7, "The two answers differ in type: int and text.", ""),
    "minus of text": ("-note", 2, "Wanted here is a number, and this is a text.", ""),
    "a sum of texts": ("note + 1 == 2", 1, "Wanted here is a number, and this is a text.", ""),
    "a sum of dates": ("today + 1 > today", 1, "Wanted here is a number, and this is a date.", ""),
    "a quotient of integers": ("cycle / 2 > 1.0", 7, "/ does not take two integers", "Write double(a) / b."),
    "a remainder of decimal numbers": ("temperature % 2 == 1", 13, "% takes integers.", ""),
    "a number and text": ("cycle == '1'", 7, "An int never equals a text.", ""),
    "a date and an instant": ("today == dosed_at", 7, "A date never equals a timestamp.", ""),
    "a date and text": ("today == '2026-01-01'", 7, "A date never equals a text.", ""),
    "a number before text": ("cycle < '1'", 7, "An int and a text are not ordered.", ""),
    "a date before an instant": ("today < dosed_at", 7, "A date and a timestamp are not ordered.", ""),
    "a comparison compared": ("1 < cycle < 3", 11, "A bool and an int are not ordered.", "Write a < b && b < c."),
    "false before true": ("ready < calm", 7, "Values of the type bool are not ordered.", "Write a < b && b < c."),
    "lists compared": ("scores == scores", 8, "Lists and records are not compared.", "Compare their answers."),
    "a list and one written out": ("scores == [1]", 8, "Lists and records are not compared.", ""),
    "records compared": ("latest(vitals) != latest(vitals)", 16, "Lists and records are not compared.", ""),
    "a misspelled code": ("arm == 'actve'", 8, "'actve' is not in the code list.", "The codes are active, control."),
    "a misspelled code on the left": ("'actve' != arm", 1, "'actve' is not in the code list.", "active, control"),
    "a misspelled code in a list": ("arm in ['active', 'contrl']", 19, "'contrl' is not in the code list.", ""),
    "a misspelled code before a list": ("'fevr' in signs", 1, "'fevr' is not in the code list.", "tremor, fever"),
    "code lists with nothing in common": ("arm == latest(medicines).class", 5, "have no code in common", ""),
    "codes in an order": ("arm < 'b'", 5, "Codes have no order", "List them: x in [...]."),
    "in on a value": ("cycle in 1", 7, "`in` wants a list on its right, and this is an int.", ""),
    "in on text": ("'a' in note", 5, "`in` wants a list on its right, and this is a text.", ""),
    "a number in a list of texts": ("1 in signs", 3, "An int is never in a list of text.", ""),
    "in on records": ("1 in vitals", 3, "`in` does not look into records.", "list.exists(x, x.item == …)"),
    "a list of two types": ("cycle in [1, 'a']", 14, "The list holds int, and this is a text.", ""),
    "a list of lists": (
        "[scores].exists(s, true)",
        2,
        "A list written out holds values, and this is a list of int.",
        "",
    ),
    "a quantifier over a value": ("cycle.exists(c, c > 1)", 7, "exists goes over a list, and this is an int.", ""),
    "a quantifier over a record": ("demographics.all(d, true)", 14, "and this is a record demographics.", ""),
    "a quantifier without a condition": ("scores.all(s, s)", 15, "A condition is wanted here, and this is an int.", ""),
    "a map to records": ("scores.map(s, vitals)", 15, "map answers with values, and this is a list of", ""),
    "null by itself": ("null", 1, "null stands only beside == and !=.", "Leave the answer missing."),
    "null and null": ("null == null", 9, "null stands only beside == and !=.", ""),
    "null in an order": ("cycle > null", 9, "null stands only beside == and !=.", ""),
    "null in a list": ("cycle in [null]", 11, "null stands only beside == and !=.", ""),
    "null as a condition": ("ready && null", 10, "null stands only beside == and !=.", ""),
    "has of a value": ("has(1)", 1, "has takes an item.", "Write has(item) or has(latest(list).item)."),
    "has of a record": ("has(latest(vitals))", 1, "has takes an item.", ""),
    "one argument too few": ("days_between(today)", 1, "days_between takes 2 arguments, and here are 1.", ""),
    "one argument too many": ("latest(vitals, 1)", 1, "latest takes 1 argument, and here are 2.", ""),
    "latest of a value": ("latest(cycle)", 1, "latest takes a list, and this is an int.", ""),
    "sum of a value": ("sum(cycle)", 1, "sum takes a list, and this is an int.", ""),
    "sum of texts": ("sum(signs)", 1, "sum takes a list of numbers, and this is a list of text.", ""),
    "mean of dates": ("mean(days)", 1, "mean takes a list of numbers, and this is a list of date.", ""),
    "max of texts": ("max(signs)", 1, "max takes a list of numbers, dates or timestamps", ""),
    "min of records": ("min(vitals)", 1, "min takes a list of numbers, dates or timestamps", ""),
    "size of a number": ("size(cycle)", 1, "size takes text or a list, and this is an int.", ""),
    "count_answered of a value": ("count_answered(note)", 1, "count_answered takes a list, and this is a text.", ""),
    "prorated of a value": ("prorated(note, 1)", 1, "prorated takes a list, and this is a text.", ""),
    "prorated of texts": ("prorated(signs, 1)", 1, "prorated takes a list of numbers, and this is a list of text.", ""),
    "prorated of no number": ("prorated(scores, cycle)", 18, "How many answers are enough is written out", ""),
    "prorated of none": ("prorated(scores, 0)", 18, "At least one answer is needed.", "1 or more"),
    "latest of nothing": ("latest([]) > 1", 1, "latest is asked of a list that is always empty.", ""),
    "sum of nothing": ("sum([].filter(x, x > 1))", 1, "sum is asked of a list that is always empty.", ""),
    "double of text": ("double(note)", 8, "Wanted here is a number, and this is a text.", ""),
    "local_day of a day": ("local_day(today)", 11, "Wanted here is a timestamp, and this is a date.", ""),
    "days_between numbers": ("days_between(1, today)", 14, "Wanted here is a date or a timestamp", ""),
    "age_at of an instant": ("age_at(dosed_at, today)", 8, "Wanted here is a date, and this is a timestamp.", ""),
    "add_days of a fraction": ("add_days(today, 1.5)", 17, "Wanted here is an int, and this is a number.", ""),
    "date worked out": ("date(note)", 6, "date takes what is written out in quotes.", 'Write date("2026-11-23").'),
    "a day that is none": ("date('2026-02-30')", 6, "'2026-02-30' is not a date.", 'Write date("2026-11-23").'),
    "a day in another form": ("date('20260228')", 6, "'20260228' is not a date.", ""),
    "an instant without offset": (
        "timestamp('2026-01-01T00:00:00')",
        11,
        "is not a timestamp.",
        '"2026-11-23T08:30:00Z"',
    ),
    "an hour that is none": ("timestamp('2026-01-01T25:00:00Z')", 11, "is not a timestamp.", ""),
    "holds_role of a number": ("holds_role(1, 'rater')", 12, "Wanted here is a text, and this is an int.", ""),
    "a role worked out": ("holds_role(note, note)", 18, "The role is written out in quotes.", ""),
    "a misspelled role": ("holds_role(note, 'ratr')", 18, "There is no role 'ratr'.", "Did you mean rater?"),
}


@pytest.mark.parametrize(("text", "column", "message", "hint"), REFUSED.values(), ids=REFUSED)
def test_a_rule_of_wrong_types_is_refused_once_where_it_is_wrong(text, column, message, hint):
    (problem,) = problems_of(text, roles=("rater", "physician"))
    assert (problem.line, problem.column) == (1, column)
    assert message in problem.message
    assert hint in problem.hint


@pytest.mark.parametrize(
    "text",
    [
        "zzz.exists(x, x > 1)",
        "zzz.map(x, x).all(y, y == 'a')",
        "1 in zzz",
        "zzz in scores",
        "zzz.item.item == 1",
        "zzz == 'a'",
        "zzz < today",
        "[zzz, 1].exists(x, x > 1)",
        "(ready ? zzz : 1) > 0",
        "zzz / 2 > 1",
        "zzz % 2 == 1",
        "-zzz > 1",
        "!zzz && ready",
        "latest(zzz).item > 1",
        "sum(zzz) > 1",
        "max([zzz]) > 1",
        "size(zzz) > 1",
        "has(zzz)",
        "age_at(zzz, today) > 1",
        "holds_role(zzz, 'rater')",
        "arm in ['active', 1]",
    ],
)
def test_what_is_wrong_is_told_once(text):
    assert len(problems_of(text, expects=BOOL)) == 1


ANSWERS = {
    "ready": "bool",
    "cycle": "int",
    "cycle + 1": "int",
    "cycle + 1.0": "number",
    "cycle % 2": "int",
    "double(cycle) / 2": "number",
    "-temperature": "number",
    "arm": "text",
    "today": "date",
    "dosed_at": "timestamp",
    "latest(vitals)": "record vitals",
    "latest(vitals).taken_at": "timestamp",
    "vitals.filter(v, v.systolic > 1)": "list of record vitals",
    "vitals.map(v, v.day)": "list of date",
    "[1, 2.5]": "list of number",
    "[2.5, 1]": "list of number",
    "['a', note]": "list of text",
    "[arm, 'other']": "list of text",
    "ready ? cycle : temperature": "number",
    "ready ? arm : note": "text",
    "ready ? scores : []": "list of int",
    "ready ? scores : readings": "list of number",
    "sum(scores)": "int",
    "sum(readings)": "number",
    "mean(scores)": "number",
    "max(days)": "date",
    "size(note)": "int",
    "count_answered(scores)": "int",
    "prorated(scores, 2)": "number",
    "days_between(dosed_at, today)": "int",
    "age_at(birth_date, dosed_at)": "int",
    "add_days(today, cycle)": "date",
    "local_day(dosed_at)": "date",
    "date('2028-02-29')": "date",
    "timestamp('2026-01-01T00:00:00.25-05:30')": "timestamp",
    "cycle in [] || has(note) || note == null": "bool",
    "holds_role(note, 'rater')": "bool",
}


@pytest.mark.parametrize(("text", "of"), ANSWERS.items())
def test_a_rule_has_the_type_of_its_answer(text, of):
    assert str(compile_rule(text, NAMES).type) == of


@pytest.mark.parametrize(
    ("text", "expects"),
    [
        ("ready", BOOL),
        ("cycle", INT),
        ("cycle", NUMBER),
        ("arm", TEXT),
        ("arm", Code(("control", "active", "other"))),
        ("'active'", Code(("active",))),
        ("today", DATE),
        ("scores", ListOf(NUMBER)),
    ],
)
def test_a_rule_answers_with_what_is_expected(text, expects):
    assert problems_of(text, expects=expects) == ()


@pytest.mark.parametrize(
    ("text", "expects", "message"),
    [
        ("cycle", BOOL, "The rule answers with an int, and a bool is wanted."),
        ("temperature", INT, "The rule answers with a number, and an int is wanted."),
        (
            "ready ? 'active' : 'othr'",
            Code(("active", "control")),
            "The rule can answer othr, which is not in the code",
        ),
        ("note", Code(("active", "control")), "The rule answers with a text, and a text is wanted."),
        ("latest(vitals)", BOOL, "The rule answers with a record vitals, and a bool is wanted."),
    ],
)
def test_a_rule_that_answers_with_something_else_is_refused(text, expects, message):
    (problem,) = problems_of(text, expects=expects)
    assert message in problem.message
    assert (problem.line, problem.column) == (1, 1)


def test_types_are_values():
    assert {VITALS, RecordOf("vitals", dict(VITALS.fields)), ListOf(VITALS), BOOL} == {VITALS, ListOf(VITALS), BOOL}


READS = {
    "1 < 2": set(),
    "ready && calm": {"calm", "ready"},
    "latest(vitals).systolic > 1": {"vitals.systolic"},
    "vitals.exists(v, v.systolic > 1 && v.day == today)": {"vitals.systolic", "vitals.day", "today"},
    "size(vitals) > 1": {"vitals"},
    "size(vitals) > 1 && latest(vitals).systolic > 1": {"vitals.systolic"},
    "demographics.home.minutes": {"demographics.home.minutes"},
    "has(demographics.home)": {"demographics.home"},
    "latest(ready ? medicines : medicines.filter(m, m.stopped)).dose": {"ready", "medicines.stopped", "medicines.dose"},
    "max(medicines.map(m, m.dose))": {"medicines.dose"},
    "scores.exists(s, s > cycle)": {"scores", "cycle"},
    "false && ready": {"ready"},
    "note == null": {"note"},
}


@pytest.mark.parametrize(("text", "paths"), READS.items())
def test_a_rule_knows_every_path_it_reads(text, paths):
    assert compile_rule(text, NAMES).reads == paths
