"""Every bundled study is walked from first contact to the end, in each branch, with nothing refused or missed."""

from collections import Counter
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from triptych.cli.scenario import Line
from triptych.cli.walking import NAME, Walk
from triptych.course import slots
from triptych.ledger.drafts import Filed
from triptych.ledger.library import find_study, study_names
from triptych.ledger.memory import MemoryStore

STUDIES = {name: find_study(name) for name in study_names()}
# Study, answers that choose the branch, and how many visits are skipped because the branch is another. The counts are
# of the visits that the document has for the other branches.
BRANCHES = [
    ("mdma-mdd-norway", {}, 0),
    ("mapp-template", {}, 0),
    ("mapp1", {}, 0),
    ("mapp1", {"randomization.arm": "placebo"}, 0),
    ("mapp2", {}, 0),
    ("mp-8", {"randomization.arm": "full_125"}, 1 + 3 * 11),
    ("mp-8", {}, 11),
    ("mp-8", {"randomization.arm": "medium_75", "unblinding.next": "finished"}, 11 + 1 + 3 * 11),
    ("mp-12", {"randomization.arm": "full_125", "unblinding.next": "third_session"}, 1 + 3 * 11),
    ("mp-12", {}, 11),
    ("maa-1", {}, 2 * 11 + 1),
    ("maa-1", {"randomization.arm": "cohort_2_placebo", "unblinding.next": "second_stage"}, 0),
    ("mda-1", {}, 3 * 11),
    ("mda-1", {"randomization.arm": "placebo"}, 11),
    ("couples-cbct", {}, 0),
    ("couples-cbct", {"couple.part": "partner"}, 4),
    ("psil201", {}, 0),
    ("psil201", {"randomization.arm": "niacin"}, 0),
    ("esketamine", {}, 0),
]


def walked(name, choices):
    study = STUDIES[name]
    start = datetime(2026, 1, 12, 9, tzinfo=ZoneInfo(study.document.site_defaults.zone))
    walk = Walk(MemoryStore(), study, start, choices)
    return walk, list(walk.steps())


def test_every_bundled_study_is_walked_with_nothing_chosen_as_play_does_it():
    plainly = {name for name, choices, _ in BRANCHES if not choices}
    assert plainly == set(study_names())


@pytest.mark.parametrize(("name", "choices", "skipped"), BRANCHES, ids=[f"{b[0]}-{n}" for n, b in enumerate(BRANCHES)])
def test_a_whole_course_is_walked_to_its_end(name, choices, skipped):
    walk, steps = walked(name, choices)
    assert [step.text for step in steps if step.kind == "file" and not isinstance(step.outcome, Filed)] == []
    course = walk.player.course(NAME)
    assert course.phase == "ended"
    assert course.standing["enrollment"] == "completed"
    assert course.deviations == ()
    assert [task.id for task in (*course.tasks, *course.alerts) if task.id != "submit_monitoring"] == []
    assert Counter(visit.status for visit in course.visits) == Counter(
        {"done": len(slots(STUDIES[name])) - skipped, "skipped": skipped} if skipped else {"done": len(course.visits)}
    )


def test_a_third_session_for_an_arm_that_has_none_is_refused():
    _, steps = walked("mp-8", {"randomization.arm": "low_30", "unblinding.next": "third_session"})
    refused = [step.outcome for step in steps if step.kind == "file" and not isinstance(step.outcome, Filed)]
    assert {reason.code for outcome in refused for reason in outcome.reasons} == {
        "dose_in_protocol",
        "raised_by_decision",
    }


# protocols.md: sessions of therapy, medicine and rating that each source gives [S].
COUNTS = [
    ("mapp1", {"dosing": 3, "integration": 9, "preparation": 3}),
    ("mapp2", {"dosing": 3, "integration": 9, "preparation": 3}),
    ("mdma-mdd-norway", {"dosing": 2, "integration": 6, "preparation": 3}),
    ("mapp-template", {"dosing": 2, "integration": 6, "preparation": 3}),
    ("mp-8", {"dosing": 2, "integration": 6, "preparation": 3, "third_dosing": 1, "crossover_dosing": 3}),
    ("maa-1", {"dosing": 2, "integration": 6, "preparation": 3, "second_dosing": 2}),
    ("mda-1", {"dosing": 2, "integration": 6, "preparation": 3, "third_dosing": 1, "second_dosing": 3}),
    ("couples-cbct", {"dosing": 2, "preparation": 3}),
    ("psil201", {"dosing": 1}),
]


