"""Lists: filtered, sorted and paged as the address asks, and the same as CSV that no spreadsheet runs."""

import csv
import io
import re
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.doors.hands import Hands
from tests.web.conftest import Log, text_of

from triptych.ledger import Filed

HELSINKI = ZoneInfo("Europe/Helsinki")
ACTIVE = set("=+-@\t\r＝＋－＠")


def table(answer: Any) -> list[list[str]]:
    """A CSV answer as rows."""
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert answer["Content-Disposition"].startswith("attachment; filename=")
    return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))


def written(*values: object, **more: Any) -> list[str]:
    """Values of one column as they stand in the file."""
    from triptych.web.listing import Column, csv_of

    column = Column[object](id="x", title="X", read=lambda row: row, **more)
    return [row[0] if row else "" for row in table(csv_of([column], values, HELSINKI, "x"))[1:]]


@pytest.fixture
def events(norway: Hands) -> list[str]:
    """Adverse events of two participants, a minute apart; the second person's name sorts first."""
    for person in ("P-2", "P-1"):
        norway.contact(person)
    found = []
    for person, term, grade, serious in (
        ("P-2", "Headache", 1, False),
        ("P-1", "=HYPERLINK(0)", 3, True),
        ("P-1", "Ångest, nausea", {"missing": "unknown"}, {"missing": "unknown"}),
    ):
        values = {"term": term, "onset": norway.now.isoformat(), "grade": grade, "serious": serious}
        if serious is True:
            values |= {"criteria": ["important"], "relation": "related"}
        outcome = norway.file("physician", "adverse_event", values, person)
        assert isinstance(outcome, Filed), outcome
        found.append(outcome.record.id)
    return found


def terms(page: str) -> list[str]:
    """The events that a page lists, in its order."""
    return re.findall(r"Headache|=HYPERLINK|Ångest", page.partition("<tbody>")[2])


LOG = "/logs/adverse_event/"


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("", ["Ångest", "=HYPERLINK", "Headache"]),
        ("v-serious=yes", ["=HYPERLINK"]),
        ("v-serious=no", ["Headache"]),
        ("v-serious=unknown", ["Ångest"]),
        ("v-relation=-", ["Ångest", "Headache"]),
        ("v-criteria=important", ["=HYPERLINK"]),
        ("v-grade=3", ["=HYPERLINK"]),
        ("participant=P-2", ["Headache"]),
        ("participant=P-9&v-serious=x&sort=nothing&page=77", ["Ångest", "=HYPERLINK", "Headache"]),
        ("happened-to=2026-03-01", []),
        ("happened-from=2026-03-02&happened-to=2026-03-02", ["Ångest", "=HYPERLINK", "Headache"]),
        ("happened-from=2026-02-31", ["Ångest", "=HYPERLINK", "Headache"]),
        ("sort=v-term", ["=HYPERLINK", "Headache", "Ångest"]),
        ("sort=-v-grade", ["=HYPERLINK", "Headache", "Ångest"]),
        ("sort=v-grade", ["Headache", "=HYPERLINK", "Ångest"]),
        ("sort=happened", ["Headache", "=HYPERLINK", "Ångest"]),
    ],
)
def test_a_log_is_filtered_and_sorted_as_its_address_asks(
    events: list[str], log_in: Log, query: str, wanted: list[str]
) -> None:
    client = log_in("physician")
    assert terms(text_of(client.get(f"{LOG}?{query}"))) == wanted
    rows = table(client.get(f"{LOG}?{query}&format=csv"))[1:]
    assert [row[3].strip("'")[:4] for row in rows] == [name[:4] for name in wanted]


def test_a_sorted_column_says_so_and_turns_round(events: list[str], log_in: Log) -> None:
    page = text_of(log_in("physician").get(f"{LOG}?sort=participant&v-serious=yes"))
    assert page.count("aria-sort") == 1
    head = re.search(r'<th scope="col" aria-sort="ascending"><a href="([^"]*)">Participant', page)
    assert head is not None
    assert head[1] == "?v-serious=yes&amp;sort=-participant"
    assert re.search(r'<label for="f-v-serious">Serious', page)
    assert '<option value="yes" selected>yes</option>' in page


