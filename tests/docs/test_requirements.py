"""The requirement mark names one id of the catalog, and the catalog is sound."""

import csv
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CONFTEST = ROOT / "tests" / "conftest.py"
ROWS = list(csv.DictReader((ROOT / "docs/requirements.csv").read_text("utf-8").splitlines()))

pytest_plugins = ["pytester"]


def test_each_requirement_has_an_id_of_its_own_a_title_a_source_and_its_evidence():
    assert len({row["id"] for row in ROWS}) == len(ROWS)
    for row in ROWS:
        assert re.fullmatch(r"[A-Z][A-Z0-9]{1,2}-\d\d", row["id"])
        assert row["title"]
        assert row["source"]
        assert row["evidence"] in {"A", "B", "A/B", "unconfirmed"}
        assert row["evidence"] != "unconfirmed" or row["unconfirmed"]


@pytest.mark.parametrize("arguments", ['"NO-99"', "", '"CRL-01", "CRL-02"', 'id="CRL-01"'])
def test_a_mark_without_exactly_one_known_id_is_refused_at_collection(pytester, arguments):
    result = collect(pytester, arguments)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*needs exactly one id of requirements.csv*"])


def test_a_mark_with_a_known_id_is_accepted(pytester):
    assert collect(pytester, '"CRL-01"').ret == pytest.ExitCode.OK


def collect(pytester: pytest.Pytester, arguments: str) -> pytest.RunResult:
    tests = pytester.mkdir("tests")
    pytester.mkdir("docs").joinpath("requirements.csv").write_text(
        "id,title,source,evidence,unconfirmed\nCRL-01,a,b,A,\nCRL-02,a,b,A,\n", encoding="utf-8"
    )
    tests.joinpath("conftest.py").write_text(CONFTEST.read_text(encoding="utf-8"), encoding="utf-8")
    tests.joinpath("test_one.py").write_text(
        f"import pytest\n\n@pytest.mark.requirement({arguments})\ndef test_one(): ...\n",
        encoding="utf-8",
    )
    pytester.makeini("[pytest]\nmarkers = requirement(id): an id\n")
    return pytester.runpytest_inprocess("--collect-only", "-q")