@pytest.mark.parametrize(("name", "counts"), COUNTS, ids=[row[0] for row in COUNTS])
def test_a_document_has_the_sessions_of_its_source(name, counts):
    found = Counter(slot.visit.id.rstrip("_123456789") for slot in slots(STUDIES[name]))
    assert {kind: found[kind] for kind in counts} == counts


# protocols.md: milligrams at each session, initial and supplemental [S].
DOSES = [
    ("mapp1", "mdma", [(80, 80), (80, 120), (80, 120)]),
    ("maa-1", "cohort_1_mdma", [(75, 75), (100, 100)]),
    ("maa-1", "cohort_2_mdma", [(100, 100), (125, 125)]),
    ("mda-1", "mdma", [(125, 125), (125, 125), (125, 125)]),
    ("mp-8", "low_30", [(30, 30), (30, 30), (100, 125), (100, 125), (100, 125)]),
    ("mp-12", "medium_100", [(100, 100), (100, 100), (100, 125), (100, 125), (100, 125)]),
    ("couples-cbct", "mdma", [(75, 75), (75, 100)]),
    ("psil201", "niacin", [(100, 100)]),
    ("psil201", "psilocybin", [(25, 25)]),
]


@pytest.mark.parametrize(("name", "arm", "doses"), DOSES, ids=[f"{row[0]}-{row[1]}" for row in DOSES])
def test_an_arm_has_the_doses_of_its_source(name, arm, doses):
    found = next(one for one in STUDIES[name].document.arms if one.id == arm).doses
    assert [(dose.initial, dose.maximum or dose.initial) for dose in found] == doses


def test_mapp2_is_mapp1_but_for_what_its_source_says_differs():
    one, two = STUDIES["mapp1"].document, STUDIES["mapp2"].document
    assert (one.visits, one.arms, one.cycles, one.phases) == (two.visits, two.arms, two.cycles, two.phases)
    severity = [
        next(i for f in d.forms if f.id == "eligibility" for i in f.items if i.id == "severity") for d in (one, two)
    ]
    assert ["35" in severity[0].label, "28" in severity[1].label] == [True, True]


def test_no_bundled_study_is_free_of_marks_so_none_can_be_activated_as_it_is():
    assert all(study.unconfirmed for study in STUDIES.values())


@pytest.mark.requirement("PSY-02")
def test_whoever_is_in_the_session_is_not_assigned_to_the_therapy_after_it():
    def assigned(name, *tasks):
        walk = Walk(MemoryStore(), STUDIES[name], datetime(2026, 1, 12, 9, tzinfo=ZoneInfo("UTC")))
        list(walk.player.play())
        at = {"participant": NAME, "role": "principal_investigator"}
        lines = [
            Line(
                form="first_contact",
                values={"channel": "self"},
                occurred_at=walk.player.clock.now,
                **at | {"role": "coordinator"},
            )
        ]
        lines += [
            Line(form="assignment", values={"person": person, "task": task}, occurred_at=walk.player.clock.now, **at)
            for person, task in tasks
        ]
        return [walk.player.also(line).outcome for line in lines][1:]

    one, two, three = assigned("mapp1", ("a", "session"), ("a", "integration"), ("b", "integration"))
    assert isinstance(one, Filed)
    assert isinstance(three, Filed)
    assert [reason.code for reason in two.reasons] == ["monitor_apart"]
    # Where the document leaves the policy out, the same pair goes through the whole course; a rater never does.
    pair, carried, rater = assigned("couples-cbct", ("a", "session"), ("a", "integration"), ("a", "rating"))
    assert isinstance(pair, Filed)
    assert isinstance(carried, Filed)
    assert [reason.code for reason in rater.reasons] == ["rater_apart"]
