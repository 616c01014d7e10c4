"""What `triptych study check` reports of roles, gates, visits, arms and sites: where it stands and what to write."""

import pytest
from tests.spec.study.documents import BASE, FILE, PRODUCT, changed, line_of, loaded, problems_of, without

from triptych.study import StudyProblems, load_study

# The place changed, what it becomes, the code, what stands on the line reported, and part of what to write.
CASES = {
    "an id of two roles": (
        "{id: rater, title: Rater, files: [rating], sees: [rating]}",
        "{id: rater, title: Rater, files: [rating], sees: [rating]}\n  - {id: rater, title: Other, sees: [clinical]}",
        "duplicate_id",
        "title: Other",
        "own id",
    ),
    "an id of two items": ("{id: two,", "{id: one,", "duplicate_id", "{id: one, label: Two", "own id"),
    "an id of two forms": (
        "gates:\n",
        "  - {id: diary, title: Other, log: true}\ngates:\n",
        "duplicate_id",
        "title: Other",
        "own id",
    ),
    "an id of two conditions": (
        "conditions:\n",
        "conditions:\n      - {id: measured, text: Twice, rule: latest(vitals).systolic > 1}\n",
        "duplicate_id",
        "text: Measured",
        "own id",
    ),
    "an id of a visit and of a numbered visit": ("id: end\n", "id: call_2\n", "duplicate_id", "id: call_2", "own id"),
    "an id of a form and of a definition": (
        "definitions:\n",
        "definitions:\n  - {id: answer, title: Both, rule: '1'}\n",
        "duplicate_id",
        "title: Both",
        "Rename",
    ),
    "an id with a capital": ("{id: note,", "{id: Note,", "bad_id", "id: Note", "lower-case"),
    "a document id with an underscore": ("id: base", "id: base_1", "bad_id", "id: base_1", "hyphens"),
    "an id that rules use": ("id: end\n", "id: today\n", "reserved_id", "id: today", "another id"),
    "an axis named as a fact of the course": (
        "  - {id: treatment, title: Treatment, values",
        "  - {id: phase, title: Phase, values: [on], start: on}\n  - {id: treatment, title: Treatment, values",
        "reserved_id",
        "id: phase",
        "another id",
    ),
    "an item named as a fact of its record": ("{id: note,", "{id: day,", "reserved_id", "id: day", "another id"),
    "a phase without visits": (
        "cycles:\n",
        "  - {id: empty, title: Empty, panel: integration}\ncycles:\n",
        "empty_phase",
        "id: empty",
        "take it out",
    ),
    "a visit held by a form that is not on it": (
        "    requires: {treatment: active}\n    timing:\n      - {cycle: first",
        "    requires: {treatment: active}\n    held_by: diary\n    timing:\n      - {cycle: first",
        "held_by_elsewhere",
        "held_by: diary",
        "Place the form",
    ),
    "a visit held by nothing that a rule could read": (
        "    requires: {treatment: active}\n    timing:\n      - {cycle: first",
        "    requires: {treatment: active}\n    held_when: 'true'\n    timing:\n      - {cycle: first",
        "held_by_missing",
        "held_when",
        "`held_by`",
    ),
    "a cycle without visits": (
        "visits:\n",
        "  - {id: empty, title: Empty, repeats: 2}\nvisits:\n",
        "empty_cycle",
        "id: empty",
        "take it out",
    ),
    "a cycle that never stands": ("repeats: 2", "repeats: 51", "bad_number", "repeats: 51", "1 to 50"),
    "a form misspelled on a visit": ("form: diary", "form: diarys", "unknown_form", "diarys", "diary"),
    "a form of the study on a visit": (
        "    group: rating\n",
        "    group: rating\n    about: study\n",
        "not_about_participant",
        "forms: [{form: scale}]",
        "Take it off",
    ),
    "a form twice on a visit": (
        "      - {form: vitals}\n",
        "      - {form: vitals}\n      - {form: vitals}\n",
        "duplicate_form",
        "    forms:\n",
        "once",
    ),
    "a phase misspelled": (
        "title: First, phase: screening",
        "title: First, phase: screning",
        "unknown_phase",
        "screning",
        "screening",
    ),
    "a cycle misspelled": (
        "cycle: dosing_cycle",
        "cycle: dosing_cycel",
        "unknown_cycle",
        "dosing_cycel",
        "dosing_cycle",
    ),
    "three labels for two cycles": ("labels: [V1, V2]", "labels: [V1, V2, V3]", "label_count", "labels:", "one label"),
    "two labels outside a cycle": (
        "title: End\n",
        "title: End\n    labels: [V3, V4]\n",
        "label_count",
        "labels: [V3",
        "one label",
    ),
    "a gate before nothing": (
        "guards: randomization",
        "guards: randomizaton",
        "unknown_form",
        "randomizaton",
        "randomization",
    ),
    "a gate before a fact": ("    kind: decision\n", "", "gate_before_fact", "guards:", "kind: decision"),
    "a gate that asks nobody": ("ask: coordinator", "ask: coordinater", "unknown_role", "coordinater", "coordinator"),
    "a gate without conditions": (
        "conditions:\n      - {id: measured, text: Measured, rule: latest(vitals).systolic <= limit}",
        "conditions: []",
        "empty_gate",
        "id: randomize",
        "at least one",
    ),
    "two gates before one form": (
        "definitions:\n",
        "  - {id: again, title: Again, guards: randomization, ask: coordinator,"
        " conditions: [{id: on, text: On, rule: course.treatment == 'active'}]}\ndefinitions:\n",
        "two_gates",
        "id: again",
        "one gate",
    ),
    "a role that may do nothing": (
        "{id: rater, title: Rater, files: [rating], sees: [rating]}",
        "{id: rater, title: Rater, files: [rating], sees: [rating]}\n  - {id: guest, title: Guest}",
        "idle_role",
        "id: guest",
        "take it out",
    ),
    "a role that files what is not there": (
        "files: [rating]",
        "files: [ratin]",
        "unknown_form_or_group",
        "ratin]",
        "rating",
    ),
    "a role that sees what is not there": (
        "sees: [rating]",
        "sees: [ratng]",
        "unknown_form_or_group",
        "ratng",
        "rating",
    ),
    "a role unblinded for no secret": (
        "unblinded: [allocation]",
        "unblinded: [allocation, arms]",
        "unknown_secret",
        "arms]",
        "allocation",
    ),
    "a form filed by group without its secret": (
        "files: [rating]",
        "files: [rating, pharmacy]",
        "files_unseen",
        "pharmacy]",
        "unblinded: [allocation]",
    ),
    "a release of a visit that is not there": (
        "{visit: dosing, to",
        "{visit: dosin, to",
        "unknown_visit",
        "dosin,",
        "dosing",
    ),
    "a release of a definition that is not there": (
        "{visit: dosing, to",
        "{definition: limits, to",
        "unknown_definition",
        "limits",
        "limit",
    ),
    "a release to nobody known": ("to: [rater]", "to: [ratr]", "unknown_role", "ratr", "rater"),
    "a release of nothing": ("{visit: dosing, to: [rater]}", "{to: [rater]}", "release_what", "{to:", "visit"),
    "a release of two things": (
        "{visit: dosing, to",
        "{visit: dosing, definition: limit, to",
        "release_what",
        "limit, to",
        "not both",
    ),
    "a form that serves again and is not there": (
        "{form: vitals, within",
        "{form: vital, within",
        "unknown_form",
        "vital, within",
        "vitals",
    ),
    "a form that serves again for no time": ("within: 4 weeks", "within: 4", "shape", "within: 4", '"4"'),
    "a form that serves again until no time": ("within: 4 weeks", "within: a month", "duration", "a month", "4 weeks"),
    "a dose in a cycle that is not there": (
        "{cycle: 2, initial: 80",
        "{cycle: 3, initial: 80",
        "dose_cycle",
        "cycle: 3",
        "1 to 2",
    ),
    "two doses in a cycle": (
        "{cycle: 2, initial: 80",
        "{cycle: 1, initial: 80",
        "duplicate_dose",
        "cycle: 1, initial: 80, max",
        "one dose",
    ),
    "a maximum below the dose": ("maximum: 120", "maximum: 79.5", "dose_amount", "79.5", "milligrams"),
    "a dose below zero": (
        "{cycle: 1, initial: 80}",
        "{cycle: 1, initial: -1}",
        "dose_amount",
        "initial: -1",
        "milligrams",
    ),
    "arms that no item holds": ("arm_item: randomization.arm\n", "", "arm_item", "id: base", "form.item"),
    "arms held by an item that is not there": (
        "arm_item: randomization.arm",
        "arm_item: randomization.amr",
        "arm_item",
        "amr",
        "form.item",
    ),
    "arms held by an item with other codes": (
        "choices: [{code: active, label: A}, {code: control, label: C}]",
        "choices: [{code: active, label: A}, {code: placebo, label: C}]",
        "arm_item",
        "arm_item",
        "active, control",
    ),
    "an issue that is no day": (
        'version: "1"',
        'version: "1"\nversion_date: "2026-02-30"',
        "bad_date",
        "version_date",
        "2026-11-24",
    ),
    "a plan for nobody": ('version: "1"', 'version: "1"\nplanned_participants: 0', "bad_number", "planned", "1 to"),
    "an age of majority of children": (
        'version: "1"',
        'version: "1"\nconsent: {version: "1", majority: 6}',
        "bad_number",
        "consent",
        "12 to",
    ),
    "a gate on a consent that has no texts": (
        "rule: latest(vitals).systolic <= limit}",
        "rule: course.consent_in_force}",
        "no_consent_rules",
        "rule: course.consent_in_force",
        "consent:",
    ),
    "words for a part that there is not": (
        'version: "1"',
        'version: "1"\nconsent: {version: "2", words: [{part: cost, language: en, paragraphs: [Nothing]}]}',
        "unknown_consent_part",
        "consent:",
        "costs",
    ),
    "a part with words twice": (
        'version: "1"',
        'version: "1"\nconsent: {version: "2", words: [{part: costs, language: en, paragraphs: [A]}, '
        "{part: costs, language: en, paragraphs: [B]}]}",
        "duplicate_words",
        "consent:",
        "one place",
    ),
    "words that say nothing": (
        'version: "1"',
        'version: "1"\nconsent: {version: "2", words: [{part: costs, language: es, paragraphs: [" "]}]}',
        "no_words",
        "consent:",
        "leave",
    ),
    "a pediatric approval for adults": (
        'version: "1"',
        'version: "1"\nconsent: {version: "1", pediatric: {approval: A-1, minimum_age: 18}}',
        "bad_number",
        "consent",
        "0 to 17",
    ),
    "no site defaults": (
        "site_defaults:\n  zone: Europe/Oslo\n  form_grace: 3 days\n  late_entry: 24 hours\n",
        "",
        "no_site_defaults",
        "id: base",
        "zone",
    ),
    "a zone that is none": ("Europe/Oslo", "Europe/Moss", "bad_zone", "Moss", "IANA"),
    "a zone that is a way through the files": ("Europe/Oslo", "../../../etc/passwd", "bad_zone", "passwd", "IANA"),
    "a zone that is a folder": ("Europe/Oslo", "Europe", "bad_zone", "zone: Europe", "IANA"),
    "a grace that is no duration": ("form_grace: 3 days", "form_grace: three days", "duration", "three", "4 weeks"),
    "a grace below zero": ("form_grace: 3 days", "form_grace: -3 days", "duration", "-3", "longer"),
    "a late entry that is no duration": ("late_entry: 24 hours", "late_entry: 24h", "duration", "24h", "4 weeks"),
    "a silence that is no duration": (
        "form_grace: 3 days",
        "form_grace: 3 days\n  quiet_after: a fortnight",
        "duration",
        "fortnight",
        "4 weeks",
    ),
    "a task of a deviation for nobody": (
        "classification: minor}",
        "classification: minor, raises: [{id: tell, title: Tell, role: nobody}]}",
        "unknown_role",
        "nobody",
        "Known",
    ),
}


