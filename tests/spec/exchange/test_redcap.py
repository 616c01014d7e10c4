"""A REDCap data dictionary as forms, and what its lint says of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from triptych.exchange import NotADictionary, import_redcap, lint, read_dictionary
from triptych.exchange.redcap_logic import Known, Untranslated, translate
from triptych.study.reading import read_files

HEAD = (
    "Variable / Field Name,Form Name,Field Type,Field Label,"
    '"Choices, Calculations, OR Slider Labels",Field Note,Text Validation Type OR Show Slider Number,'
    "Text Validation Min,Text Validation Max,Identifier?,Branching Logic (Show field only if...),Required Field?\n"
)
RECORD = "record_id,start,text,Record ID,,,,,,,,\n"


def dictionary(*rows):
    return read_dictionary((HEAD + RECORD + "".join(f"{row}\n" for row in rows)).encode())


def forms(*rows):
    made = import_redcap(dictionary(*rows))
    data = read_files({"forms.yaml": made.text}).data
    items = {item["id"]: item for form in data["forms"] for item in form["items"]}
    return items, made


KNOWN = {
    "sex": Known("sex", "code"),
    "born": Known("born", "date"),
    "given_birth": Known("given_birth", "boolean"),
    "signs": Known("signs", "codes"),
    "weight": Known("weight", "decimal"),
    "height": Known("height", "integer"),
    "a": Known("a", "integer"),
    "b": Known("b", "integer"),
}
LOGIC = [
    ("[sex] = '0' and [given_birth] = '1'", '(sex == "0" && (given_birth))'),
    ('[sex] = "0" or [sex]="1"', '(sex == "0" || sex == "1")'),
    ("[given_birth] <> '1'", "!(given_birth)"),
    ("[signs(3)] = '1'", '("3" in signs)'),
    ("[signs(3)] = '0'", '!("3" in signs)'),
    ("[height] <> ''", "has(height)"),
    ("[height] = ''", "!has(height)"),
    ("[height] > '150'", "height > 150"),
    ("sum([a], [b])", "sum([a, b])"),
    ("if([a] > 2, [a], [b])", "(a > 2 ? a : b)"),
    ("datediff([born], 'today', 'y')", "age_at(born, today)"),
    ("datediff([born], 'today', 'd')", "days_between(born, today)"),
    ("[a]^2", "(a * a)"),
    ("not([a] > 2)", "!(a > 2)"),
]


@pytest.mark.parametrize(("logic", "rule"), LOGIC, ids=[row[0] for row in LOGIC])
def test_logic_is_said_in_the_rule_language(logic, rule):
    assert translate(logic, KNOWN).rule == rule


@pytest.mark.parametrize(
    "logic",
    [
        "",
        "[nowhere] = 1",
        "[baseline_arm_1][a] = 1",
        "[a] ^ 7",
        "log([a])",
        "[a] = = 1",
        "[a",
        "(" * 200,
        "[a]" * 9000,
        "@@",
    ],
)
def test_what_cannot_be_said_is_told_and_not_guessed(logic):
    with pytest.raises(Untranslated):
        translate(logic, KNOWN)


def test_fields_become_items_with_their_kind_choices_limits_and_unit():
    items, made = forms(
        "dob,start,text,Date of birth,,,date_ymd,,,y,,y",
        'sex,start,radio,Sex,"0, Female | 1, Male",,,,,,,y',
        'signs,start,checkbox,Signs,"1, Pale | 2, Cold",,,,,,,',
        "systolic,start,text,Systolic (mmHg),,,integer,40,300,,,",
        "mood,start,slider,Mood,,,,,,,,",
        "pregnant,start,yesno,Pregnant,,,,,,,[sex] = '0',",
        "note,start,descriptive,Read this,,,,,,,,",
    )
    assert {name: item["type"] for name, item in items.items()} == {
        "dob": "date",
        "sex": "code",
        "signs": "codes",
        "systolic": "integer",
        "mood": "integer",
        "pregnant": "boolean",
    }
    assert items["sex"]["choices"] == [{"code": "0", "label": "Female"}, {"code": "1", "label": "Male"}]
    assert (items["systolic"]["unit"], items["systolic"]["expected"]) == ("mm[Hg]", {"min": 40, "max": 300})
    assert items["pregnant"]["shown_when"] == 'sex == "0"'
    assert items["dob"]["required"] is True
    assert "identifies a person" in "".join(made.report)
    assert "Read this" in "".join(made.report)
    assert (made.fields, made.taken) == (8, 6)


def test_a_calculation_that_compiles_is_kept_and_one_that_does_not_is_told():
    items, made = forms(
        "weight,start,text,Weight (kg),,,number,,,,,",
        "height,start,text,Height (cm),,,integer,,,,,",
        'bmi,start,calc,BMI,"round(([weight]*10000)/(([height])^(2)),1)",,,,,,,',
        'far,start,calc,Far,"log([weight])",,,,,,,',
    )
    assert items["bmi"]["derived"] == "((weight * 10000.0) / (double(height) * double(height)))"
    assert "derived" not in items["far"]
    told = "\n".join(made.report)
    assert "it is not rounded" in told
    assert "the function 'log'" in told


def test_names_that_rules_use_and_names_that_are_no_ids_are_changed_and_told():
    items, made = forms("day,start,text,Day,,,,,,,,", "1st,start,text,First,,,,,,,,")
    assert set(items) == {"day_value", "item_1st"}
    assert "'day_value'" in "".join(made.report)


def rows_of_scale(name, codes, count=3):
    choices = " | ".join(f"{code}, Answer {code}" for code in codes)
    return [f'{name}_{n},start,radio,Item {n},"{choices}",,,,,,,' for n in range(1, count + 1)]


FINDINGS = [
    ("score_codes_shifted", rows_of_scale("phq9", [1, 2, 3, 4])),
    ("score_codes_shifted", rows_of_scale("gad7", [0, 1, 2])),
    (
        "hidden_screen_failure",
        ["eligible,start,yesno,Eligible,,,,,,,,", "why,start,notes,Reason not eligible,,,,,,,[eligible] = '1',"],
    ),
    ("no_failure_reason", ["eligible,start,yesno,Eligible,,,,,,,,"]),
    (
        "fixed_event_slots",
        ["ae1_term,events,text,Adverse event 1,,,,,,,,", "ae2_term,events,text,Adverse event 2,,,,,,,,"],
    ),
    (
        "one_event_a_visit",
        ["ae,visit,notes,Adverse events,,,,,,,,", *(f"v{n},visit,notes,Other {n},,,,,,,," for n in range(4))],
    ),
    ("no_end_time", ["headache_start,start,text,Began,,,datetime_ymd,,,,,"]),
    ("missing_unit", ["weight,start,text,Weight,,,number,,,,,"]),
    ("free_text", ["seen_on,start,text,Date of visit,,,,,,,,"]),
    ("identifier_unflagged", ["mail,start,text,E-mail,,,email,,,,,"]),
    ("unknown_field", ["a,start,text,A,,,,,,,[b] = '1',"]),
    ("duplicate_code", ['a,start,radio,A,"1, One | 1, Other",,,,,,,']),
    ("leading_zero", ['a,start,radio,A,"01, One | 02, Two",,,,,,,']),
    ("no_choices", ["a,start,radio,A,,,,,,,,"]),
    ("duplicate_field", ["a,start,text,A,,,,,,,,", "a,start,text,A,,,,,,,,"]),
    ("blank_as_zero", ["a,start,text,A (score),,,integer,,,,,", 't,start,calc,Total,"sum([a],[a])",,,,,,,']),
    ("narrow_limits", ["systolic,start,text,Systolic (mmHg),,,integer,90,180,,,"]),
    ("date_formats", ["a,start,text,A,,,date_ymd,,,,,", "b,start,text,B,,,date_mdy,,,,,"]),
    ("no_missing_code", ['a,start,radio,A,"1, One | 2, Two",,,,,,,y']),
]


@pytest.mark.parametrize(("code", "rows"), FINDINGS, ids=[f"{row[0]}-{n}" for n, row in enumerate(FINDINGS)])
def test_what_would_hurt_a_trial_is_named_with_why_and_what_to_do(code, rows):
    found = [one for one in lint(dictionary(*rows)) if one.code == code]
    assert found
    assert all(one.what and one.why and one.fix and one.row >= 2 for one in found)


GOOD = [
    *rows_of_scale("phq9", [0, 1, 2, 3]),
    "eligible,start,yesno,Eligible,,,,,,,,",
    "why,start,notes,Reason not eligible,,,,,,,[eligible] = '0',",
    "onset,events,text,Onset of the event,,,datetime_ymd,,,,,",
    "onset_end,events,text,End,,,datetime_ymd,,,,,",
    "weight,start,text,Weight (kg),,,number,25,300,,,",
    'a,start,radio,A,"1, One | 9, Unknown",,,,,,,y',
]


def test_a_dictionary_that_is_well_made_has_no_finding():
    assert lint(dictionary(*GOOD)) == ()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "no column"),
        (b"a,b,c\n1,2,3\n", "no column"),
        (b"\xff\xfe\x00", "no column"),
        (b"x" * 5_000_001, "more than"),
        ((HEAD + "a,b,text,c\n" * 20_002).encode(), "rows"),
        ((HEAD + 'a,b,text,"' + "c" * 200_000 + '"\n').encode(), "cannot be read as CSV"),
    ],
    ids=["empty", "another table", "no text", "enormous", "many rows", "an endless cell"],
)
def test_what_is_no_dictionary_is_said(content, said):
    with pytest.raises(NotADictionary, match=said):
        read_dictionary(content)


CELLS = st.text(st.characters(codec="utf-8"), max_size=20) | st.sampled_from(
    ["radio", "calc", "[a] = 1", "1, A | 2", "y"]
)


@given(st.lists(st.lists(CELLS, min_size=12, max_size=12), max_size=8))
def test_any_table_gives_forms_and_findings_or_a_reason(rows):
    import csv
    import io

    text = io.StringIO()
    csv.writer(text).writerows(rows)
    try:
        found = read_dictionary((HEAD + text.getvalue()).encode("utf-8", "replace"))
    except NotADictionary:
        return
    lint(found)
    made = import_redcap(found)
    assert not read_files({"forms.yaml": made.text}).problems
