"""The clock task: told at the instant, once, over restarts, and never of what is hidden."""

from datetime import UTC, datetime, timedelta

import pytest
from tests.doors.clocked import REPORT, Killed, Run, broken, hands_zone, serious
from tests.doors.hands import Hands, codes

from triptych.ledger import Actor, Filed, Refused
from triptych.ledger.clock import SYSTEM
from triptych.ledger.drafts import System
from triptych.ledger.reminders import WAITS


def test_a_reminder_is_sent_at_its_instant_and_once(on_each_store: Hands, run: Run) -> None:
    hands = on_each_store
    running = run(hands)
    due = serious(hands)
    running.at(due - timedelta(seconds=1))
    assert running.post.letters == []
    assert running.asked == 1
    running.at(due)
    (letter,) = running.post.letters
    assert letter.person == "physician-1"
    assert letter.lines == (f"P-1: Overdue: {REPORT} ({due.astimezone(hands_zone(hands)):%Y-%m-%d %H:%M %Z})",)
    running.at(due + timedelta(hours=2))
    running.task.woken()
    running.settled()
    assert len(running.post.letters) == 1
    (values,) = running.reminders()
    assert (values["task"], values["reached"], values["attempt"]) == ("report_serious", "physician-1", 1)


def test_pages_hear_of_what_time_alone_has_changed(hands: Hands, run: Run) -> None:
    running = run(hands)
    due = serious(hands)
    running.settled()
    assert running.pages == []
    running.at(due)
    assert frozenset({"P-1"}) in running.pages


def test_over_a_restart_nothing_is_sent_twice(on_each_store: Hands, run: Run) -> None:
    hands = on_each_store
    first = run(hands)
    first.at(serious(hands))
    first.task.stop()
    second = run(hands)
    second.at(hands.now + timedelta(hours=1))
    assert (len(first.post.letters), second.post.letters) == (1, [])


def test_what_fell_due_while_nothing_ran_is_sent_at_the_start(on_each_store: Hands, run: Run) -> None:
    hands = on_each_store
    hands.player.clock.now = serious(hands) + timedelta(days=2)
    assert len(run(hands).post.lines("physician-1")) == 1


def test_a_process_killed_before_it_sent_sends_after_its_restart(on_each_store: Hands, run: Run) -> None:
    hands = on_each_store
    first = run(hands, executor=Killed())
    first.at(serious(hands))
    first.task.stop()
    assert (first.post.letters, first.reminders()) == ([], [])
    assert len(run(hands).post.letters) == 1


