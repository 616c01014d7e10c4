"""What `triptych study check` reports: every code with its file, its line and what to write instead."""

import pytest
from tests.spec.study.documents import BASE, FILE, changed, line_of, problems_of


def test_the_base_document_has_no_problem():
    assert problems_of(BASE) == ()


CASES = {
    "unit_missing": [
        (
            'unit: "{score}", range: {min: 0, max: 6}}\n      - {id: two',
            "range: {min: 0, max: 6}}\n      - {id: two",
            "{id: one",
            "UCUM",
        ),
    ],
    "unknown_form": [("form: diary", "form: diarys", "form: diarys", "diary")],
}


@pytest.mark.parametrize(
    ("code", "old", "new", "at", "hint"), [(code, *case) for code, cases in CASES.items() for case in cases]
)
def test_a_problem_is_reported_once_with_its_file_its_line_and_what_to_write(code, old, new, at, hint):
    text = changed(old, new)
    found = problems_of(text)
    assert [(problem.code, problem.file, problem.line) for problem in found] == [(code, FILE, line_of(text, at))]
    assert hint in found[0].hint
