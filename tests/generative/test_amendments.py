"""Documents amended at random points of a course: what was recorded keeps its meaning, and people move over by rule."""

from datetime import UTC, datetime, timedelta
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from triptych.cli.scenario import ADMINISTRATOR, SITE, Line, Player
from triptych.cli.walking import NAME, Walk
from triptych.course.entries import Entries
from triptych.course.facts import form_facts
from triptych.course.session_ends import TASK
from triptych.ledger import Actor, Draft, Filed
from triptych.ledger.library import product_files, read_folder, shelf, study_folder
from triptych.ledger.memory import MemoryStore
from triptych.ledger.streams import participant_stream
from triptych.rules import Context
from triptych.study import StudyProblems, load_study

NAMED = "mapp-template"
ADMIN = Actor(person=ADMINISTRATOR, role="administrator")
START = datetime(2026, 1, 12, 9, tzinfo=UTC)
# What an amendment changes, as a document that inherits from the one in force. None of these refuses what a walk files.
CHANGES = {
    "windows": "visits:\n  - {id: primary_rating, timing: "
    '[{anchor: dosing, target: 10 weeks, window: ["-21 days", "+21 days"]}]}\n',
    "a new visit": "visits:\n  - {id: extra, after: termination, title: Extra, phase: follow_up, optional: true, "
    "timing: [{anchor: dosing, target: 11 weeks}], forms: [{form: closing}]}\n",
    "a new item": "forms:\n  - {id: closing, items: [{id: more, label: More, type: text}]}\n",
    "a new task": "forms:\n  - {id: vitals, raises: [{id: any, title: Look, role: physician, when: systolic > 0}]}\n",
    "another score": "forms:\n  - {id: sds, items: [{id: total, derived: work + 0 * social}]}\n",
    "a form taken out": "omits: [forms.taper_call]\n",
    "another criterion": "gates:\n  - {id: confirm_eligibility, conditions: [{id: adult, text: Other words}]}\n",
}


@cache
def documents(change, reconsent, participants):
    texts, product = read_folder(study_folder(NAMED)), product_files()
    one = load_study(texts, product, shelf())
    amended = CHANGES[change] + (
        f'inherits: {NAMED}\nid: {NAMED}\ntitle: Amended\nversion: "2"\n'
        f'amendment: {{of: "1.0", summary: It changes, reconsent: {str(reconsent).lower()}, '
        f"participants: {participants}}}\n"
    )
    return one, load_study({"study.yaml": amended}, product, shelf())


@cache
def lines():
    walk = Walk(MemoryStore(), documents("windows", False, "all")[0], START)
    list(walk.steps())
    return [line for line in walk.lines if line.expect is None]


def standing_of(player):
    """What a reader knows of what has happened: it does not follow from the document in force."""
    course = player.course(NAME)
    view = player.trial.system_view()
    records, study = view.records(NAME), view.study_of(NAME)
    with player.trial._store.reading() as reading:
        entries = Entries(player.trial._streams.records(reading, participant_stream(NAME)))
    return {
        "scores": [form_facts(study, entry, Context(UTC)).get("total") for entry in entries.of("sds")],
        "held": {visit.key: visit.actual for visit in course.visits if visit.actual},
        "standing": course.standing,
        "changes": course.changes,
        "raised": sorted(
            (task.id, task.about)
            for task in (*course.tasks, *course.alerts)
            if task.about and task.id != TASK  # which time alone raises
        ),
        "records": [(record.id, record.values, record.document) for record in records],
    }


def at_site(player, study, day):
    values = {
        "digest": study.digest,
        "version": study.document.version,
        "approval": "Committee 1",
        "approved_on": day,
        "in_force_on": day,
    }
    line = Line(form="amendment_in_force", values=values, role="administrator", occurred_at=player.clock.now, site=SITE)
    return player.also(line)


