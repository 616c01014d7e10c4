"""Blocks that count on, visits that fall away, what waits for a stage, and tasks that look back at earlier records."""

import pytest
from tests.spec.study.documents import BASE, changed, loaded, problems_of

OPEN = """\
  - id: open_dosing
    title: Open-label dosing
    phase: treatment_phase
    cycle: open_cycle
    timing:
      - {cycle: first, anchor: dosing, target: 4 weeks}
      - {cycle: later, anchor: open_dosing, previous: true, target: 4 weeks}
    forms: [{form: vitals}]
"""


def with_block(first=3, dose=4):
    text = BASE.replace(
        "repeats: 2}\n", f"repeats: 2}}\n  - {{id: open_cycle, title: Open, repeats: 2, first: {first}}}\n"
    )
    text = text.replace("  - id: end\n", OPEN + "  - id: end\n")
    return text.replace("{cycle: 2, initial: 80, maximum: 120}", f"{{cycle: {dose}, initial: 80, maximum: 120}}")


def test_a_later_block_counts_on_and_its_doses_follow():
    study = loaded(with_block())
    assert [list(cycle.numbers) for cycle in study.document.cycles] == [[1, 2], [3, 4]]
    assert [dose.cycle for dose in study.document.arms[0].doses] == [1, 4]


@pytest.mark.parametrize("first", [0, 51])
def test_the_first_number_is_one_that_can_be_used(first):
    assert "bad_number" in {problem.code for problem in problems_of(with_block(first))}


def test_a_dose_stands_in_a_turn_that_there_is():
    (found,) = problems_of(with_block(dose=5))
    assert (found.code, "1 to 4" in found.hint) == ("dose_cycle", True)


@pytest.mark.parametrize(
    ("depends", "code"),
    [("dosing", "depends_elsewhere"), ("end", "depends_on_itself"), ("dosin", "unknown_visit")],
)
def test_what_a_visit_depends_on_is_one_it_can_know_of(depends, code):
    text = changed("  - id: end\n", f"  - id: end\n    depends_on: {depends}\n")
    assert [problem.code for problem in problems_of(text)] == [code]


def test_visits_that_depend_on_each_other_are_said():
    text = changed("  - id: end\n", "  - id: end\n    depends_on: first\n")
    text = text.replace("{id: first, title: First,", "{id: first, depends_on: end, title: First,")
    assert {problem.code for problem in problems_of(text)} == {"depends_on_itself"}


def test_a_visit_may_count_from_whichever_was_held_last():
    text = with_block().replace(
        "{anchor: dosing, target: 8 weeks", "{anchor: dosing, or_last: [open_dosing], target: 8 weeks"
    )
    assert loaded(text).visits["end"].timing[0].or_last == ("open_dosing",)
    wrong = text.replace("or_last: [open_dosing]", "or_last: [opn_dosing]")
    assert [problem.code for problem in problems_of(wrong)] == ["unknown_visit"]


def test_within_a_cycle_a_visit_counts_from_one_of_its_own_turn():
    text = changed("anchor: dosing, previous: true,", "anchor: dosing, previous: true, or_last: [first],")
    assert "last_within_cycle" in {problem.code for problem in problems_of(text)}


def test_an_arm_has_a_therapy_that_there_is():
    text = changed("title: Control}", "title: Control, therapy: tallks}")
    text += "therapies:\n  - {id: talks, title: Talks, kind: cognitive_behavioral}\n"
    (found,) = problems_of(text)
    assert (found.code, "talks" in found.hint) == ("unknown_therapy", True)


def test_a_task_may_end_with_the_next_record_of_its_own_form():
    assert not problems_of(changed("until: answer", "until: vitals"))
    (found,) = problems_of(changed("until: answer", "until: diary"))
    assert found.code == "ends_nothing"


def test_what_shares_a_record_names_it_and_answers_yes_or_no():
    (found,) = problems_of(changed("  - id: diary\n", "  - id: diary\n    shared_by: answer\n"))
    assert (found.code, "answer" in found.message) == ("shares_nothing", True)
    (found,) = problems_of(changed("  - id: diary\n", "  - id: diary\n    shared_by: anser\n"))
    assert found.code == "unknown_form"


def test_a_task_may_look_back_at_the_record_before_and_at_the_first():
    assert not problems_of(
        changed("when: systolic > 180,", "when: systolic > baseline.systolic || systolic > previous.systolic,")
    )
    assert [p.code for p in problems_of(changed("when: systolic > 180,", "when: systolic > earlier.systolic,"))] == [
        "rule"
    ]


@pytest.mark.parametrize(
    ("turns", "codes"),
    [("[1]", []), ("[2, 1]", ["bad_turns"]), ("[3]", ["bad_turns"]), ("[1, 1]", ["bad_turns"]), ("[0]", ["bad_turns"])],
)
def test_a_visit_may_stand_in_some_turns_of_its_cycle(turns, codes):
    extra = (
        f"  - id: extra\n    title: Extra\n    phase: treatment_phase\n    cycle: dosing_cycle\n    turns: {turns}\n"
    )
    extra += "    timing: [{anchor: dosing, target: 1 week}]\n    forms: [{form: vitals}]\n"
    text = changed("  - id: end\n", extra + "  - id: end\n")
    assert [problem.code for problem in problems_of(text)] == codes


def test_a_visit_counts_from_one_that_stands_in_each_of_its_turns():
    text = changed("    labels: [V1, V2]\n", "    turns: [1]\n")
    late = "  - id: late\n    title: Late\n    phase: treatment_phase\n    cycle: dosing_cycle\n"
    late += "    timing: [{anchor: dosing, target: 1 week}]\n    forms: [{form: vitals}]\n"
    found = problems_of(text.replace("  - id: end\n", late + "  - id: end\n"))
    assert "bad_turns" in {problem.code for problem in found}