@pytest.mark.parametrize(("old", "new", "code", "at", "hint"), CASES.values(), ids=CASES)
def test_a_mistake_is_reported_once_where_it_stands_and_with_what_to_write(old, new, code, at, hint):
    text = changed(old, new)
    (found,) = problems_of(text)
    assert (found.code, found.file, found.line) == (code, FILE, line_of(text, at))
    assert hint in found.hint


def test_a_decision_without_a_gate_is_reported():
    text = without("gates")
    (found,) = problems_of(text)
    assert (found.code, found.line) == ("no_gate", line_of(text, "id: randomization"))
    assert found.hint == "Write a gate with `guards: randomization`."


def test_a_decision_of_the_product_without_a_gate_is_reported_in_the_study():
    product = f"{PRODUCT['product.yaml']}forms:\n  - {{id: discharge, title: Discharge, kind: decision, log: true}}\n"
    (found,) = problems_of(BASE, {"product.yaml": product})
    assert (found.code, found.file, found.line) == ("no_gate", FILE, line_of(BASE, "gates:\n"))
    assert found.hint == "Write a gate with `guards: discharge`."


def test_a_study_without_roles_is_told_so_once():
    text = without("roles")
    (found,) = problems_of(text)
    assert (found.code, found.file) == ("no_roles", FILE)


