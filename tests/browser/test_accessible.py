"""Every page by axe, WCAG 2.2 AA: both sites, light and dark, at three sizes."""

import re
from importlib.resources import files

import pytest
from playwright.sync_api import Browser, Page
from tests.browser.conftest import Watched, Windows

from triptych.cli import integrating
from triptych.cli.cohort import OWN
from triptych.cli.scenario import Player
from triptych.evidence import condition_report
from triptych.exchange import protocol_html, report_html
from triptych.ledger.library import evidence, find_study
from triptych.study import protocol_text

AXE = (files("axe_playwright_python") / "axe.min.js").read_text("utf-8")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
RUN = "rules => axe.run(document, {runOnly: rules, resultTypes: ['violations']})"
SEEN = (("light", 0), ("dark", 2), ("light", 1))
"""Each theme and each size at least once; what does not depend on either is found by any of them."""
SIZES = ({"width": 1280, "height": 800}, {"width": 800, "height": 1280}, {"width": 390, "height": 844})


def violations(page: Page) -> list[str]:
    """What axe finds, a line a rule and place."""
    if not page.evaluate("typeof axe !== 'undefined'"):
        page.evaluate(AXE)
    found = page.evaluate(RUN, RULES)["violations"]
    return [f"{rule['id']}: {node['html'][:160]}" for rule in found for node in rule["nodes"]]


LET_GO = "for (const bar of document.querySelectorAll('.entry .buttons')) bar.style.position = 'static'"
"""The bar that stays at the foot of a form covers half of a field by chance; whoever wants the field scrolls on."""


def found_on(window: Watched, path: str) -> list[str]:
    """What is wrong with a page in either theme and at any of the sizes, each said once."""
    page = window.open(path)
    page.evaluate(LET_GO)
    found: dict[str, None] = {}
    for scheme, place in SEEN:
        size = SIZES[place]
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size(size)
        where = f"{path} ({scheme}, {size['width']} px)"
        found |= dict.fromkeys(f"{where}: {one}" for one in violations(page) if one not in "".join(found))
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if wide > 0:
            found[f"{where}: the page is {wide} px wider than the window"] = None
    return list(found)


def staff_pages(demo: Player) -> dict[str, list[str]]:
    """The pages to look at, by who opens them."""
    records = demo.trial.system_view().records("NO-01")
    last = {seen.form: seen.id for seen in records}
    corrected = next(seen.id for seen in records if seen.form == "physical_exam" and seen.corrects)
    about = "/participants/NO-01"
    return {
        "coordinator": [
            "/",
            "/casebook/",
            "/protocol/",
            "/protocol/?phase=Treatment&group=therapy",
            "/protocol/forms/madrs/",
            "/participants/new/",
            "/participants/NO-07/",
            f"{about}/",
            f"{about}/file/appointment/?visit=screening",
            f"{about}/identity/",
            f"{about}/records/{last['contact']}/attach/",
            "/logs/contact/",
            "/logs/medicine/",
            "/queries/",
            "/reviews/",
            "/evidence/",
            "/evidence/depression/",
            "/evidence/ptsd/plain/",
            "/sites/site-1/",
            "/sites/site-1/contacts/",
            "/sites/site-1/callers/",
            "/follow-up/",
            "/sites/site-1/on-call/",
            "/sites/site-1/on-call/?form=duty_rota",
            "/sites/site-1/kits/",
            "/patterns/",
        ],
        "physician": [
            "/participants/NO-07/file/dose_authorization/?visit=dosing&cycle=1",
            f"{about}/session/touch/",
            "/participants/NO-07/file/vitals/?visit=dosing&cycle=1",
            f"{about}/file/adverse_event/",
            f"{about}/records/{last['safety_call']}/danger/",
            f"{about}/records/{last['safety_call']}/danger/take/",
            f"{about}/records/{corrected}/",
            f"{about}/records/{corrected}/correct/",
            "/logs/adverse_event/",
            "/logs/deviation/",
            "/participants/NO-09/screening/",
            "/participants/NO-09/screening/medicines/",
            "/participants/NO-09/screening/plan/",
        ],
        "principal_investigator": [
            f"{about}/records/{last['madrs']}/sign/",
            f"{about}/review/casebook/",
            f"{about}/consent/",
            f"{about}/consent/es/",
        ],
        "therapist": [
            "/caseload/",
            "/sites/site-1/kits/?form=kit_quarantine",
            "/sites/site-1/devices/?new",
            *(f"/participants/NO-06/session/{part}" for part in ("", "paper/", "summary/")),
            *(f"/participants/NO-05/{part}" for part in ("integration/", "recall/1/")),
        ],
        "fidelity_lead": ["/fidelity/"],
        "fidelity_rater": ["/fidelity/"],
        "monitor": [f"{about}/records/{last['vitals']}/query/", f"{about}/records/{last['vitals']}/"],
        "administrator": ["/protocol/", "/protocol/write/"],
        "compliance": ["/complaints/"],
        "rater": ["/", f"{about}/", f"{about}/file/madrs/?visit=month_7"],
    }


