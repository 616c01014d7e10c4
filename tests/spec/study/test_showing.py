"""`triptych study show`: the schedule of activities as the table a protocol reader knows."""

from pathlib import Path

import pytest
from tests.spec.study.documents import BASE, FILE, changed, line_of, loaded

from triptych.ledger.library import find_study
from triptych.study import render_text, schedule, study_from_canonical

NORWAY = find_study("mdma-mdd-norway")
SMALL = find_study(str(Path(__file__).parents[2] / "studies" / "small"))


def cells(study):
    """The cells of a schedule by the protocol's visit number (or the title where there is none) and form."""
    table = schedule(study)
    return {
        (column.label or column.title, form): cell for column in table.columns for form, cell in column.cells.items()
    }


def windows(study):
    return {column.label or column.title: column.window for column in schedule(study).columns}


# The visit map and the schedule of activities of the published protocol (doi:10.3389/fpsyt.2022.954388), as read for
# this project. What was read there:
READ = [
    *(("Screening visit", form) for form in ("demographics", "eligibility", "physical_exam", "vitals")),
    *(("Screening visit", form) for form in ("ecg", "laboratory", "drug_screen", "pregnancy_test")),
    ("V0", "enrollment"),
    *((visit, form) for visit in ("V1", "V2", "V4") for form in ("taper_call", "therapy_session")),
    ("V3", "madrs"),
    ("V4", "baseline_confirmation"),
    ("V4", "drug_screen"),
    ("V4", "pregnancy_test"),
    ("V5, V9", "therapy_session"),
    ("V5, V9", "subjective_effects"),
    *((visit, "therapy_session") for visit in ("V6, V10", "V7, V11", "V8, V12")),
    ("V13", "madrs"),
]
# The row is known to exist, and its placement was not read:
NOT_READ = [
    ("V3", "sds"),
    ("V13", "sds"),
    *(("V5, V9", form) for form in ("vitals", "drug_screen", "pregnancy_test")),
    *((visit, "cssrs") for visit in ("Phone screening", "Screening visit", "V0", "V1", "V2", "V3", "V4")),
    *((visit, "cssrs") for visit in ("V5, V9", "V6, V10", "V7, V11", "V8, V12", "V13", "V14")),
]


@pytest.mark.parametrize(("visit", "form"), READ)
def test_an_activity_that_was_read_in_the_protocol_stands_at_its_visit(visit, form):
    assert cells(NORWAY)[visit, form] in ("x", "(x)")


@pytest.mark.parametrize(("visit", "form"), NOT_READ)
def test_an_activity_whose_place_was_not_read_has_a_question_mark(visit, form):
    assert cells(NORWAY)[visit, form] in ("x?", "(x)?")


@pytest.mark.parametrize("form", ["ecg", "laboratory", "physical_exam", "enrollment"])
def test_what_the_protocol_does_once_stands_once(form):
    assert len([place for place in cells(NORWAY) if place[1] == form]) == 1


def test_the_norwegian_protocol_has_fifteen_numbered_visits_two_of_them_dosing():
    labels = [label for column in schedule(NORWAY).columns for label in column.label.split(", ") if label]
    assert sorted(labels, key=lambda label: int(label[1:])) == [f"V{number}" for number in range(15)]
    (dosing,) = (column for column in schedule(NORWAY).columns if column.title == "Dosing")
    assert dosing.label == "V5, V9"


def test_the_norwegian_protocol_has_nine_therapy_sessions_beside_the_two_dosing_days():
    visits = {visit for visit, form in cells(NORWAY) if form == "therapy_session"} - {"V5, V9"}
    assert sum(len(visit.split(", ")) for visit in visits) == 9


@pytest.mark.requirement("CRL-05")
@pytest.mark.parametrize(
    ("visit", "window"),
    [
        ("V5, V9", "4 weeks ± 7 days after Dosing of the cycle before?"),
        ("V13", "8 weeks ± 7 days after Dosing?"),
        ("V14", "13 weeks ± 3 weeks after Preparation 3, enrollment confirmed, baseline"),
    ],
)
def test_the_follow_up_counts_from_where_the_protocol_says(visit, window):
    assert windows(NORWAY)[visit].endswith(window)


