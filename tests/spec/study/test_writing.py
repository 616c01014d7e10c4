"""What is written as YAML and read again is the same document, marks included."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from triptych.ledger.library import read_folder, study_folder, study_names
from triptych.study.reading import read_files
from triptych.study.writing import write_yaml

WORDS = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"]), max_size=30
)
NUMBERS = st.integers(-(10**15), 10**15) | st.floats(-1e9, 1e9).map(lambda number: round(number, 6))
SCALARS = (
    st.none() | st.booleans() | NUMBERS | WORDS | st.sampled_from(["true", "No", "1", "2026-11-23", "a: b", "- a", "#"])
)
NAMES = st.from_regex(r"[a-z][a-z_]{0,8}", fullmatch=True)
VALUES = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=4))


@pytest.mark.parametrize("name", list(study_names()))
def test_a_bundled_document_is_written_and_read_again_unchanged(name):
    read = read_files(read_folder(study_folder(name)))
    marks = [mark.path for mark in read.unconfirmed]
    again = read_files({"study.yaml": write_yaml(read.data, marks)})
    assert not again.problems
    assert again.data == read.data
    assert sorted(mark.path for mark in again.unconfirmed) == sorted(marks)


@given(st.dictionaries(NAMES.filter(lambda name: name != "id"), VALUES, max_size=5))
def test_whatever_is_written_is_read_again_unchanged(data):
    assert read_files({"study.yaml": write_yaml(data)}).data == data


@given(st.dictionaries(NAMES.filter(lambda name: name != "id"), VALUES, min_size=1, max_size=4), st.data())
def test_a_mark_on_any_value_is_read_again(data, choose):
    name = choose.draw(st.sampled_from(sorted(data)))
    again = read_files({"study.yaml": write_yaml(data, [name])})
    assert again.data == data
    assert [mark.path for mark in again.unconfirmed] == [name]
