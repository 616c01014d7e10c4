"""Saved lists: a person's own, found again wherever they log in, and never more than a question."""

import re

import pytest
from tests.doors.hands import Hands
from tests.web.conftest import Log, text_of

LOG = "/logs/adverse_event/"
ASKED = "v-serious=yes&sort=-participant"


@pytest.fixture
def event(norway: Hands) -> None:
    norway.contact()
    values = {"term": "Fall", "onset": norway.now.isoformat(), "grade": 2, "serious": False}
    norway.file("physician", "adverse_event", values)


@pytest.fixture(autouse=True)
def nothing_saved(site: None) -> None:
    from triptych.web.saved import SavedList

    SavedList.objects.all().delete()


def links(page: str) -> dict[str, str]:
    """The saved lists on a page, address by name."""
    kept = re.search(r'<ul aria-label="Saved lists">.*?</ul>', page, re.DOTALL)
    found = re.findall(r'<a href="([^"]*)"[^>]*>([^<]*)</a>', kept[0]) if kept else []
    return {name: address.replace("&amp;", "&") for address, name in found}


def save(client, name="Serious", query=ASKED, path=LOG):
    return client.post("/saved/", {"path": path, "query": query, "name": name}, follow=True)


def test_a_list_is_saved_by_name_found_at_another_log_in_replaced_and_forgotten(event: None, log_in: Log) -> None:
    answer = save(log_in("physician"))
    assert answer.redirect_chain == [(f"{LOG}?{ASKED}", 302)]
    assert "Saved as “Serious”." in text_of(answer)

    elsewhere = log_in("physician")
    assert links(text_of(elsewhere.get(LOG))) == {"Serious": f"?{ASKED}"}
    assert links(text_of(elsewhere.get("/logs/contact/"))) == {}
    save(elsewhere, query="v-serious=no&page=3&format=csv")
    assert links(text_of(elsewhere.get(LOG))) == {"Serious": "?v-serious=no"}

    (number,) = re.findall(r'name="saved" value="(\d+)"', text_of(elsewhere.get(LOG)))
    assert log_in("monitor").post("/saved/forget/", {"saved": number}).status_code == 404
    assert elsewhere.post("/saved/forget/", {"saved": number}).headers["Location"] == LOG
    assert links(text_of(elsewhere.get(LOG))) == {}


def test_saved_lists_are_seen_by_their_owner_alone(event: None, log_in: Log) -> None:
    save(log_in("physician"))
    assert "Serious</a>" not in text_of(log_in("monitor").get(LOG))


def test_the_page_offers_to_save_what_is_filtered_or_sorted(event: None, log_in: Log) -> None:
    client = log_in("physician")
    assert "Save this list as" not in text_of(client.get(LOG))
    page = text_of(client.get(f"{LOG}?sort=participant"))
    assert 'name="query" value="sort=participant"' in page


@pytest.mark.parametrize("path", ["/casebook/", "//example.org/logs/adverse_event/", "https://example.org/", "", "x"])
def test_only_a_list_of_this_site_can_be_saved(event: None, log_in: Log, path: str) -> None:
    assert log_in("physician").post("/saved/", {"path": path, "query": "", "name": "x"}).status_code == 404


@pytest.mark.parametrize(
    ("name", "query", "reason"),
    [("", ASKED, "up to 60"), ("x" * 61, ASKED, "up to 60"), ("x", "participant=" + "x" * 2000, "too long")],
)
def test_what_cannot_be_saved_is_said(event: None, log_in: Log, name: str, query: str, reason: str) -> None:
    client = log_in("physician")
    assert reason in text_of(save(client, name, query))
    assert links(text_of(client.get(LOG))) == {}


def test_a_person_saves_a_bounded_number(event: None, log_in: Log) -> None:
    client = log_in("physician")
    for number in range(20):
        save(client, f"List {number:02}")
    assert "Forget one first" in text_of(save(client, "One more"))
    assert "Saved as" in text_of(save(client, "List 03", "v-serious=no"))
    assert len(links(text_of(client.get(LOG)))) == 20


def test_a_hostile_name_is_text(event: None, log_in: Log) -> None:
    page = text_of(save(log_in("physician"), "<script>x()</script>\0"))
    assert "<script>x()" not in page
    assert "&lt;script&gt;x()&lt;/script&gt;" in page