@settings(max_examples=25, deadline=None)
@given(
    cut=st.integers(4, 140),
    change=st.sampled_from(sorted(CHANGES)),
    reconsent=st.booleans(),
    agrees=st.booleans(),
    participants=st.sampled_from(["all", "new"]),
)
def test_nothing_recorded_changes_meaning_and_who_moves_over_follows_the_amendment(
    cut, change, reconsent, agrees, participants
):
    one, two = documents(change, reconsent, participants)
    played = lines()
    player = Player(MemoryStore(), one, [played[0]])
    list(player.play())
    for line in played[1:cut]:
        player.also(line)
    before = standing_of(player)
    now = player.clock.now
    # A day between: what was agreed before is not agreed again by happening on the same day.
    released = player.trial.release(two, ADMIN, "00000000-0000-4000-8000-000000000001", by_site=True)
    assert isinstance(released, Filed)
    assert standing_of(player) == before
    player.clock.now = now + timedelta(days=1)
    day = player.clock.now.date().isoformat()
    assert isinstance(at_site(player, two, day).outcome, Filed)
    assert standing_of(player) == before

    if agrees:
        again = Line(
            participant=NAME,
            form="consent",
            values={"version": two.document.consent.version, "agreed": True},
            role="coordinator",
            occurred_at=player.clock.now,
        )
        agrees = isinstance(player.also(again).outcome, Filed)
        # Nothing is signed from a dose until a day after the discharge, and this course records none.
        assert agrees or any(line.form == "dose_administration" for line in played[1:cut])
    agreed_before = any(line.form == "consent" for line in played[1:cut])
    moves = not agreed_before or (participants == "all" and (agrees or not reconsent))
    known = {record[0] for record in before["records"]}
    later = [line for line in played[cut:] if line.form and line.occurred_at and line.occurred_at > player.clock.now]
    for line in later[:20]:
        player.also(line)
    fresh = [r for r in player.trial.system_view().records(NAME) if r.id not in known and r.form != "consent"]
    expected = two.digest if moves else one.digest
    assert {record.document for record in fresh} <= {expected}
    # Every version of what was recorded before stands as it was, under the version it was filed under.
    after = {r.id: (r.id, r.values, r.document) for r in player.trial.system_view().records(NAME)}
    assert [after[record[0]] for record in before["records"]] == before["records"]


def test_an_amendment_of_another_version_is_refused_before_anything_is_written():
    one, two = documents("windows", False, "all")
    player = Player(MemoryStore(), two, [lines()[0]])
    list(player.play())
    with pytest.raises(StudyProblems):
        player.trial.release(one, ADMIN, "00000000-0000-4000-8000-000000000002", by_site=False)


def test_an_amendment_is_not_in_force_at_a_site_that_has_not_approved_it():
    one, two = documents("windows", False, "all")
    player = Player(MemoryStore(), one, [lines()[0]])
    list(player.play())
    player.trial.release(two, ADMIN, "00000000-0000-4000-8000-000000000003", by_site=True)
    player.also(lines()[1])
    (record,) = player.trial.system_view().records(NAME)
    assert record.document == one.digest
    # Before its day it is not in force either, and its day comes without any filing.
    now = player.clock.now
    values = {"digest": two.digest, "version": "2", "approval": "Committee 1", "approved_on": now.date().isoformat()}
    values["in_force_on"] = (now + timedelta(days=3)).date().isoformat()
    draft = Draft(
        id="00000000-0000-4000-8000-000000000004", form="amendment_in_force", values=values, occurred_at=now, site=SITE
    )
    assert isinstance(player.trial.file(draft, ADMIN), Filed)
    assert player.trial.system_view().study_of(NAME).digest == one.digest
    change = player.course(NAME).next_change
    assert change is not None
    assert change <= now + timedelta(days=3)
    player.clock.now = now + timedelta(days=3)
    assert player.trial.system_view().study_of(NAME).digest == two.digest


def test_nobody_approves_an_amendment_for_a_day_before_it_is_approved():
    one, two = documents("windows", False, "all")
    player = Player(MemoryStore(), one, [lines()[0]])
    list(player.play())
    player.trial.release(two, ADMIN, "00000000-0000-4000-8000-000000000005", by_site=True)
    now = player.clock.now
    values = {
        "digest": two.digest,
        "version": "2",
        "approval": "C",
        "approved_on": "2026-01-12",
        "in_force_on": "2026-01-11",
    }
    draft = Draft(
        id="00000000-0000-4000-8000-000000000006", form="amendment_in_force", values=values, occurred_at=now, site=SITE
    )
    assert [reason.code for reason in player.trial.file(draft, ADMIN).reasons] == ["approved_first"]