def test_the_phases_are_in_the_order_of_the_visit_map():
    phases = dict.fromkeys(column.phase for column in schedule(NORWAY).columns)
    assert list(phases) == ["Screening", "Preparation", "Treatment", "Follow-up", "Seven-month follow-up"]


def test_the_norwegian_schedule_names_every_unconfirmed_field_with_its_place():
    text = render_text(NORWAY, 140)
    assert f"{len(NORWAY.unconfirmed)} unconfirmed fields (training only until confirmed):" in text
    for mark in NORWAY.unconfirmed:
        assert f"\n  {mark.file}:{mark.line}  {mark.path}" in text


def test_a_small_schedule_is_the_table_of_its_document():
    assert cells(SMALL) == {
        ("Screening", "vitals"): "x",
        **{("V1, V3", form): "x" for form in ("vitals", "session_team", "dose_administration")},
        ("Call ×3", "call"): "x",
        ("Rating", "madrs"): "x",
    }
    assert windows(SMALL) == {
        "Screening": "",
        "V1, V3": "2 weeks ± 7 days after Screening; 4 weeks ± 7 days after Dosing of the cycle before",
        "Call ×3": "1 day to 3 days after Dosing",
        "Rating": "8 weeks ± 7 days after Dosing",
    }


def test_a_schedule_is_printed_as_a_table():
    lines = render_text(loaded(), 120).splitlines()
    rule = "─" * (len("Vital signs") + 4 * (1 + 16))
    assert lines[:2] == ["Base", f"Version 1, SHA-256 {loaded().digest}"]
    assert lines[3] == rule
    assert [line.split() for line in lines[4:7]] == [
        ["Screening", "Treatment"],
        ["V1,", "V2"],
        ["First", "Dosing", "Call", "×3", "End"],
    ]
    rows = {line[:11].strip(): line[11:].split() for line in lines if line.startswith(("Vital", "Diary", "Scale"))}
    assert rows == {"Vital signs": ["x", "x"], "Diary": ["(x)"], "Scale": ["x"]}
    assert lines[-2:] == [
        "x expected   (x) optional   ? unconfirmed by the source",
        "Every field is confirmed by its source.",
    ]


@pytest.mark.parametrize("width", [60, 80, 120, 400])
def test_no_line_of_a_schedule_is_wider_than_asked(width):
    table = render_text(NORWAY, width).split("unconfirmed fields")[0]
    assert max(len(line) for line in table.splitlines()[2:]) <= width


def test_a_narrow_schedule_shows_the_same_cells_in_more_blocks():
    def count(width):
        table = render_text(NORWAY, width).split("x expected")[0]
        return sum(word.strip("(?)") == "x" for line in table.splitlines() for word in line.split())

    assert count(60) == count(400) == len(cells(NORWAY))


# What is marked, where the question mark stands, and what is shown there.
MARKS = [
    ("      - {form: vitals}\n", "      - !unconfirmed {form: vitals}\n", "V1, V2", "vitals", "x?"),
    ("      - {form: vitals}\n", "      - {form: !unconfirmed vitals}\n", "V1, V2", "vitals", "x?"),
    ("{form: diary, required: false}", "{form: diary, required: !unconfirmed false}", "Call ×3", "diary", "(x)?"),
    ("    forms: [{form: scale}]", "    forms: !unconfirmed [{form: scale}]", "End", "scale", "x?"),
]


@pytest.mark.parametrize(("old", "new", "visit", "form", "cell"), MARKS)
def test_an_unconfirmed_placement_has_a_question_mark(old, new, visit, form, cell):
    found = cells(loaded(changed(old, new)))
    assert found.pop((visit, form)) == cell
    assert not any("?" in other for other in found.values())


