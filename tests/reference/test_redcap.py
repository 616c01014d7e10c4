"""Public REDCap projects (REDCapR, MIT; exported by REDCap 14.7.3) are imported with every field accounted for."""

import csv
from pathlib import Path

import pytest

from triptych.exchange import import_redcap, lint, read_dictionary
from triptych.study import check_study
from triptych.study.reading import read_files

PROJECTS = (
    "arm-multiple-delete", "checkboxes-1", "clinical-trial-1", "dag", "longitudinal", "repeating-instruments", "survey",
    "validation-types-1",
)  # fmt: skip
SHELL = """\
id: imported
title: Imported
version: "1"
site_defaults: {zone: UTC}
roles: [{id: physician, title: Physician, files: [clinical], sees: [clinical]}]
phases: [{id: one, title: One, panel: preparation}]
visits: [{id: only, title: Only, phase: one}]
"""
PRODUCT = {"product.yaml": 'id: product\ntitle: Product\nversion: "1"\n'}


@pytest.mark.parametrize("project", list(PROJECTS))
def test_a_project_is_imported_and_every_field_is_an_item_or_in_the_report(reference: Path, project: str) -> None:
    path = reference / "standards" / "redcap" / project / "dictionary.csv"
    made = import_redcap(read_dictionary(path.read_bytes()))
    with path.open(encoding="utf-8-sig", newline="") as opened:
        rows = list(csv.DictReader(opened))
    assert made.fields == len(rows)
    read = read_files({"forms.yaml": made.text})
    assert not read.problems
    labels = {(form["id"], item["id"]) for form in read.data["forms"] for item in form["items"]}
    assert len(labels) == made.taken
    names = {item for _, item in labels}
    told = "\n".join(made.report)
    missing = [row["Variable / Field Name"] for row in rows if row["Variable / Field Name"] not in names]
    assert [name for name in missing if f" {name} (row" not in told] == []
    assert check_study({"a.yaml": SHELL, "forms.yaml": made.text}, PRODUCT) == ()
    assert all(finding.row <= len(rows) + 1 for finding in lint(read_dictionary(path.read_bytes())))


def test_the_logic_of_a_real_project_is_translated(reference: Path) -> None:
    path = reference / "standards" / "redcap" / "longitudinal" / "dictionary.csv"
    made = import_redcap(read_dictionary(path.read_bytes()))
    items = {i["id"]: i for form in read_files({"f.yaml": made.text}).data["forms"] for i in form["items"]}
    assert items["given_birth"]["shown_when"] == 'sex == "0"'
    assert items["num_children"]["shown_when"] == '(sex == "0" && (given_birth))'
    assert items["bmi"]["derived"].startswith("((double(weight) * 10000.0)")
