"""The taper plan: a participant sees no wash-out before everybody has signed, and all of it begins with a warning."""

import re
from typing import Any

import pytest
from tests.doors.hands import Hands
from tests.readability import flesch_kincaid_grade
from tests.web.conftest import Log, text_of
from tests.web.routes import client_of
from tests.web.test_words import english_in

from triptych.ledger import Filed

OWN, OWN_PDF = "/medicines/", "/medicines/pdf/"
PLAN = "/participants/P-1/screening/plan/"
HOST = {"host": "participant.localhost"}
DAY = "2026-04-20"
WARNING = "Do not stop or change any medicine on your own. Call 11 22 33 44 (The doctor on duty)."
STOPPED = {"name": "sertraline", "ongoing": False, "last_taken_on": "2026-02-28", "prescriber": "Dr. Lind"}


@pytest.fixture
def trial(norway: Hands) -> Hands:
    """A participant with a log-in of their own who has agreed, with medicines on an affirmed list."""
    norway.contact()
    norway.born()
    norway.agree()
    norway.file("physician", "medicine", {"name": "venlafaxine", "ongoing": True, "prescriber": "Dr. Lind"})
    norway.file("physician", "medicine", STOPPED)
    norway.file("physician", "medicine", {"name": "ritonavir", "ongoing": True})
    norway.file("physician", "medicine_review", {"complete": True})
    reached = {"who": "The doctor on duty", "phone": "11 22 33 44", "any_hour": True, "tried_on": "2026-03-01"}
    norway.administer("site_help", reached, site="site-1")
    own = {"person": "participant-1", "role": "participant", "blinding": "blinded", "participant": "P-1"}
    norway.administer("grant", own)
    return norway


def written(trial: Hands, **more: Any) -> str:
    screened = trial.trial.system_view().screened("P-1", _day())
    assert screened is not None
    values = {
        "planned_on": DAY,
        "how": "Half for a week, then none",
        "watch": "A call every second day by the therapist",
    }
    values |= {"contact": "Site office, 22 00 00 00", "prescriber": "Dr. Lind", "shown": screened.medicines_shown}
    outcome = trial.file("physician", "taper_plan", values | more)
    assert isinstance(outcome, Filed)
    return outcome.record.id


def _day() -> Any:
    from datetime import date

    return date.fromisoformat(DAY)


def sign(trial: Hands, record: str, role: str) -> None:
    from triptych.ledger import Actor

    seen = trial.trial.view(Actor(person=f"{role}-1", role=role)).records("P-1")
    shown = next(one.shown for one in seen if one.id == record)
    signed = trial.file(role, "signature", {"about": record, "meaning": "approval", "shown": shown})
    assert isinstance(signed, Filed)


def on_paper(trial: Hands, record: str) -> None:
    agreed = {"about": record, "name": "Dr. Lind", "signed_on": "2026-03-02", "where": "Binder 4"}
    assert isinstance(trial.file("physician", "prescriber_agreement", agreed), Filed)


def own_page() -> str:
    return text_of(client_of("participant-1").get(OWN, headers=HOST))


def sees_a_washout() -> bool:
    page = own_page()
    assert "Do not stop or change any medicine on your own" in page
    pdf = client_of("participant-1").get(OWN_PDF, headers=HOST).status_code
    shown = "sertraline" in page
    assert pdf == (200 if shown else 404)
    return shown


@pytest.mark.requirement("SAF-09")
def test_nothing_is_shown_to_a_participant_until_everybody_has_signed(trial: Hands) -> None:
    assert not sees_a_washout()
    record = written(trial)
    assert not sees_a_washout()
    sign(trial, record, "physician")
    assert not sees_a_washout()
    on_paper(trial, record)
    assert sees_a_washout()
    page = own_page()
    assert page.index(WARNING) < page.index("sertraline")
    assert "The waiting time ends on 14 Mar 2026" in page or "The waiting time ended on 14 Mar 2026" in page
    assert "Keep taking it until Dr. Lind tells you how to come off it." in page
    assert "There is no day yet." in page
    assert "It is never stopped for a study." in page.split("<h2>ritonavir</h2>")[1].split("<h2>")[0]
    spanish = text_of(client_of("participant-1").get(f"{OWN}?language=es", headers=HOST))
    assert english_in(spanish) == []
    assert "No deje ni cambie ninguna medicina por su cuenta. Llame al 11 22 33 44" in spanish
    assert re.search(r"La espera (termina|terminó) el 14 mar 2026", spanish)
    assert '<p lang="en">Half for a week, then none</p>' in spanish


@pytest.mark.parametrize("second", ["physician", "none", "account"])
def test_two_people_sign_and_one_person_never_counts_twice(trial: Hands, second: str) -> None:
    record = written(trial, **({"account": "physician-1"} if second == "physician" else {"account": "therapist-1"}))
    sign(trial, record, "physician")
    if second == "physician":
        sign(trial, record, "physician")
    if second == "account":
        sign(trial, record, "therapist")
    assert sees_a_washout() is (second == "account")


