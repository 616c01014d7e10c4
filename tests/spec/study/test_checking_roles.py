"""What `triptych study check` reports of roles, gates and releases: where it stands and what to write."""

import pytest
from tests.spec.study.documents import BASE, FILE, PRODUCT, check_mistake, line_of, problems_of, without

# The place changed, what it becomes, the code, what stands on the line reported, and part of what to write.
CASES = {
    "a gate before nothing": (
        "guards: randomization",
        "guards: randomizaton",
        "unknown_form",
        "randomizaton",
        "randomization",
    ),
    "a gate before a fact": ("    kind: decision\n", "", "gate_before_fact", "guards:", "kind: decision"),
    "a gate that asks nobody": ("ask: coordinator", "ask: coordinater", "unknown_role", "coordinater", "coordinator"),
    "a gate without conditions": (
        "conditions:\n      - {id: measured, text: Measured, rule: latest(vitals).systolic <= limit}",
        "conditions: []",
        "empty_gate",
        "id: randomize",
        "at least one",
    ),
    "two gates before one form": (
        "definitions:\n",
        "  - {id: again, title: Again, guards: randomization, ask: coordinator,"
        " conditions: [{id: on, text: On, rule: course.treatment == 'active'}]}\ndefinitions:\n",
        "two_gates",
        "id: again",
        "one gate",
    ),
    "a role that may do nothing": (
        "{id: rater, title: Rater, files: [rating], sees: [rating]}",
        "{id: rater, title: Rater, files: [rating], sees: [rating]}\n  - {id: guest, title: Guest}",
        "idle_role",
        "id: guest",
        "take it out",
    ),
    "a role that files what is not there": (
        "files: [rating]",
        "files: [ratin]",
        "unknown_form_or_group",
        "ratin]",
        "rating",
    ),
    "a role that sees what is not there": (
        "sees: [rating]",
        "sees: [ratng]",
        "unknown_form_or_group",
        "ratng",
        "rating",
    ),
    "a role unblinded for no secret": (
        "unblinded: [allocation]",
        "unblinded: [allocation, arms]",
        "unknown_secret",
        "arms]",
        "allocation",
    ),
    "a form filed by group without its secret": (
        "files: [rating]",
        "files: [rating, pharmacy]",
        "files_unseen",
        "pharmacy]",
        "unblinded: [allocation]",
    ),
    "a release of a visit that is not there": (
        "{visit: dosing, to",
        "{visit: dosin, to",
        "unknown_visit",
        "dosin,",
        "dosing",
    ),
    "a release of a definition that is not there": (
        "{visit: dosing, to",
        "{definition: limits, to",
        "unknown_definition",
        "limits",
        "limit",
    ),
    "a release to nobody known": ("to: [rater]", "to: [ratr]", "unknown_role", "ratr", "rater"),
    "a release of nothing": ("{visit: dosing, to: [rater]}", "{to: [rater]}", "release_what", "{to:", "visit"),
    "a release of two things": (
        "{visit: dosing, to",
        "{visit: dosing, definition: limit, to",
        "release_what",
        "limit, to",
        "not both",
    ),
}


@pytest.mark.parametrize(("old", "new", "code", "at", "hint"), CASES.values(), ids=CASES)
def test_a_mistake_is_reported_once_where_it_stands_and_with_what_to_write(old, new, code, at, hint):
    check_mistake(old, new, code, at, hint)


def test_a_decision_without_a_gate_is_reported():
    text = without("gates")
    (found,) = problems_of(text)
    assert (found.code, found.line) == ("no_gate", line_of(text, "id: randomization"))
    assert found.hint == "Write a gate with `guards: randomization`."


def test_a_decision_of_the_product_without_a_gate_is_reported_in_the_study():
    product = f"{PRODUCT['product.yaml']}forms:\n  - {{id: discharge, title: Discharge, kind: decision, log: true}}\n"
    (found,) = problems_of(BASE, {"product.yaml": product})
    assert (found.code, found.file, found.line) == ("no_gate", FILE, line_of(BASE, "gates:\n"))
    assert found.hint == "Write a gate with `guards: discharge`."


def test_a_study_without_roles_is_told_so_once():
    text = without("roles")
    (found,) = problems_of(text)
    assert (found.code, found.file) == ("no_roles", FILE)


def test_a_role_that_the_product_gives_tasks_to_is_missing_from_the_studys_roles():
    raises = (
        "deviations: [{id: form_missing, title: M, classification: minor, raises: [{id: a, title: A, role: nurse}]}]"
    )
    (found,) = problems_of(BASE, {"product.yaml": PRODUCT["product.yaml"] + raises})
    assert (found.code, found.file, found.line) == ("unknown_role", FILE, line_of(BASE, "roles:\n"))
