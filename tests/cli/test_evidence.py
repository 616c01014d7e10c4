"""`triptych evidence` as a person runs it."""

import json
import xml.etree.ElementTree as ET

import pytest
from click.testing import CliRunner

from triptych.cli import main


def run(*words):
    return CliRunner().invoke(main, ["evidence", *words])


def test_the_json_of_a_synthesis_has_the_keys_that_programs_rely_on():
    made = json.loads(run("synthesize", "ptsd-severity", "--format", "json").output)
    assert {"measure", "estimate", "ci_low", "ci_high", "k", "tau2", "i2", "method", "studies"} <= set(made)
    assert (made["k"], made["measure"], made["method"]) == (6, "smd", "reml-hk")
    assert made["estimate"] == pytest.approx(-0.7119295153, abs=1e-7)


def test_the_method_and_what_is_left_out_are_chosen():
    words = ("synthesize", "ptsd-severity", "--method", "reml-wald", "--without", "mp-1", "--format", "json")
    made = json.loads(run(*words).output)
    assert (made["k"], made["method"], made["left_out"]) == (5, "reml-wald", ["mp-1"])


def test_every_outcome_of_the_list_is_synthesized_and_drawn():
    for outcome in json.loads(run("list", "--json").output)["outcomes"]:
        assert run("synthesize", outcome).exit_code == 0
        drawn = run("synthesize", outcome, "--format", "svg").output
        assert ET.fromstring(drawn).find("{http://www.w3.org/2000/svg}desc").text.startswith("No effect is")
        assert "<table>" in run("synthesize", outcome, "--format", "html").output


def test_the_base_that_is_bundled_passes_its_check():
    result = run("check")
    assert result.exit_code == 0
    assert "0 of them not explained" in result.output


def test_retractions_and_versions_stand_in_the_report():
    text = run("report", "ptsd").output
    assert "Retracted on 2024-08-10" in text
    assert "SHA-256" in text


@pytest.mark.parametrize(
    "words", [("synthesize", "happiness"), ("report", "happiness"), ("synthesize", "response", "--without", "nobody")]
)
def test_a_name_that_is_not_known_is_refused_with_what_there_is(words):
    result = run(*words)
    assert result.exit_code == 1
    assert "There is no" in result.output
