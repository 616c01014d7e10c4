"""Whatever one document inherits from another, the check ends, raises nothing, and says where each problem stands."""

from contextlib import suppress

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.spec.study.documents import BASE, FILE, PRODUCT

from triptych.study import check_study, flat_study, load_study
from triptych.study.errors import StudyProblems
from triptych.study.writing import write_yaml

NAMES = st.sampled_from(
    [
        "id",
        "title",
        "visits",
        "forms",
        "gates",
        "items",
        "after",
        "omits",
        "inherits",
        "instrument",
        "arms",
        "raises",
        "x",
    ]
)
SCALARS = st.none() | st.booleans() | st.integers(-9, 9) | st.sampled_from(
    ["base", "other", "first", "dosing", "vitals", "mood-scale", "visits.call", "forms.vitals.items.systolic", "", "é"]
)  # fmt: skip
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=4), max_leaves=12
)
DOCUMENTS = st.dictionaries(NAMES, VALUES, max_size=6)
SCALE = 'id: mood-scale\ntitle: Mood\nversion: "1"\nitems: [{id: one, label: One, type: boolean}]\n'


@settings(deadline=None)
@given(DOCUMENTS, DOCUMENTS, st.booleans())
def test_any_two_documents_are_checked_to_the_end(child, other, whole):
    own = write_yaml({"inherits": "base", "id": "child", "title": "Child", "version": "1", **child} if whole else child)
    shelf = {"base": {FILE: BASE}, "other": {FILE: write_yaml(other)}, "instruments/mood-scale": {"a.yaml": SCALE}}
    problems = check_study({FILE: own}, PRODUCT, shelf)
    assert all(problem.line >= 0 and problem.code and problem.message for problem in problems)
    if not problems:
        study = load_study({FILE: own}, PRODUCT, shelf)
        assert load_study({FILE: flat_study({FILE: own}, shelf)}, PRODUCT).digest == study.digest
    else:
        with suppress(StudyProblems):
            flat_study({FILE: own}, shelf)


@settings(deadline=None, max_examples=30)
@given(st.lists(st.integers(0, 5), min_size=2, max_size=6))
def test_any_graph_of_inheritance_ends(parents):
    shelf = {
        f"s{number}": {FILE: f'inherits: s{parent}\nid: s{number}\ntitle: S\nversion: "1"\n'}
        for number, parent in enumerate(parents)
    }
    found = check_study({FILE: 'inherits: s0\nid: child\ntitle: C\nversion: "1"\n'}, PRODUCT, shelf)
    assert {problem.code for problem in found} <= {"inherits_itself", "unknown_study"}
    assert found