def test_the_file_has_units_missing_codes_and_the_sites_time(norway: Hands, events: list[str], log_in: Log) -> None:
    head, *rows = table(log_in("physician").get(f"{LOG}?format=csv&sort=happened"))
    assert head[:4] == ["Participant", "Site", "Happened", "What happened"]
    by_head = [dict(zip(head, row, strict=True)) for row in rows]
    assert [row["Severity grade"] for row in by_head] == ["1", "3", "unknown"]
    assert [row["Relation to the study drug"] for row in by_head] == ["", "Reasonable possibility", ""]
    assert by_head[1]["What happened"] == "'=HYPERLINK(0)"
    assert datetime.fromisoformat(by_head[0]["Happened"]).astimezone(UTC).date().isoformat() == "2026-03-02"
    assert re.search(r"\+0[12]:00$", by_head[0]["Happened"])


def test_what_was_entered_in_error_or_corrected_away_is_not_listed(
    norway: Hands, events: list[str], log_in: Log
) -> None:
    norway.file("physician", "entered_in_error", {"about": events[0], "why": "Another person's"}, "P-2")
    values = {"term": "Fall", "onset": norway.now.isoformat(), "grade": 2, "serious": False}
    norway.file("physician", "adverse_event", values, corrects=events[1], reason="Term")
    page = text_of(log_in("physician").get(LOG))
    assert terms(page) == ["Ångest"]
    assert "Fall" in page


def test_long_lists_come_in_pages_and_the_file_has_every_line() -> None:
    from django.http import QueryDict

    from triptych.web.listing import Column, Listing

    columns = [Column[int](id="n", title="N", read=lambda row: row, unit="mg")]
    rows = list(range(25))
    listing = Listing(columns, rows, QueryDict("sort=-n&page=3"), HELSINKI, most=10)
    assert (listing.page, listing.pages, listing.rows) == (3, 3, [4, 3, 2, 1, 0])
    assert [len(row) for row in table(listing.csv("n"))] == [1] * 26
    assert table(listing.csv("n"))[:2] == [["N (mg)"], ["24"]]
    assert listing.at(2) == "?sort=-n&page=2"
    assert (listing.direction(columns[0]), listing.sorting(columns[0])) == ("descending", "?sort=n")
    assert (listing.is_filtered, listing.as_csv) == (False, "?sort=-n&format=csv")
    assert listing.as_query == "sort=-n"


@given(st.lists(st.text(), max_size=8))
def test_every_text_comes_back_and_none_is_a_formula(texts: list[str]) -> None:
    cells = written(*texts)
    assert [cell.removeprefix("'") for cell in cells] == texts
    assert not [cell for cell in cells if cell.lstrip()[:1] in ACTIVE]


@given(st.lists(st.integers() | st.floats(allow_nan=False, allow_infinity=False)))
def test_every_number_stays_the_number_it_is(numbers: list[float]) -> None:
    assert [float(cell) for cell in written(*numbers)] == [float(number) for number in numbers]


def test_answers_stand_as_they_are_shown_and_missing_codes_as_themselves() -> None:
    at = datetime(2026, 7, 1, 9, 30, tzinfo=UTC)
    choices = (("a", "Alpha"), ("b", "-Beta"))
    assert written("a", "b", ["a", "b"], {"missing": "asked-declined"}, None, choices=choices) == [
        "Alpha",
        "'-Beta",
        "Alpha; -Beta",
        "asked-declined",
        "",
    ]
    assert written(True, False, at, at.date()) == ["yes", "no", "2026-07-01T12:30:00+03:00", "2026-07-01"]


