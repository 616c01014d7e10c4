"""One participant from the first contact to the last follow-up, through the pages alone, by everybody who takes part.

The steps are those of the scenario that the study ships with; each is done where a person would do it.
"""

import json
import re
from collections import Counter
from datetime import datetime
from typing import Any

from playwright.sync_api import Locator, Page
from tests.browser.conftest import Watched, Windows
from tests.doors.hands import Hands

from triptych.cli.demo import PASSWORD, STUDY
from triptych.cli.scenario import Line, read_lines, unmet
from triptych.ledger import Filed, Seen
from triptych.ledger.library import study_folder
from triptych.study import Item

DECISIONS = ("signature", "screening_confirmation", "dose_check", "dose_authorization", "dose_administration")
SCENARIO = study_folder(STUDY) / "scenarios" / "whole-course.jsonl"


def press(link: Locator) -> None:
    """Press what leads to another page, and wait until that page is there: the one before it may look much the same."""
    with link.page.expect_navigation():
        link.click()


class Walk:
    """Does each line of a scenario on the pages, as the person of its role."""

    def __init__(self, hands: Hands, window: Windows) -> None:
        self.hands, self.window = hands, window
        self.windows: dict[str, Watched] = {}
        self.named: dict[str, str] = {}
        self.times = Counter[str]()
        self.zone = hands.trial.system_view().zone()

    def page(self, role: str) -> Watched:
        """The window of a role's person, logged in once, and again when the session has run out."""
        if role not in self.windows:
            self.windows[role] = self.window()
            self.windows[role].log_in(f"{role}-1")
        return self.windows[role]

    def records(self, participant: str) -> tuple[Seen, ...]:
        return self.hands.trial.system_view().records(participant)

    def do(self, line: Line) -> None:
        """File one line, and see that exactly one record came of it."""
        assert line.form is not None
        assert line.role is not None
        assert line.participant is not None
        assert line.occurred_at is not None
        self.hands.player.clock.now = max(self.hands.now, line.occurred_at)
        self.times[line.form] += 1
        if line.whole or line.role == "participant" or self.is_known(line):
            self.by_the_door(line)
            return
        before = {seen.id for seen in self.records(line.participant)}
        window = self.page(line.role)
        self.open(window, line)
        self.fill(window.page, line)
        press(window.page.locator("main form[method=post] button").last)
        made = [s for s in self.records(line.participant) if s.id not in before and s.form == line.form]
        assert len(made) == 1, (line, window.page.locator("main").inner_text()[:800])
        assert made[0].status == "filed", (line, made)
        if line.id:
            self.named[line.id] = made[0].root

    def is_known(self, line: Line) -> bool:
        """Whether a line is entered like two before it: of a form seen twice, about no other record, no decision."""
        alone = not (line.corrects or "about" in line.values or line.form in DECISIONS)
        return alone and self.times[line.form or ""] > 2

    def by_the_door(self, line: Line) -> None:
        """File one line as a program would: the pages of participants and of the consent have tests of their own."""
        step = self.hands.player.also(line)
        if line.id and isinstance(step.outcome, Filed):
            self.named[line.id] = step.outcome.record.id

    def open(self, window: Watched, line: Line) -> None:
        """Go to the page on which a person does this."""
        base = f"/participants/{line.participant}"
        about = self.named.get(str(line.values.get("about", "")), "")
        match line.form:
            case "first_contact":
                press(window.open("/").get_by_role("link", name="Record a first contact"))
                window.page.fill("#participant", line.participant or "")
            case "signature":
                press(window.open(f"{base}/records/{about}/").get_by_role("link", name="Sign").first)
                window.page.fill("input[name=password]", PASSWORD)
            case "screening_confirmation":
                window.open(f"{base}/screening/?on={line.values['planned_on']}")
                window.page.locator("details.confirm > summary").click()
                window.page.fill("input[name=password]", PASSWORD)
            case "dose_check":
                window.open(f"{base}/session/dose-check/")
                window.page.check(f"[name=person][value='{line.role}-1']")
                window.page.fill("#pin", PASSWORD)
            case "query":
                window.open(f"{base}/records/{about}/query/?item={line.values.get('item', '')}")
            case "query_answer" | "query_close":
                verb = "answer" if line.form == "query_answer" else "close"
                window.open(f"{base}/queries/{about}/{verb}/")
            case _ if line.corrects:
                window.open(f"{base}/records/{self.named[line.corrects]}/")
                press(window.page.get_by_role("link", name="Correct").first)
            case _:
                self.follow(window, line, base)

    def follow(self, window: Watched, line: Line, base: str) -> None:
        """The link to a form: from its visit, or from what may be recorded at any time."""
        page = window.open(f"{base}/")
        named = {"visit": line.visit, "cycle": line.cycle}
        place = "&".join(f"{key}={value}" for key, value in named.items() if value)
        path = f"{base}/file/{line.form}/" + (f"?{place}" if place else "")
        link = page.locator(f'a[href="{path}"]').first
        if link.count():
            if not link.is_visible():
                link.locator("xpath=ancestor::details[1]/summary").click()
            press(link)
        else:
            window.open(path)

    def fill(self, page: Page, line: Line) -> None:
        """Type the answers of a line into the form that is open, and when it happened."""
        assert line.occurred_at is not None
        if page.locator("#occurred_at").count():
            page.fill("#occurred_at", line.occurred_at.astimezone(self.zone).strftime("%Y-%m-%dT%H:%M"))
        form = self.hands.study.forms[line.form or ""]
        for item in form.items:
            if item.id in line.values and item.derived is None:
                self.answer(page, item, line.values[item.id])
        if line.corrects:
            page.fill("#v-reason", line.reason or "")
        if page.locator("main input[name=password]").count():
            page.fill("main input[name=password]", PASSWORD)

    def answer(self, page: Page, item: Item, value: Any) -> None:
        """One answer, by the field that the document makes for it."""
        field, name = f"#v-{item.id}", f"v-{item.id}"
        fields = page.locator(f"[name='{name}']:not([type=hidden]), [name='m-{item.id}']")
        if item.type == "record" and page.locator(f"select[name='{name}']").count():
            page.select_option(f"select[name='{name}']", self.named[value])
        elif item.type == "record" or not fields.count():
            return  # the page knows what it is about
        elif isinstance(value, dict):
            page.select_option(f"[name='m-{item.id}']", value["missing"])
        elif item.type == "boolean":
            page.check(f"[name='{name}'][value='{'yes' if value else 'no'}']")
        elif item.type in ("code", "codes") or page.locator(f"select[name='{name}']").count():
            for code in value if isinstance(value, list) else [value]:
                self.choose(page, name, code)
        elif item.type == "datetime":
            page.fill(field, datetime.fromisoformat(value).astimezone(self.zone).strftime("%Y-%m-%dT%H:%M"))
        else:
            page.fill(field, str(value))

    def choose(self, page: Page, name: str, code: str) -> None:
        if page.locator(f"select[name='{name}']").count():
            page.select_option(f"select[name='{name}']", code)
        else:
            page.check(f"[name='{name}'][value='{code}']")


def test_a_participant_is_walked_from_the_first_contact_to_the_last_follow_up(empty: Hands, window: Windows) -> None:
    walk = Walk(empty, window)
    lines = read_lines(SCENARIO.read_text("utf-8"))
    filed = 0
    for line in lines:
        if line.form is not None:
            walk.do(line)
            filed += 1
        elif line.now is not None:
            empty.player.clock.now = max(empty.now, line.now)
        elif line.expect is not None:
            course = empty.player.course("NO-01")
            assert course is not None
            assert list(unmet(line.expect, course)) == []
    assert filed > 100
    page = walk.page("coordinator").open("/")
    assert re.search(r"Ended: 1", page.locator("main").inner_text())
    assert not [seen for seen in walk.records("NO-01") if seen.status == "held"]
    assert json.dumps(sorted({seen.actor for seen in walk.records("NO-01")})).count("-1") >= 6
