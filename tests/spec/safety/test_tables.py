"""Cases derived by hand from the source tables and the default profile, one difference from a well participant each.

`medicines.csv`: a name as typed, when it was last taken, and the decision with its earliest day counted from
the planned one. `diagnoses.csv`: words of a diagnosis or of the history, and the decision.
"""

import csv
from datetime import timedelta
from pathlib import Path

import pytest
from tests.spec.safety.screened import DAY, answer, case_with, ongoing, stopped

from triptych.ledger.library import LIBRARY
from triptych.safety import read_knowledge

HERE = Path(__file__).parent
MEDICINES = list(csv.DictReader((HERE / "medicines.csv").read_text("utf-8").splitlines()))
DIAGNOSES = list(csv.DictReader((HERE / "diagnoses.csv").read_text("utf-8").splitlines()))


@pytest.mark.requirement("CRL-16")
@pytest.mark.parametrize("line", MEDICINES, ids=lambda line: f"{line['entered']} {line['status']} {line['days']}")
def test_a_medicine_as_typed_leads_to_its_decision_and_earliest_day(line):
    name, route = line["entered"], line["route"]
    taken = line["status"] == "ongoing"
    found = answer(case_with(ongoing(name, route=route) if taken else stopped(name, int(line["days"]), route=route)))
    expected = DAY + timedelta(days=int(line["earliest_in_days"])) if line["earliest_in_days"] else None
    assert (found.decision, found.earliest_date) == (line["decision"], expected), found.reasons


@pytest.mark.parametrize("line", DIAGNOSES, ids=lambda line: line["text"])
@pytest.mark.parametrize("where", ["participant__diagnoses", "participant__medical_history"])
def test_words_of_a_diagnosis_or_of_the_history_lead_to_their_decision(line, where):
    said = ["PTSD", line["text"]] if where.endswith("diagnoses") else [line["text"]]
    found = answer(case_with(**{where: said}))
    assert found.decision == line["decision"], found.reasons


def ecgs(*values):
    return [{"date": day, "qtcf_ms": value, "rhythm": "sinus"} for day, value in values]


def pressures(*values):
    return [{"date": day, "sbp": upper, "dbp": lower} for day, upper, lower in values]


