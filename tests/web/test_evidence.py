"""The pages of the evidence: what they say is the base's, with its marks; the files beside them are what they say."""

import re
from html import unescape
from typing import Any

import pytest
from tests.doors.hands import Hands
from tests.web.conftest import text_of
from tests.web.routes import client_of
from tests.web.test_routes import populate

from triptych.evidence import finding
from triptych.ledger.library import evidence

HEAVIEST = 150_000
"""Bytes that a page may weigh."""


@pytest.fixture
def client(norway: Hands) -> Any:
    """The browser of somebody of the staff, on a trial that is being served."""
    populate(norway)
    return client_of("coordinator-far")


def test_the_page_of_a_condition_tells_everything_that_the_base_holds(client: Any) -> None:
    page = text_of(client.get("/evidence/ptsd/"))
    assert len(page.encode()) < HEAVIEST
    words = re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", page)))
    for outcome in ("ptsd-severity", "response", "remission", "depression", "function"):
        assert finding(evidence(), outcome).answer in words
    for told in (
        "163 with the control, 367 (164 to 820) with the study dose",
        "slope −0.52, t −0.71, p 0.516",
        "Illingworth BJG",
        "Feduccia AA et al. Psychopharmacology 2021: retracted on 10 Aug 2024.",
        "0.15, 95 % interval 0.08 to 0.22 (recalled)",
        "No source gives the result by arm and guess",
        "46 randomized, 42 measured (4 not)",
        "About 40 % of the participants",
        "What would change this",
        "Records identified not recorded",
    ):
        assert told in words, told


def test_where_little_is_known_the_page_says_so_first(client: Any) -> None:
    for condition, first in (
        ("depression", "No controlled trial of MDMA-assisted therapy for depression as the main condition"),
        ("social-anxiety-autism", "one controlled trial with 11 people does not settle"),
        ("ketamine-depression", "this page gives facts with their sources and no pooled estimate"),
    ):
        page = text_of(client.get(f"/evidence/{condition}/"))
        lead = page[page.index('class="lead"') :]
        assert first in lead[: lead.index("</p>")]


def test_the_list_has_each_condition_and_each_jurisdiction_with_its_date(client: Any) -> None:
    page = text_of(client.get("/evidence/"))
    assert all(f"/evidence/{one.id}/" in page for one in evidence().texts.conditions)
    assert all(one.title in page and one.as_of in page for one in evidence().texts.jurisdictions)
    assert "obsessive-compulsive disorder" in page


def test_reports_and_drawings_are_files_of_their_kind(client: Any) -> None:
    for path, kind, begins in (
        ("/evidence/alcohol-use-disorder/report/", "text/markdown; charset=utf-8", b"# Alcohol"),
        ("/evidence/alcohol-use-disorder/report.html", "text/html; charset=utf-8", b"<!doctype html>"),
        ("/evidence/alcohol-use-disorder/report.pdf", "application/pdf", b"%PDF-"),
        ("/evidence/figures/anxiety.svg", "image/svg+xml", b"<svg"),
        ("/evidence/figures/anxiety.pdf", "application/pdf", b"%PDF-"),
    ):
        answer = client.get(path)
        assert (answer.status_code, answer["Content-Type"]) == (200, kind)
        assert answer.content.startswith(begins)
        assert answer["Content-Disposition"].startswith("attachment; filename=")


def test_plain_words_lead_to_help_and_to_the_right_to_say_no(client: Any) -> None:
    for condition in evidence().conditions:
        page = text_of(client.get(f"/evidence/{condition}/plain/"))
        assert "988" in page
        assert "you can say no" in page


@pytest.mark.requirement("ICE-04")
def test_a_site_that_is_left_out_takes_its_trials_out_of_every_figure_of_the_page(client: Any) -> None:
    page = text_of(client.get("/evidence/ptsd/?without=charleston"))
    assert "Left out: charleston" in page
    assert finding(evidence(), "ptsd-severity", ("charleston",)).answer in page
    assert 'id="trial-mp-1"' not in page
    assert 'id="trial-mapp1"' in page
    assert "Left out:" not in text_of(client.get("/evidence/ptsd/?without=nobody"))