# What is marked, and the column's phase, label, title and window that show it.
COLUMNS = [
    ("title: End\n", "title: !unconfirmed End\n", "End?"),
    ("title: End\n", "title: End\n    source: !unconfirmed nowhere\n", "End?"),
    ("{count: 3, every: 1 day}", "!unconfirmed {count: 3, every: 1 day}", "Call ×3?"),
    ("{count: 3, every: 1 day}", "{count: !unconfirmed 3, every: 1 day}", "Call ×3?"),
    ("labels: [V1, V2]", "labels: [V1, !unconfirmed V2]", "V1, V2?"),
    ("{id: screening, title: Screening", "{id: screening, title: !unconfirmed Screening", "Screening?"),
    ("target: 8 weeks", "target: !unconfirmed 8 weeks", "8 weeks ± 7 days after Dosing?"),
    (
        "[{anchor: dosing, target: 1 day}]",
        "!unconfirmed [{anchor: dosing, target: 1 day}]",
        "1 day to 3 days after Dosing?",
    ),
]


@pytest.mark.parametrize(("old", "new", "shown"), COLUMNS)
def test_an_unconfirmed_heading_or_window_has_a_question_mark(old, new, shown):
    columns = [(c.phase, c.label, c.title, c.window) for c in schedule(loaded(changed(old, new))).columns]
    assert [text for column in columns for text in column if "?" in text] == [shown]


def test_an_unconfirmed_title_of_a_form_has_a_question_mark():
    assert ("diary", "Diary?") in schedule(loaded(changed("title: Diary", "title: !unconfirmed Diary"))).rows


def test_an_unconfirmed_visit_has_a_question_mark_everywhere():
    head, end = BASE.split("  - id: end\n")
    visit, rest = end.split("forms:\n  - id")
    flow = (
        "  - !unconfirmed {id: end, title: End, phase: treatment_phase, forms: [{form: scale}],"
        " timing: [{anchor: dosing, target: 8 weeks}]}\n"
    )
    assert visit
    column = schedule(loaded(f"{head}{flow}forms:\n  - id{rest}")).columns[-1]
    assert (column.title, column.window, column.cells) == ("End?", "8 weeks after Dosing?", {"scale": "x?"})


END = 'target: 8 weeks, window: ["-7 days", "+7 days"]'


@pytest.mark.parametrize(
    ("timing", "shown"),
    [
        ("target: 8 weeks", "8 weeks"),
        ('target: 8 weeks, window: ["-1 week", "+7 days"]', "8 weeks ± 7 days"),
        ('target: 8 weeks, window: ["-3 days", "+4 days"]', "8 weeks −3 days/+4 days"),
        ('target: 8 weeks, window: ["0 days", "+3 days"]', "8 weeks 0 days/+3 days"),
        ('target: 8 weeks, window: ["-3 days", "0 days"]', "8 weeks −3 days/0 days"),
        ('between: ["2 weeks", "6 weeks"]', "2 weeks to 6 weeks"),
    ],
)
def test_a_window_is_shown_in_words(timing, shown):
    assert windows(loaded(changed(END, timing)))["End"] == f"{shown} after Dosing"


def test_a_series_between_two_days_is_shown_from_its_first_day_to_its_last():
    text = changed("[{anchor: dosing, target: 1 day}]", '[{anchor: dosing, between: ["1 day", "2 days"]}]')
    assert windows(loaded(text))["Call ×3"] == "1 day to 4 days after Dosing"


def test_marks_are_listed_without_a_place_where_only_the_canonical_text_is_known():
    text = changed("title: Diary", "title: !unconfirmed Diary")
    study, line = loaded(text), line_of(text, "title: !unconfirmed Diary")
    assert render_text(study, 100).endswith(
        f"1 unconfirmed field (training only until confirmed):\n  {FILE}:{line}  forms.diary.title"
    )
    again = study_from_canonical(study.canonical)
    assert render_text(again, 100).endswith("1 unconfirmed field (training only until confirmed):\n  forms.diary.title")


def test_a_study_without_visits_has_an_empty_schedule():
    head = 'id: empty\ntitle: Empty\nversion: "1"\nsite_defaults: {zone: UTC}\n'
    text = render_text(loaded(head + "roles: [{id: nurse, title: Nurse, sees: [anyone]}]\n"), 80)
    assert text.splitlines()[0] == "Empty"
    assert "─" not in text