def test_a_role_that_the_product_gives_tasks_to_is_missing_from_the_studys_roles():
    raises = (
        "deviations: [{id: form_missing, title: M, classification: minor, raises: [{id: a, title: A, role: nurse}]}]"
    )
    (found,) = problems_of(BASE, {"product.yaml": PRODUCT["product.yaml"] + raises})
    assert (found.code, found.file, found.line) == ("unknown_role", FILE, line_of(BASE, "roles:\n"))


def test_an_id_of_the_product_is_taken():
    product = f"{PRODUCT['product.yaml']}forms:\n  - {{id: diary, title: Diary, log: true}}\n"
    (found,) = problems_of(BASE, {"product.yaml": product})
    assert (found.code, found.file, found.line) == ("duplicate_id", FILE, line_of(BASE, "id: diary"))


def test_a_deviation_of_the_product_is_replaced_by_the_studys():
    rules = "deviations: [{id: missed_visit, title: Product, classification: important}]"
    study = load_study({FILE: BASE}, {"product.yaml": PRODUCT["product.yaml"] + rules})
    assert [(rule.id, rule.title) for rule in study.document.deviations] == [("missed_visit", "Missed")]


def test_all_mistakes_are_reported_at_once_in_the_order_of_the_lines():
    text = BASE
    for old, new in (
        ("Europe/Oslo", "Oslo"),
        ("guards: randomization", "guards: scale"),
        ("to: [rater]", "to: [ratr]"),
    ):
        text = text.replace(old, new)
    text = text.replace("rule: systolic > 60", "rule: diastolic > 60")
    found = problems_of(text)
    assert [problem.code for problem in found] == ["bad_zone", "rule", "no_gate", "gate_before_fact", "unknown_role"]
    assert [problem.line for problem in found] == sorted(problem.line for problem in found)


def test_a_study_with_problems_is_not_loaded_and_names_them_all():
    text = changed("Europe/Oslo", "Oslo")
    with pytest.raises(StudyProblems, match=r"1 problem:\nstudy.yaml:6: site_defaults.zone: 'Oslo'") as raised:
        loaded(text)
    assert raised.value.problems == problems_of(text)


def test_the_first_twenty_of_many_problems_are_shown():
    text = changed("{form: scale}", ", ".join(f"{{form: scale_{number}}}" for number in range(30)))
    with pytest.raises(StudyProblems, match="… and 10 more"):
        loaded(text)


def test_names_are_looked_for_only_as_often_as_anybody_reads_the_hint():
    text = changed("{form: scale}", ", ".join(f"{{form: diary{number}}}" for number in range(300)))
    hints = [problem.hint for problem in problems_of(text)]
    assert hints.count("Did you mean diary?") == 200
    assert hints.count("Known: answer, diary, randomization, scale, vitals.") == 100