LOW = ("2027-02-20", 120, 80), ("2027-02-27", 122, 80)
FACTS = [
    ("the limit itself passes", {"labs_and_ecg__ecg": ecgs(("2027-03-08", 460))}, "eligible_on_date"),
    ("one high QTcF", {"labs_and_ecg__ecg": ecgs(("2027-03-08", 461))}, "cannot_decide"),
    (
        "high, then normal",
        {"labs_and_ecg__ecg": ecgs(("2027-03-01", 470), ("2027-03-08", 440))},
        "needs_physician_review",
    ),
    ("normal, then high", {"labs_and_ecg__ecg": ecgs(("2027-03-01", 440), ("2027-03-08", 470))}, "cannot_decide"),
    ("high twice, once long ago", {"labs_and_ecg__ecg": ecgs(("2026-09-01", 480), ("2027-03-08", 490))}, "excluded"),
    ("no ECG", {"labs_and_ecg__ecg": []}, "cannot_decide"),
    ("an old ECG", {"labs_and_ecg__ecg": ecgs(("2027-01-20", 430))}, "cannot_decide"),
    ("an ECG without a day", {"labs_and_ecg__ecg": ecgs((None, 430))}, "cannot_decide"),
    ("only another correction", {"labs_and_ecg__ecg": [{"date": "2027-03-08", "qtcb_ms": 430}]}, "cannot_decide"),
    (
        "another rhythm",
        {"labs_and_ecg__ecg": [{"date": "2027-03-08", "qtcf_ms": 430, "rhythm": "atrial fibrillation"}]},
        "needs_physician_review",
    ),
    (
        "pressure at the limit",
        {"vitals__bp_readings_mmHg": pressures(*((day, 140, 90) for day, *_ in (*LOW, ("2027-03-10",))))},
        "eligible_on_date",
    ),
    (
        "diastolic over it on three days",
        {"vitals__bp_readings_mmHg": pressures(*((day, 130, 91) for day, *_ in (*LOW, ("2027-03-10",))))},
        "excluded",
    ),
    ("over it once", {"vitals__bp_readings_mmHg": pressures(*LOW, ("2027-03-10", 152, 80))}, "needs_physician_review"),
    (
        "three readings of one day",
        {"vitals__bp_readings_mmHg": pressures(*[("2027-03-10", 120, 80)] * 3)},
        "cannot_decide",
    ),
    ("the laboratory of seven weeks ago", {"labs_and_ecg__labs_date": "2027-01-25"}, "cannot_decide"),
    ("the laboratory of tomorrow", {"labs_and_ecg__labs_date": "2027-03-20"}, "cannot_decide"),
    ("low potassium", {"labs_and_ecg__potassium_mmol_l": 3.2}, "not_eligible_on_date"),
    ("liver enzymes over three times the limit", {"labs_and_ecg__alt_u_l": 130}, "needs_physician_review"),
    ("a screen that was not done", {"labs_and_ecg__urine_drug_screen": "not done"}, "cannot_decide"),
    (
        "a screen with an exception",
        {"labs_and_ecg__urine_drug_screen": "negative except benzodiazepines"},
        "needs_physician_review",
    ),
    (
        "a pregnancy test of three weeks ago",
        {"participant__pregnancy_test": {"result": "negative", "date": "2027-02-20"}},
        "cannot_decide",
    ),
    (
        "an invalid pregnancy test",
        {"participant__pregnancy_test": {"result": "invalid", "date": "2027-03-15"}},
        "cannot_decide",
    ),
    (
        "ideation with a plan, behavior not asked",
        {"participant__suicide_risk": {"cssrs_ideation_max_past_month": 5}},
        "cannot_decide",
    ),
    (
        "behavior in the last half year",
        {"participant__suicide_risk": {"cssrs_ideation_max_past_month": 1, "behaviour_past_6_months": True}},
        "needs_physician_review",
    ),
    ("degrees Fahrenheit", {"vitals__temperature_c": 98.6}, "cannot_decide"),
    ("weight in pounds", {"participant__weight_kg": "145 lb"}, "cannot_decide"),
    ("a number without an end", {"labs_and_ecg__sodium_mmol_l": 10**400}, "cannot_decide"),
    ("a day that nobody lives to see", {"planned_session_date": "9999-12-31"}, "cannot_decide"),
    ("half of a character", {"participant__contraception": "IUD \ud800"}, "eligible_on_date"),
    ("a male who may become pregnant", {"participant__sex_at_birth": "male"}, "cannot_decide"),
    ("a sex that is neither", {"participant__sex_at_birth": "x"}, "cannot_decide"),
    ("no contraception", {"participant__contraception": "none"}, "needs_physician_review"),
    ("the pill alone", {"participant__contraception": "pill"}, "eligible_on_date"),
    (
        "a test without a result, where none is needed",
        {"participant__childbearing_potential": False, "participant__pregnancy_test": {"date": "2027-03-10"}},
        "cannot_decide",
    ),
    (
        "no test where none is needed",
        {"participant__childbearing_potential": False, "participant__pregnancy_test": None},
        "eligible_on_date",
    ),
    (
        "a lower pressure above the upper",
        {"vitals__bp_readings_mmHg": pressures(*LOW, ("2027-03-10", 80, 120))},
        "cannot_decide",
    ),
    (
        "a ventricular rhythm",
        {"labs_and_ecg__ecg": [{"date": "2027-03-08", "qtcf_ms": 430, "rhythm": "ventricular tachycardia"}]},
        "excluded",
    ),
    ("cocaine in urine", {"labs_and_ecg__urine_drug_screen": "positive for cocaine"}, "not_eligible_on_date"),
    ("no day of evaluation", {"evaluation_date": None}, "cannot_decide"),
]


