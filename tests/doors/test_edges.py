"""Rules that meet the world from its edges: documents that read little or fail, and viewers who see little."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from tests.doors.hands import START, Hands, codes

from triptych.course import Entries, Record
from triptych.course.facts import Facts
from triptych.ledger import Actor, Filed, Held, Refused, Trial
from triptych.ledger.errors import NotALedger
from triptych.ledger.library import knowledge, product_files
from triptych.ledger.memory import MemoryStore
from triptych.ledger.store import Store
from triptych.ledger.streams import KEPT, Streams, site_stream
from triptych.study import load_study

SMALL = (Path(__file__).parent.parent / "studies" / "small" / "study.yaml").read_text("utf-8")
AUTHORIZE = SMALL[SMALL.index("  - id: authorize_dose") : SMALL.index("releases:")]


def with_changes(*changes: tuple[str, str]) -> Hands:
    """Hands on a trial of the small study with some of its text written otherwise."""
    text = SMALL
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    return Hands(MemoryStore(), load_study({"study.yaml": text}, product_files()))


def authorizing(*conditions: str) -> tuple[str, str]:
    """The gate of the authorization with these rules alone."""
    listed = "".join(
        f"      - {{id: c{number}, text: Condition {number}, rule: '{rule}'}}\n"
        for number, rule in enumerate(conditions)
    )
    head = "  - id: authorize_dose\n    title: Authorize\n    guards: dose_authorization\n    ask: physician\n"
    return AUTHORIZE, f"{head}    conditions:\n{listed}"


def test_a_rule_that_fails_keeps_its_gate_shut_and_names_the_document() -> None:
    hands = with_changes(authorizing("filing.amount / (filing.amount - filing.amount) > 1.0"))
    hands.contact()
    hands.file("coordinator", "consent", {"version": "1", "agreed": True})
    hands.randomize()
    outcome = hands.authorize()
    assert isinstance(outcome, Refused)
    assert codes(outcome) == ["c0"]
    assert "the rule of the study document fails" in outcome.reasons[0].text


def test_a_list_counts_as_whole_only_once_somebody_has_affirmed_it() -> None:
    hands = with_changes(authorizing('medicine.all(m, m.name == "cetirizine")'))
    hands.contact()
    values = {"part": "initial", "amount": 30}
    first = hands.file("physician", "dose_authorization", values, cycle=1)
    assert isinstance(first, Refused)
    assert first.reasons[0].missing == ("medicine_review.complete",)
    hands.file("physician", "medicine_review", {"complete": False})
    assert isinstance(hands.file("physician", "dose_authorization", values, cycle=1), Refused)
    hands.file("physician", "medicine_review", {"complete": True})
    assert isinstance(hands.file("physician", "dose_authorization", values, cycle=1), Filed)
    hands.file("physician", "medicine", {"name": "sertraline", "ongoing": True})
    assert codes(hands.file("physician", "dose_authorization", values, cycle=1)) == ["c0"]


def test_a_gate_may_read_what_the_site_and_the_study_recorded() -> None:
    rules = (
        'latest(ethics_approval).body == "REK"',
        'latest(trial_authorization).number == "7"',
        "study.allocated < 5",
    )
    sees = "eligibility, safety, dosing, anyone]}\n  - {id: principal_investigator"
    hands = with_changes(authorizing(*rules), (sees, sees.replace("anyone]", "anyone, administration]")))
    hands.contact()
    values = {"part": "initial", "amount": 30}
    assert codes(hands.file("physician", "dose_authorization", values, cycle=1)) == ["c0", "c1"]
    hands.administer("ethics_approval", {"body": "REK", "approved_on": "2026-01-02"}, site="site-1")
    hands.administer("trial_authorization", {"authority": "A", "number": "7", "granted_on": "2026-01-02"})
    assert isinstance(hands.file("physician", "dose_authorization", values, cycle=1), Filed)


def test_where_no_gate_reads_the_day_only_visits_and_tasks_change_the_course() -> None:
    hands = with_changes(authorizing("latest(consent).agreed"))
    hands.contact()
    course = hands.player.course("P-1")
    assert course is not None
    assert course.next_change is None


def test_a_medicine_for_a_physician_waits_for_the_clearance_of_its_newest_version(hands: Hands) -> None:
    hands.ready_for_dose()
    name = "lisinopril"
    medicine = hands.file("physician", "medicine", {"name": name, "ongoing": True})
    assert isinstance(medicine, Filed)
    hands.file("physician", "medicine_review", {"complete": True})
    refused = hands.authorize()
    assert isinstance(refused, Refused)
    assert refused.reasons[0].missing == ("medicine_clearance.cleared",)
    clearance = {"about": medicine.record.id, "cleared": True, "why": "Low dose"}
    assert isinstance(hands.file("physician", "medicine_clearance", clearance), Filed)
    assert isinstance(hands.authorize(), Filed)
    changed = {"name": name, "ongoing": True, "dose": "Twice as much"}
    hands.file("physician", "medicine", changed, corrects=medicine.record.id, reason="Raised by the family doctor")
    hands.file("physician", "medicine_review", {"complete": True})
    assert codes(hands.authorize()) == ["medicines"]


def test_a_visit_that_will_not_be_held_is_skipped_with_its_reason(hands: Hands) -> None:
    hands.contact()
    outcome = hands.file("physician", "visit_skipped", {"why": "Done elsewhere last week"}, visit="screening")
    assert isinstance(outcome, Filed), outcome
    course = hands.player.course("P-1")
    assert course is not None
    (screening,) = [visit for visit in course.visits if visit.key == "screening"]
    assert (screening.status, screening.reasons) == ("skipped", ("Done elsewhere last week",))


def test_nothing_that_is_not_there_can_be_signed(hands: Hands) -> None:
    hands.contact()
    values = {"about": "8a1e7bd4-0000-4000-8000-000000000009", "meaning": "review", "shown": "0" * 64}
    assert codes(hands.file("physician", "signature", values)) == ["no_such_record"]


@pytest.mark.requirement("P11-09")
def test_a_signature_falls_when_its_record_is_entered_in_error(hands: Hands) -> None:
    hands.contact()
    vitals = hands.file("physician", "vitals", {"systolic": 120}, visit="screening")
    assert isinstance(vitals, Filed)
    view = hands.trial.view(Actor(person="physician-1", role="physician"))
    shown = next(seen.shown for seen in view.records("P-1") if seen.id == vitals.record.id)
    hands.file("physician", "signature", {"about": vitals.record.id, "meaning": "review", "shown": shown})

    def stands() -> list[bool | None]:
        course = hands.player.course("P-1")
        assert course is not None
        return [signature.stands for signature in course.signatures]

    assert stands() == [True]
    hands.file("physician", "entered_in_error", {"about": vitals.record.id, "why": "Another participant's"})
    assert stands() == [False]


def test_nobody_is_asked_for_what_they_could_not_see_done() -> None:
    """A task ends with a record that its viewer may not see, so it is not shown as open for ever."""
    therapist = "{id: therapist, title: Therapist, files: [dosing, clinical], sees: [dosing, clinical]}"
    hands = with_changes((therapist, therapist.replace("sees: [dosing, clinical]", "sees: [rescue_medicine]")))
    hands.contact()
    given = {"what": "Lorazepam 1 mg", "given_at": hands.now.isoformat()}
    assert isinstance(hands.file("physician", "rescue_medicine", given), Filed)
    whole = hands.player.course("P-1")
    seen = hands.trial.view(Actor(person="therapist-1", role="therapist")).course("P-1")
    assert whole is not None
    assert seen is not None
    assert "review_rescue" in {task.id for task in whole.tasks}
    assert "review_rescue" not in {task.id for task in seen.tasks}


def test_a_visit_whose_forms_are_all_hidden_has_no_status_for_that_viewer(hands: Hands) -> None:
    hands.contact()
    course = hands.trial.view(Actor(person="therapist-1", role="therapist")).course("P-1")
    assert course is not None
    assert {visit.key: visit.status for visit in course.visits}["rating"] == "hidden"


def test_an_optional_visit_that_is_over_was_skipped_and_not_missed() -> None:
    rating = "{id: rating, title: Rating, phase: follow,"
    hands = with_changes((rating, rating + " optional: true,"))
    hands.ready_for_dose()
    given = {"part": "initial", "outcome": "taken", "amount": 30, "taken_at": hands.now.isoformat()}
    for cycle in (1, 2):
        hands.file("therapist", "dose_administration", given, visit="dosing", cycle=cycle)
    hands.later(days=100)
    course = hands.player.course("P-1")
    assert course is not None
    (rating_visit,) = [visit for visit in course.visits if visit.key == "rating"]
    assert (rating_visit.status, rating_visit.reasons) == ("skipped", ("optional, and not held within its window",))
    assert "missed_visit:rating" not in {deviation.key for deviation in course.deviations}


@pytest.mark.requirement("EMA-02")
def test_a_definition_over_hidden_records_is_released_to_the_role_that_may_know_it() -> None:
    definition = "definitions: [{id: dosed, title: A dose has been given, rule: course.dose_initial_given}]\n"
    hands = with_changes(
        ("gates:\n", f"{definition}gates:\n"), ("to: [rater]}", "to: [rater]}, {definition: dosed, to: [rater]}")
    )
    hands.ready_for_dose()
    view = hands.trial.view(Actor(person="rater-1", role="rater"))
    assert view.released("P-1")["dosed"] is False
    given = {"part": "initial", "outcome": "taken", "amount": 30, "taken_at": hands.now.isoformat()}
    unclear = hands.file("therapist", "dose_administration", given | {"outcome": "?"}, visit="dosing", cycle=1)
    assert isinstance(unclear, Held)
    assert "dosed" not in hands.trial.view(Actor(person="rater-1", role="rater")).released("P-1")
    hands.file("therapist", "dose_administration", given, visit="dosing", cycle=1)
    assert hands.trial.view(Actor(person="rater-1", role="rater")).released("P-1")["dosed"] is True


@pytest.mark.parametrize(("role", "outcome"), [("physician", Held), ("pharmacist", Refused)])
def test_what_an_outbox_sends_after_a_role_was_taken_away_is_held_if_it_was_ever_held(
    hands: Hands, role: str, outcome: type
) -> None:
    hands.contact()
    grant = hands.administer("grant", {"person": "tablet", "role": "physician", "blinding": "blinded"})
    assert isinstance(grant, Filed)
    hands.administer("grant_removal", {"about": grant.record.id, "why": "Left the site"})
    sent = hands.file(role, "observation", {"text": "Slept well"}, person="tablet", origin="outbox")
    assert isinstance(sent, outcome)
    assert codes(sent) == ["not_granted"]


def test_an_error_report_about_a_record_of_another_stream_changes_nothing() -> None:
    record = Record(
        stream="participant:P-1",
        position=1,
        previous="0" * 64,
        id="8a1e7bd4-0000-4000-8000-000000000001",
        form="entered_in_error",
        actor="a",
        role="physician",
        occurred_at=START,
        recorded_at=START,
        document="0" * 64,
        values={"about": "8a1e7bd4-0000-4000-8000-000000000002", "why": "x"},
    )
    assert Entries([record]).voided == {}


def test_the_cache_of_streams_is_bounded_and_never_older_than_the_store(hands: Hands) -> None:
    streams = Streams()
    for number in range(KEPT + 1):
        hands.administer("site_opening", {"title": f"Site {number}", "zone": "Europe/Oslo"}, site=f"s{number}")
    with hands.store.reading() as reading:
        names = [site_stream(f"s{number}") for number in range(KEPT + 1)]
        first = [len(streams.records(reading, name)) for name in names]
    hands.administer("site_pause", {"why": "x"}, site="s0")
    with hands.store.reading() as reading:
        again = [len(streams.records(reading, name)) for name in names]
    assert first == [1] * (KEPT + 1)
    assert again == [2] + [1] * KEPT


def test_facts_read_like_a_mapping_and_are_made_when_asked_for() -> None:
    made: list[str] = []
    facts = Facts({"age": lambda: made.append("age") or 41}, {"site": "Moss"})
    assert (len(facts), made) == (2, [])
    assert dict(facts) == {"age": 41, "site": "Moss"}
    assert dict(facts) == {"age": 41, "site": "Moss"}
    assert made == ["age"]
    assert facts.get("weight") is None


def test_an_empty_ledger_has_no_study_and_says_what_to_do(make_store: Callable[[str], Store]) -> None:
    trial = Trial(make_store("memory"), knowledge(), lambda: START)
    with pytest.raises(NotALedger, match="Create the trial first"):
        trial.study  # noqa: B018 -- reading it is what fails


def test_a_filing_whose_site_changes_while_it_waits_is_planned_again(hands: Hands, monkeypatch: Any) -> None:
    """Between planning and locking, the participant is moved; the filing then locks and belongs to the new site."""
    hands.contact()
    hands.administer("site_opening", {"title": "Site 2", "zone": "Europe/Oslo"}, site="site-2")
    draft = hands.draft("vitals", {"systolic": 120}, visit="screening")
    opened = hands.store.transaction
    moves = iter([True])

    def transaction(**streams: Any) -> Any:
        if next(moves, False):
            transfer = {"to_site": "site-2", "why": "Moved house"}
            assert isinstance(hands.file("administrator", "transfer", transfer), Filed)
        return opened(**streams)

    monkeypatch.setattr(hands.store, "transaction", transaction)
    outcome = hands.trial.file(draft, Actor(person="physician-1", role="physician"))
    assert isinstance(outcome, Filed)
    assert outcome.record.site == "site-2"
    assert msgspec.json.encode(outcome)