STAFF = "coordinator physician principal_investigator therapist monitor administrator compliance rater"
ROLES = [*STAFF.split(), "fidelity_lead", "fidelity_rater"]


@pytest.mark.parametrize("role", ROLES)
def test_axe_finds_nothing_on_a_page_of_the_staff(role: str, demo: Player, window: Windows) -> None:
    one = window()
    one.log_in(f"{role}-1")
    assert [found for path in staff_pages(demo)[role] for found in found_on(one, path)] == []


def test_axe_finds_nothing_on_the_log_in_nor_on_a_page_that_is_not_there(demo: Player, window: Windows) -> None:
    one = window()
    found = found_on(one, "/account/login/")
    one.log_in("coordinator-1")
    assert [*found, *found_on(one, "/participants/NOBODY/")] == []


def test_axe_finds_nothing_on_the_participants_site(demo: Player, window: Windows) -> None:
    one = window("participant.localhost")
    found = [*found_on(one, "/help/"), *found_on(one, "/account/login/")]
    found += [*found_on(one, "/account/link/"), *found_on(one, "/concern/")]
    one.log_in("participant-1")
    for path in ("/experience/", "/reminders/", "/way/", "/entering/", "/choices/follow_up_wish/"):
        found += found_on(one, path)
    for path in (
        "/",
        "/answer/subjective_effects/",
        "/diary/",
        "/sent/",
        "/medicines/",
        "/touch/?language=es",
        "/learn/en/",
        "/learn/es/risks/",
    ):
        found += found_on(one, path)
    assert found == []
    assert OWN not in one.page.content()


def test_axe_finds_nothing_on_the_pages_of_integration(demo: Player, window: Windows) -> None:
    one = window("participant.localhost")
    one.log_in(integrating.PERSON)
    paths = ("/goals/", "/ready/", "/practices/?language=es", "/sessions/", "/sessions/1/")
    assert [found for path in paths for found in found_on(one, path)] == []


def test_axe_finds_nothing_on_a_form_with_errors(demo: Player, window: Windows) -> None:
    one = window()
    one.log_in("physician-1")
    page = one.open("/participants/NO-07/file/vitals/?visit=dosing&cycle=1")
    page.fill("#v-systolic", "1200")
    page.locator("form.entry button.primary").click()
    page.wait_for_selector("#problems")
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        assert violations(page) == []


@pytest.mark.parametrize("width", [1280, 390])
def test_axe_finds_nothing_in_a_protocol_text(browser: Browser, width: int) -> None:
    page = browser.new_page(viewport={"width": width, "height": 800})
    page.set_content(protocol_html(protocol_text(find_study("mapp1")), training=True))
    assert violations(page) == []
    page.close()


def test_axe_finds_nothing_on_the_longest_page_of_the_evidence(demo: Player, window: Windows) -> None:
    """Once by night on a telephone: its parts are those of the shorter pages, and axe takes long over it."""
    one = window()
    one.log_in("coordinator-1")
    page = one.open("/evidence/ptsd/?without=charleston")
    page.emulate_media(color_scheme="dark")
    page.set_viewport_size(SIZES[-1])
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0


@pytest.mark.parametrize("width", [1280, 390])
def test_axe_finds_nothing_in_a_report_on_the_evidence(browser: Browser, width: int) -> None:
    page = browser.new_page(viewport={"width": width, "height": 800})
    page.set_content(report_html(condition_report(evidence(), "depression", "1")))
    assert violations(page) == []
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0
    page.close()


def test_the_summary_of_a_session_prints_on_two_pages(demo: Player, window: Windows) -> None:
    one = window()
    one.log_in("physician-1")
    printed = one.open("/participants/NO-06/session/summary/").pdf(format="A4")
    assert len(re.findall(rb"/Type\s*/Page\b", printed)) == 2