@pytest.mark.parametrize(("changes", "decision"), [fact[1:] for fact in FACTS], ids=[fact[0] for fact in FACTS])
def test_one_changed_fact_leads_to_its_decision(changes, decision):
    found = answer(case_with(**changes))
    assert found.decision == decision, found.reasons
    "\n".join(found.reasons).encode("utf-8")


LASTS = ["2027-02", "02/01/2027", "two weeks ago", "2027-02-01T10:00:00Z", "2027-02-30", 20270201]


@pytest.mark.parametrize("last", LASTS)
def test_the_day_of_a_last_dose_that_is_no_plain_day_decides_nothing(last):
    found = answer(case_with({"as_entered": "Zoloft", "status": "stopped", "last_dose_date": last}))
    assert (found.decision, found.earliest_date) == ("cannot_decide", None)
    assert any("last-dose date of 'Zoloft'" in item for item in found.missing_items)


def test_a_date_stands_beside_what_has_to_be_repeated_and_none_beside_what_is_not_identified():
    waiting = case_with(stopped("Zoloft", 3), vitals__temperature_c=38.2, labs_and_ecg__sodium_mmol_l=133)
    assert answer(waiting).earliest_date == DAY + timedelta(days=11)
    unknown = answer(case_with(stopped("Zoloft", 3), stopped("flargle", 90)))
    assert (unknown.decision, unknown.earliest_date) == ("not_eligible_on_date", None)
    assert unknown.missing_items == ("confirmed identity of 'flargle'",)


def test_a_review_that_stays_open_does_not_hide_when_a_wash_out_ends():
    found = answer(case_with(stopped("Zoloft", 3), ongoing("Biktarvy")))
    assert (found.decision, found.earliest_date) == ("not_eligible_on_date", DAY + timedelta(days=11))


def test_a_name_with_a_question_mark_is_a_question():
    assert answer(case_with(stopped("sertraline?", 90))).decision == "cannot_decide"


NOTES = [
    ({"note": "took it for about 3 years"}, "eligible_on_date"),
    ({"note": "also for anxiety"}, "eligible_on_date"),
    ({"note": "also takes something from a friend"}, "cannot_decide"),
    ({"note": "about two weeks ago, perhaps"}, "cannot_decide"),
    ({"note": "had some beer with it"}, "cannot_decide"),
    ({"note": "switched from fluoxetine in January"}, "cannot_decide"),
    ({"dose": "restarted last week"}, "cannot_decide"),
    ({"dose": "50 mg every other day"}, "eligible_on_date"),
]


@pytest.mark.parametrize(("more", "decision"), NOTES)
def test_what_is_written_beside_a_medicine_may_open_a_question_and_never_settles_one(more, decision):
    found = answer(case_with(stopped("Zoloft", 90, **more)))
    assert found.decision == decision, found.reasons


@pytest.mark.parametrize(("planned", "decision"), [("2027-03-27", "eligible_on_date"), ("2027-04-20", "cannot_decide")])
def test_a_pregnancy_test_of_today_serves_a_session_still_to_come_and_is_repeated_before_it(planned, decision):
    found = answer(
        case_with(
            planned_session_date=planned,
            labs_and_ecg__labs_date="2027-03-15",
            labs_and_ecg__ecg=ecgs(("2027-03-15", 430)),
        )
    )
    assert found.decision == decision, found.reasons
    assert ("repeat the pregnancy test in the 7 d before the session" in found.other_actions) == (planned < "2027-04")


@pytest.mark.parametrize("name", ["Sominex", "madecassic acid"])
def test_a_name_that_two_countries_give_to_two_medicines_is_not_identified(name):
    assert answer(case_with(stopped(name, 90))).decision == "cannot_decide"