@pytest.mark.requirement("GCP-02")
def test_queries_are_picked_by_status_age_and_participant_and_say_who_is_next(norway: Hands, log_in: Log) -> None:
    asked = {}
    for person, days in (("P-2", 0), ("P-1", 9)):
        norway.later(days=days)
        norway.contact(person)
        contact = norway.trial.system_view().records(person)[0]
        for text in ("First?", "Second?"):
            outcome = norway.file("monitor", "query", {"about": contact.id, "text": f"{person} {text}"}, person)
            assert isinstance(outcome, Filed)
            asked[person, text] = outcome.record.id
    norway.file("physician", "query_answer", {"about": asked["P-2", "First?"], "text": "Yes"}, "P-2")
    norway.file("physician", "query_answer", {"about": asked["P-1", "First?"], "text": "Yes"}, "P-1")
    norway.file("monitor", "query_close", {"about": asked["P-1", "First?"]}, "P-1")
    norway.later(days=20)
    client = log_in("monitor")

    def listed(query: str) -> list[str]:
        return [row[4] for row in table(client.get(f"/queries/?format=csv&{query}"))[1:]]

    assert listed("") == ["P-2 First?", "P-2 Second?", "P-1 Second?", "P-1 First?"]
    assert listed("status=open") == ["P-2 Second?", "P-1 Second?"]
    assert listed("participant=P-1") == ["P-1 Second?", "P-1 First?"]
    assert listed("age=21") == ["P-2 First?", "P-2 Second?"]
    assert listed("sort=age&form=first_contact")[0] == "P-1 First?"
    head, *rows = table(client.get("/queries/?format=csv"))
    told = {row[4]: dict(zip(head, row, strict=True)) for row in rows}
    assert (told["P-1 First?"]["Age (d)"], told["P-1 First?"]["Next"]) == ("0", "")
    assert "Monitor" in told["P-2 First?"]["Next"]
    assert "physician" in told["P-2 Second?"]["Next"].lower()
    people = text_of(client.get("/queries/")).split("By participant")[1].split("</table>")[0]
    assert re.findall(r">(P-\d)<", people) == ["P-2", "P-1"]


def test_the_casebook_is_given_as_a_file_of_statuses(norway: Hands, log_in: Log) -> None:
    norway.contact()
    norway.file("physician", "vitals", {"systolic": 120, "diastolic": 80}, visit="screening")
    head, row = table(log_in("coordinator").get("/casebook/?format=csv"))
    assert head[:3] == ["Participant", "Site", "Phone screening"]
    assert row[:2] == ["P-1", "site-1"]
    assert set(row[2:]) <= {"planned", "open", "done", "out of window", "missed", "skipped", "hidden"}


@pytest.mark.requirement("CRL-01")
@pytest.mark.requirement("CRL-02")
def test_an_effect_seen_in_a_session_is_in_the_listing_of_events_until_and_after_it_is_assessed(
    norway: Hands, log_in: Log
) -> None:
    norway.contact()
    seen: Any = norway.file("therapist", "effect", {"kind": "euphoria", "intensity": "strong", "valence": "welcome"})
    client, defined = log_in("physician"), norway.study.document.adverse_event

    def listed() -> dict[str, str]:
        head, row = table(client.get(f"{LOG}?kind=observed_effect&format=csv"))
        return dict(zip(head, row, strict=True))

    def tasks() -> set[str]:
        course = norway.player.course("P-1")
        assert course is not None
        return {task.id for task in course.tasks} & {"assess_effects", "report_serious"}

    page = text_of(client.get(LOG))
    assert defined is not None
    assert defined.code in page
    assert f"file/effect_assessment/?about={seen.record.id}" in page
    assert (listed()["What happened"], listed()["Assessment"]) == ("Euphoria", "Awaits assessment")
    assert tasks() == {"assess_effects"}
    norway.later(minutes=5)
    values = {"about": seen.record.id, "grade": 1, "serious": True, "relation": "related"}
    assert isinstance(norway.file("physician", "effect_assessment", values), Filed)
    assert (listed()["Assessment"], listed()["Serious (any criterion below)"]) == ("Assessed", "yes")
    assert tasks() == {"report_serious"}
    again = {"kind": "impairment", "intensity": "mild"}
    norway.file("therapist", "effect", again, corrects=seen.record.id, reason="Heard wrong")
    assert (listed()["What happened"], listed()["Strongest"]) == ("Impairment", "mild")
