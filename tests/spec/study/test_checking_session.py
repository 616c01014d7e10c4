"""What `triptych study check` reports of the session section: where it stands and what to write."""

import pytest
from tests.spec.study.documents import BASE, problems_of

SESSION = """\
session:
  supplement: {opens: 90 minutes, closes: 150 minutes}
  discharge:
    after_first: 8 hours
    after_last: 6 hours
    fresh: 30 minutes
    distress: 4
    settled: [{id: systolic, title: Systolic, at_most: 140}]
  presence: {people: 2, roles: [coordinator], overnight: 1, overnight_roles: [rater]}
  beside: [{id: pulse, title: Pulse, item: systolic, at: [{level: notify, at_least: 130}]}]
"""
CASES = [
    ("opens: 90 minutes", "opens: late", "duration"),
    ("closes: 150 minutes", "closes: 60 minutes", "window_reversed"),
    ("after_last: 6 hours", "after_last: soon", "duration"),
    ("id: systolic", "id: pulse", "unknown_vital_sign"),
    (", at_most: 140", "", "settles_always"),
    ("people: 2", "people: 0", "bad_number"),
    ("item: systolic", "item: owl", "unknown_item"),
    ("overnight_roles: [rater]", "overnight_roles: [owl]", "unknown_role"),
]


def test_a_session_section_that_holds_together_checks_clean():
    assert problems_of(BASE + SESSION) == ()


@pytest.mark.parametrize(("was", "becomes", "code"), CASES, ids=[case[2] + case[1] for case in CASES])
def test_what_is_wrong_with_a_session_section_is_reported(was, becomes, code):
    assert [one.code for one in problems_of(BASE + SESSION.replace(was, becomes))] == [code]