def test_vitamin_c_is_ordinary_only_where_its_dose_and_route_are_known():
    assert answer(case_with(ongoing("vitamin C", dose="500 mg"))).decision == "eligible_on_date"
    for more in ({"dose": "10 g"}, {"dose": "usual"}, {"dose": "500 mg", "route": None}, {"route": "intravenous"}):
        assert answer(case_with(ongoing("vitamin C", **more))).decision != "eligible_on_date"


def test_a_medicine_affirmed_not_taken_has_no_last_dose_and_a_status_is_one_of_three():
    untaken = {"as_entered": "Zoloft", "status": "affirmed none"}
    assert answer(case_with(untaken)).decision == "eligible_on_date"
    assert answer(case_with({**untaken, "last_dose_date": "2027-01-01"})).decision == "cannot_decide"
    assert answer(case_with(stopped("Zoloft", 90, status="paused"))).decision == "cannot_decide"


def test_codes_from_another_system_are_kept_and_identify_nothing():
    coded = stopped("flargle", 90, codes=[{"system": "rxnorm", "code": "36437", "display": "sertraline"}])
    assert answer(case_with(coded)).decision == "cannot_decide"


TABLES = ("interactions", "actives", "products")


def test_a_table_that_names_what_does_not_exist_is_refused():
    texts = {name: (LIBRARY / "medicines" / f"{name}.csv").read_text("utf-8") for name in TABLES}
    broken = [
        ("interactions", texts["interactions"].replace(",taper_washout,", ",perhaps,", 1), "management code 'perhaps'"),
        ("interactions", texts["interactions"].replace(",loss_of_effect,", ",fun,", 1), "hazard 'fun'"),
        ("actives", texts["actives"] + "wombat,DDI-999,,no\n", "no row 'DDI-999'"),
        ("products", texts["products"] + "Wombex,wombat,,,,none,no\n", "no active 'wombat'"),
        ("products", texts["products"] + "Wombex,sertraline,DDI-999,,,none,no\n", "no row 'DDI-999'"),
    ]
    for name, text, why in broken:
        changed = {**texts, name: text}
        with pytest.raises(ValueError, match=why):
            read_knowledge(*(changed[table] for table in TABLES))


URINE = {
    "eligible_on_date": ["Negative", "all negative", "neg x10", "negative (12 panel)", "no drugs detected"],
    "needs_physician_review": ["negative, THC positive", "negative apart from benzodiazepines", "neg; THC +"],
    "cannot_decide": [
        "negative?",
        "negative (dilute)",
        "negative - not supervised",
        "negative for cocaine only",
        "clean",
    ],
    "not_eligible_on_date": ["positive for cocaine", "negative for THC, positive for cocaine"],
}


@pytest.mark.parametrize(
    ("text", "decision"), [(text, decision) for decision, texts in URINE.items() for text in texts]
)
def test_a_urine_screen_is_negative_only_where_the_text_says_no_more(text, decision):
    assert answer(case_with(labs_and_ecg__urine_drug_screen=text)).decision == decision


METHODS = {
    "eligible_on_date": ["copper IUD", "Nexplanon implant", "vasectomized partner", "pill and condom", "abstinence"],
    "needs_physician_review": ["none", "withdrawal", "hoping for the best"],
    "cannot_decide": ["unknown", "not asked"],
}


@pytest.mark.parametrize(
    ("text", "decision"), [(text, decision) for decision, texts in METHODS.items() for text in texts]
)
def test_contraception_counts_where_the_method_is_known(text, decision):
    assert answer(case_with(participant__contraception=text)).decision == decision


@pytest.mark.parametrize(
    ("result", "decision"),
    [
        ("negative (urine hCG)", "eligible_on_date"),
        ("negative?? repeat", "cannot_decide"),
        ("not negative", "cannot_decide"),
    ],
)
def test_a_pregnancy_test_is_negative_only_where_its_words_say_so(result, decision):
    test = {"result": result, "date": "2027-03-15"}
    assert answer(case_with(participant__pregnancy_test=test)).decision == decision