CHANGES: list[tuple[str, dict[str, Any]]] = [
    ("medicine", {"name": "ibuprofen", "ongoing": True}),
    ("consent", {"version": "2", "agreed": False}),
    ("treatment_stop", {"why": "participant"}),
    ("taper_call", {"going": "Badly", "withdrawal_signs": True, "low_mood": False}),
    ("taper_call", {"going": "Badly", "withdrawal_signs": False, "low_mood": True}),
    ("cssrs", {"ideation": 2, "behavior": False}),
]


@pytest.mark.requirement("SAF-09")
@pytest.mark.parametrize(("form", "values"), CHANGES, ids=[f"{f}-{n}" for n, (f, _) in enumerate(CHANGES)])
def test_a_plan_falls_when_what_it_rests_on_changes_or_the_taper_goes_badly(
    trial: Hands, log_in: Log, form: str, values: dict[str, Any]
) -> None:
    record = written(trial)
    sign(trial, record, "physician")
    on_paper(trial, record)
    assert sees_a_washout()
    where = {"visit": "screening"} if form == "cssrs" else {"visit": "preparation_1"} if form == "taper_call" else {}
    assert isinstance(trial.file("physician", form, values, **where), Filed)
    assert not sees_a_washout()
    page = text_of(log_in("physician").get(PLAN))
    assert "Not in force: the participant sees nothing of it" in page
    assert log_in("physician").get(f"{PLAN}pdf/").status_code == 404


def test_a_last_dose_that_was_taken_changes_no_plan_and_gives_its_day(trial: Hands) -> None:
    record = written(trial)
    sign(trial, record, "physician")
    on_paper(trial, record)
    seen = trial.trial.system_view().records("P-1")
    taken = next(one for one in seen if one.values.get("name") == "venlafaxine")
    stopped = {"name": "venlafaxine", "ongoing": False, "last_taken_on": "2026-03-01", "prescriber": "Dr. Lind"}
    trial.file("physician", "medicine", stopped, corrects=taken.id, reason="Taper finished")
    trial.file("physician", "medicine_review", {"complete": True})
    assert sees_a_washout()
    assert "Your last dose was on 1 Mar 2026" in own_page()


def test_without_a_number_to_call_nothing_is_shown_or_printed(norway: Hands, log_in: Log) -> None:
    norway.contact()
    norway.born()
    norway.agree()
    norway.file("physician", "medicine", STOPPED)
    norway.file("physician", "medicine_review", {"complete": True})
    norway.administer(
        "grant", {"person": "participant-1", "role": "participant", "blinding": "blinded", "participant": "P-1"}
    )
    record = written(norway)
    sign(norway, record, "physician")
    on_paper(norway, record)
    assert not sees_a_washout()
    assert log_in("physician").get(f"{PLAN}pdf/").status_code == 404
    assert log_in("physician").get("/participants/P-1/screening/pdf/").status_code == 404
    assert "No number to call is on record" in text_of(log_in("physician").get("/participants/P-1/screening/"))


def test_the_papers_are_tagged_pdfs_and_the_physician_writes_and_prints(trial: Hands, log_in: Log) -> None:
    client = log_in("physician")
    page = text_of(client.get(f"{PLAN}?on={DAY}"))
    assert "Write the plan for 20 Apr 2026" in page
    from tests.web.test_screening import hidden

    sent = {**hidden(page), "occurred_at": trial.now.strftime("%Y-%m-%dT%H:%M")}
    sent |= {"v-how": "Half", "v-watch": "Calls", "v-contact": "Office 22", "v-prescriber": "Dr. Lind"}
    assert client.post(f"{PLAN}?on={DAY}", sent).status_code == 302
    record = next(one.id for one in trial.trial.system_view().records("P-1") if one.form == "taper_plan")
    sign(trial, record, "physician")
    on_paper(trial, record)
    for path, language in ((f"{PLAN}pdf/?language=es", b"es"), (f"/participants/P-1/screening/pdf/?on={DAY}", b"en")):
        made = client.get(path)
        assert b"/Lang(%b)" % language in made.content
        assert (made.status_code, made["Content-Type"], made.content[:5]) == (200, "application/pdf", b"%PDF-")
        assert b"/MarkInfo" in made.content
    assert log_in("rater").get(PLAN).status_code == 404
    assert log_in("coordinator").post(PLAN, sent).status_code == 404


def test_what_a_participant_reads_of_medicines_is_plain() -> None:
    from triptych.web.papers import rights, stops
    from triptych.web.words import all_words

    say = all_words()["en"].say
    assert flesch_kincaid_grade(" ".join((*stops(say), *rights(say), say["plan_never_stop"]))) <= 8


def test_the_plan_is_not_kept_for_when_there_is_no_network() -> None:
    from triptych.web.templating import HERE

    assert 'path.startsWith("/medicines/")) return' in (HERE / "static" / "worker.js").read_text("utf-8")
