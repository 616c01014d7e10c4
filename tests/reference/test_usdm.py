"""CDISC's own USDM 4.0 studies (DDF-RA, MIT): each is imported with a report and goes out again without loss."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from triptych.exchange import FromUsdm, export_usdm, import_usdm
from triptych.study import as_files, check_study, flat_data

SAMPLES = (
    "Alexion_NCT04573309_Wilsons.json.gz",
    "CDISC_Pilot_Study.json",
    "EliLilly_NCT03421379_Diabetes.json.gz",
    "devices.json.gz",
    "observational.json",
)
PRODUCT = {"product.yaml": 'id: product\ntitle: Product\nversion: "1"\n'}
Thing = dict[str, Any]


def content(reference: Path, sample: str) -> bytes:
    read = (reference / "standards" / "usdm" / sample).read_bytes()
    return gzip.decompress(read) if sample.endswith(".gz") else read


def again(made: FromUsdm, files: dict[str, str]) -> Thing:
    """What is exported from the written files, beside the file that they came from."""
    return json.loads(export_usdm(*flat_data(files), {}, made.kept))


def design(file: Thing) -> Thing:
    return file["study"]["versions"][0]["studyDesigns"][0]


def named(things: list[Thing], name: str) -> Thing:
    return next(thing for thing in things if thing["name"] == name)


@pytest.mark.parametrize("sample", list(SAMPLES))
def test_a_sample_is_imported_and_exported_again_without_loss(reference: Path, sample: str) -> None:
    read = content(reference, sample)
    made = import_usdm(read, {})
    assert made.kept == read
    files = as_files(made.data, made.unconfirmed)
    assert again(made, files) == json.loads(read)

    theirs = design(json.loads(read))
    assert len(made.data["visits"]) <= len(theirs["encounters"])
    assert [arm["title"] for arm in made.data["arms"]] == [arm["label"] or arm["name"] for arm in theirs["arms"]]
    assert len(made.data["phases"]) == len(theirs["epochs"])
    assert len(made.data["gates"][0]["conditions"]) == len(theirs["eligibilityCriteria"])
    told = "\n".join(made.report)
    for kind in ("Objective.text", "Code.decode", "NarrativeContentItem.text"):
        assert f"  {kind}: " in told, kind
    assert all(problem.code not in ("shape", "type") for problem in check_study(files, PRODUCT))


def test_a_change_of_the_document_is_in_the_sample_when_it_is_exported_again(reference: Path) -> None:
    read = content(reference, "CDISC_Pilot_Study.json")
    made = import_usdm(read, {})
    data = json.loads(json.dumps(dict(made.data)))
    visit = next(visit for visit in data["visits"] if visit.get("timing") and "window" in visit["timing"][0])
    visit["title"], visit["timing"][0]["window"] = "Renamed visit", ["-1 day", "+9 days"]
    data["gates"][0]["conditions"][0]["text"] = "Age 21 or older"
    data["roles"] = [{"id": "physician", "title": "Physician"}]
    file = again(made, as_files(data, ()))

    before = json.loads(read)
    encounter = next(one for one in design(file)["encounters"] if one["label"] == "Renamed visit")
    old = named(design(before)["encounters"], encounter["name"])
    assert {**encounter, "label": old["label"]} == old
    timings = design(file)["scheduleTimelines"]
    changed = [timing for line in timings for timing in line["timings"] if timing["windowUpper"] == "P9D"]
    assert [timing["windowLower"] for timing in changed] == ["P1D"]
    texts = [item["text"] for item in file["study"]["versions"][0]["eligibilityCriterionItems"]]
    assert "<p>Age 21 or older</p>" in texts
    beside = file["study"]["extensionAttributes"][0]["valueString"]
    assert "Renamed visit" not in beside
    assert "Age 21" not in beside
    kept = ("narrativeContentItems", "biomedicalConcepts", "abbreviations", "organizations")
    assert [file["study"]["versions"][0][name] for name in kept] == [
        before["study"]["versions"][0][name] for name in kept
    ]


def test_what_was_added_to_a_sample_comes_back_from_its_export(reference: Path) -> None:
    made = import_usdm(content(reference, "observational.json"), {})
    data = json.loads(json.dumps(dict(made.data)))
    data["roles"] = [{"id": "physician", "title": "Physician", "files": ["clinical"]}]
    data["visits"][1]["optional"] = True
    exported = export_usdm(*flat_data(as_files(data, ())), {}, made.kept)
    assert import_usdm(exported, {}).data == data
