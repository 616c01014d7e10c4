"""`triptych evidence` as a person runs it."""

import json
import math
import subprocess
import sys
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


@pytest.mark.parametrize(
    ("method", "estimate", "low", "high"),
    [
        ("reml-hk", -0.7119, -0.9534, -0.4704),
        ("reml-wald", -0.7119, -0.9764, -0.4475),
        ("reml-hk-floor", -0.7119, -1.0588, -0.3651),
        ("dl-wald", -0.7119, -0.9764, -0.4475),
        ("bayes", -0.7047, -1.0545, -0.3575),
    ],
)
def test_each_method_gives_what_the_living_review_gives_by_it(method, estimate, low, high):
    """SYPRES, search of 25 Nov 2025; its prediction interval is Hartung and Knapp's with a floor."""
    made = json.loads(run("synthesize", "ptsd-severity", "--method", method, "--format", "json").output)
    assert made["method"] == method
    assert (made["estimate"], made["ci_low"], made["ci_high"]) == pytest.approx((estimate, low, high), abs=5e-4)


def test_a_method_for_counts_is_refused_for_a_mean_and_has_its_own_measure_for_counts():
    refused = run("synthesize", "ptsd-severity", "--method", "peto")
    assert refused.exit_code == 1
    assert "pools counts of people" in refused.output
    made = json.loads(run("synthesize", "response", "--method", "peto", "--format", "json").output)
    assert (made["measure"], made["tau2"]) == ("or", None)
    # By hand for MAPP1 (37 of 42, 23 of 37): O − E = 37 − 60·42/79, V = 42·37·60·19/(79²·78).
    apart, spread = 37 - 60 * 42 / 79, 42 * 37 * 60 * 19 / (79**2 * 78)
    one = next(study for study in made["studies"] if study["trial"] == "mapp1")
    assert one["estimate"] == pytest.approx(math.exp(apart / spread))


def test_what_is_left_of_an_outcome_is_told_for_two_trials_for_one_and_for_none():
    out = ["--without", "charleston"]
    assert "two controlled trials" in run("synthesize", "depression", *out).output
    one = run("synthesize", "depression", *out, "--without", "mp-12", "--method", "bayes", "--format", "json")
    assert (json.loads(one.output)["k"], json.loads(one.output)["method"]) == (1, "single")
    none = run("synthesize", "depression", *out, "--without", "mp-12", "--without", "mapp1")
    assert "no trial is left to count, so nothing can be said" in none.output
    assert "No retracted report gives a figure" in run("synthesize", "ptsd-severity", "--retracted").output


def test_the_command_starts_without_loading_what_only_a_synthesis_needs():
    loaded = "import sys, triptych.cli; print(*(name for name in ('scipy', 'django') if name in sys.modules))"
    said = subprocess.run([sys.executable, "-c", loaded], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == ""


def test_a_report_follows_what_is_left_out_and_is_written_as_files(tmp_path):
    whole, part = run("report", "ptsd").output, run("report", "ptsd", "--without", "charleston").output
    assert "Left out on request, from every figure: charleston." in part
    assert "| pooled in at least one outcome of this report | 6 |" in whole
    assert "| pooled in at least one outcome of this report | 4 |" in part
    page, file, drawn = tmp_path / "a.html", tmp_path / "a.pdf", tmp_path / "f.pdf"
    made = run("report", "social-anxiety-autism", "--html", str(page), "--pdf", str(file))
    assert made.output == f"wrote {page}\nwrote {file}\n"
    assert "<svg" in page.read_text("utf-8")
    assert file.read_bytes().startswith(b"%PDF-")
    run("synthesize", "anxiety", "--pdf", str(drawn))
    first = drawn.read_bytes()
    run("synthesize", "anxiety", "--pdf", str(drawn))
    assert drawn.read_bytes() == first


def test_what_an_answer_hangs_on_is_told_when_asked_for():
    told = run("synthesize", "ptsd-severity", "--beside").output
    for part in ("without MP-1, 2011", "until 2023, with MAPP2", "low dose", "p 0.516", "What would change it"):
        assert part in told