def test_a_process_killed_after_it_sent_and_before_it_filed_sends_the_same_letter_again(
    hands: Hands, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = run(hands)
    due = serious(hands)
    first.settled()
    with monkeypatch.context() as patch:
        patch.setattr(first.trial, "file", broken)
        first.at(due)
        first.at(due + timedelta(minutes=5))
        assert len(first.post.letters) == 1  # it remembers what it sent, and tries only to file it
        first.task.stop()
    second = run(hands)
    assert [letter.id for letter in second.post.letters] == [letter.id for letter in first.post.letters]


def test_what_was_sent_is_filed_as_soon_as_the_ledger_takes_it(
    hands: Hands, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    running = run(hands)
    due = serious(hands)
    running.settled()
    with monkeypatch.context() as patch:
        patch.setattr(running.trial, "file", broken)
        running.at(due)
    assert running.reminders() == []
    running.at(due + timedelta(minutes=2))
    assert len(running.reminders()) == 1
    assert len(running.post.letters) == 1


def test_a_sender_that_fails_is_tried_again_for_those_not_reached_and_then_given_up(hands: Hands, run: Run) -> None:
    hands.administer("grant", {"person": "physician-2", "role": "physician", "blinding": "blinded"})
    running = run(hands)
    running.post.unreachable = {"physician-2"}
    now = serious(hands)
    running.at(now)
    for wait in WAITS:
        running.at(now + wait - timedelta(seconds=1))
        tries = running.post.tries
        now += wait
        running.at(now)
        assert running.post.tries == tries + 1
    running.at(now + timedelta(hours=12))
    found = running.reminders()
    assert [values["attempt"] for values in found] == [1, 2, 3, 4, 5]
    assert {values["not_reached"] for values in found} == {"physician-2"}
    assert [letter.person for letter in running.post.letters] == ["physician-1"]
    running.task.stop()
    assert run(hands).post.tries == 0


def test_a_sender_that_works_again_reaches_those_it_did_not(hands: Hands, run: Run) -> None:
    running = run(hands)
    running.post.unreachable = {"physician-1"}
    due = serious(hands)
    running.at(due)
    running.post.unreachable = set()
    running.at(due + WAITS[0])
    running.at(due + timedelta(hours=2))
    assert [letter.person for letter in running.post.letters] == ["physician-1"]
    assert [values.get("reached") for values in running.reminders()] == [None, "physician-1"]


def test_a_clock_that_is_set_back_sends_nothing_twice(on_each_store: Hands, run: Run) -> None:
    hands = on_each_store
    running = run(hands)
    due = serious(hands)
    running.at(due)
    running.at(due - timedelta(hours=3))
    running.at(due)
    running.at(due + timedelta(minutes=30))
    assert len(running.post.letters) == 1


def test_while_the_clock_is_behind_the_ledger_nothing_is_sent_and_nothing_is_lost(hands: Hands, run: Run) -> None:
    due = serious(hands)
    hands.player.clock.now = due + timedelta(hours=2)
    hands.file("physician", "observation", {"text": "Slept well"})
    late = hands.now
    hands.player.clock.now = due + timedelta(hours=1)
    running = run(hands)
    assert running.post.letters == []
    running.at(late)
    assert len(running.post.letters) == 1


def test_a_filing_that_brings_the_next_instant_forward_wakes_it(hands: Hands, run: Run) -> None:
    hands.contact()
    hands.file("physician", "vitals", {"systolic": 120}, visit="screening")
    running = run(hands)
    before = min(running.task._next.values())
    filed = hands.file("physician", "rescue_medicine", {"what": "Lorazepam 1 mg", "given_at": hands.now.isoformat()})
    assert isinstance(filed, Filed)
    running.settled()
    assert min(running.task._next.values()) <= before
    running.at(filed.record.occurred_at + timedelta(hours=24))
    assert any("rescue medicine" in line for line in running.post.lines("physician-1"))


def test_a_task_that_is_done_in_time_sends_nothing(hands: Hands, run: Run) -> None:
    running = run(hands)
    due = serious(hands)
    about = next(r.id for r in hands.trial.system_view().records("P-1") if r.form == "adverse_event")
    report = {"about": about, "reported_at": hands.now.isoformat(), "to": "Sponsor"}
    assert isinstance(hands.file("physician", "sponsor_report", report), Filed)
    running.at(due + timedelta(hours=1))
    assert running.post.letters == []


def test_only_people_whose_grant_is_in_force_are_told(hands: Hands, run: Run) -> None:
    gone = hands.administer("grant", {"person": "physician-2", "role": "physician", "blinding": "blinded"})
    elsewhere = {"person": "physician-3", "role": "physician", "blinding": "blinded", "site": "site-9"}
    hands.administer("grant", elsewhere)
    assert isinstance(gone, Filed)
    hands.administer("grant_removal", {"about": gone.record.id, "why": "Left"})
    running = run(hands)
    running.at(serious(hands))
    assert [letter.person for letter in running.post.letters] == ["physician-1"]


def test_a_role_that_nobody_holds_is_told_when_somebody_does(hands: Hands, run: Run) -> None:
    (grant,) = (g for g in hands.trial.grants_of("physician-1") if g.role == "physician")
    due = serious(hands)
    hands.administer("grant_removal", {"about": grant.id, "why": "Left"})
    running = run(hands)
    running.at(due)
    assert (running.post.letters, running.reminders()) == ([], [])
    hands.administer("grant", {"person": "physician-2", "role": "physician", "blinding": "blinded"})
    running.settled()
    assert [letter.person for letter in running.post.letters] == ["physician-2"]


def test_a_visit_is_told_of_when_its_window_opens_and_when_it_was_missed(hands: Hands, run: Run) -> None:
    running = run(hands)
    hands.contact()
    hands.file("physician", "vitals", {"systolic": 120}, visit="screening")
    course = hands.player.course("P-1")
    assert course is not None
    window = next(visit.window for visit in course.visits if visit.key == "dosing.1")
    assert window is not None
    zone = hands_zone(hands)
    opens = datetime.combine(window.opens, datetime.min.time(), zone).astimezone(UTC)
    closed = datetime.combine(window.closes + timedelta(days=1), datetime.min.time(), zone).astimezone(UTC)
    running.at(opens - timedelta(seconds=1))
    assert not any("Dosing" in line for line in running.post.lines())
    running.at(opens)
    told = running.post.lines("therapist-1")
    assert [line for line in told if "Can be held now: Dosing" in line]
    running.at(closed)
    told = running.post.lines("therapist-1")
    assert [line for line in told if "Not held within its window: Dosing" in line]
    assert len(told) == len(set(told))


@pytest.mark.requirement("EMA-02")
def test_a_role_is_told_only_of_what_it_sees(hands: Hands, run: Run) -> None:
    """A rater knows no visit's name or number; nobody hears an arm, a kit or an answer."""
    hands.ready_for_dose()
    hands.authorize()
    given = {"part": "initial", "outcome": "taken", "amount": 31, "taken_at": hands.now.isoformat()}
    hands.file("therapist", "dose_administration", given, visit="dosing", cycle=1)
    running = run(hands)
    running.at(hands.now + timedelta(days=28))
    hands.file("therapist", "dose_administration", given, visit="dosing", cycle=2)
    for _ in range(40):
        running.at(hands.now + timedelta(days=3))
    rater = running.post.lines("rater-1")
    assert rater
    assert not [line for line in rater if any(word in line for word in ("Dosing", "Rating", "Call", "V1"))]
    assert not [line for line in running.post.lines() if any(w in line for w in ("control", "active", "KIT", "31"))]
    assert running.post.lines("pharmacist-1") == []


def test_what_a_viewer_obtains_is_the_same_whether_or_not_reminders_were_sent(hands: Hands, run: Run) -> None:
    due = serious(hands)
    hands.player.clock.now = due
    roles = [role.id for role in hands.study.document.roles]

    def seen() -> list[bytes]:
        return [hands.trial.view(Actor(person=f"{role}-1", role=role)).everything() for role in roles]

    before = seen()
    running = run(hands)
    assert running.reminders()
    assert seen() == before


def test_only_the_system_itself_files_a_reminder(hands: Hands) -> None:
    hands.contact()
    values = {"notice": "x", "attempt": 1, "kind": "overdue", "task": "t", "role": "r", "sender": "test"}
    values["due"] = hands.now.isoformat()
    hands.administer("grant", {"person": "system", "role": "system", "blinding": "blinded"})
    hands.administer("grant", {"person": "system", "role": "physician", "blinding": "blinded"})
    for actor in (Actor(person="system", role="system"), Actor(person="system", role="physician")):
        assert codes(hands.trial.file(hands.draft("reminder_sent", values), actor)) == ["not_granted"]
    assert isinstance(hands.trial.file(hands.draft("reminder_sent", values), SYSTEM), Filed)
    for form in ("observation", "allocation", "no_such_form"):
        outcome = hands.trial.file(hands.draft(form, {"text": "x"}), System(person="system", role="system"))
        assert isinstance(outcome, Refused)
        assert codes(outcome) == ["not_granted"]
