"""What `triptych study check` reports of consent: where it stands and what to write."""

import pytest
from tests.spec.study.documents import check_mistake

# The place changed, what it becomes, the code, what stands on the line reported, and part of what to write.
CASES = {
    "an age of majority of children": (
        'version: "1"',
        'version: "1"\nconsent: {version: "1", majority: 6}',
        "bad_number",
        "consent",
        "12 to",
    ),
    "a gate on a consent that has no texts": (
        "rule: latest(vitals).systolic <= limit}",
        "rule: course.consent_in_force}",
        "no_consent_rules",
        "rule: course.consent_in_force",
        "consent:",
    ),
    "words for a part that there is not": (
        'version: "1"',
        'version: "1"\nconsent: {version: "2", words: [{part: cost, language: en, paragraphs: [Nothing]}]}',
        "unknown_consent_part",
        "consent:",
        "costs",
    ),
    "a part with words twice": (
        'version: "1"',
        'version: "1"\nconsent: {version: "2", words: [{part: costs, language: en, paragraphs: [A]}, '
        "{part: costs, language: en, paragraphs: [B]}]}",
        "duplicate_words",
        "consent:",
        "one place",
    ),
    "words that say nothing": (
        'version: "1"',
        'version: "1"\nconsent: {version: "2", words: [{part: costs, language: es, paragraphs: [" "]}]}',
        "no_words",
        "consent:",
        "leave",
    ),
    "a pediatric approval for adults": (
        'version: "1"',
        'version: "1"\nconsent: {version: "1", pediatric: {approval: A-1, minimum_age: 18}}',
        "bad_number",
        "consent",
        "0 to 17",
    ),
}


@pytest.mark.parametrize(("old", "new", "code", "at", "hint"), CASES.values(), ids=CASES)
def test_a_mistake_is_reported_once_where_it_stands_and_with_what_to_write(old, new, code, at, hint):
    check_mistake(old, new, code, at, hint)
