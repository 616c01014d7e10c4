"""What each room hands to the rooms above it. A new name here is a promise; a name that goes breaks one."""

import importlib

import pytest

PUBLIC = {
    "rules": """
        BOOL DATE INT NUMBER TEXT TIME Answer Code Context ListOf Listing Missing RecordOf Rule RuleFault RuleProblem
        RuleProblems Type compile_rule evaluate rule_from_json rule_to_json
    """,
    "safety": """
        PRECEDENCE Active Alarm Asking BloodPressure Candidate Case Closing Code Conditions Conflict Contact Criterion
        Decision Ecg EmergencyCard Fact Hazard Identified Knowledge KnowledgeBase KnownText Labs Medicine
        MedicineJudgment Participant PregnancyTest Product Profile Question Reading Recorded Resolution Row
        Screening Stated Unreadable Washout countries_of extra_readings has_zero judge_medicines level_of limit_alarms
        profile_of read_case read_conditions read_contacts read_knowledge read_profile questions readings_of
        resolve screen session_alarms stated_in washouts
    """,
    "study": """
        INSTRUMENTS LEVELS SILENT Amendment Arm Choice Column Condition DeviationClass DeviationRule
        Difference DischargeRules Dose Duration Education Floor Form Gate Instrument InstrumentDocument Item
        Level Limit Listing Marked Misfit NotADuration NotShipped Panel Part Passage Placement PresenceRules
        Problem Protocol Question Raise Recognition Release Role Schedule Scored ScreeningFact ScreeningRules Section
        SessionRules Settled Shelf Study StudyDocument StudyError StudyProblems SupplementRules Table Text
        Timing Unconfirmed Visit Watch amendment_problems answers as_files bands_of check_instrument
        check_study complete differences fit flat_data flat_study flat_yaml known_to_each_other
        load_instrument load_study misfits new_study next_version parse_days parse_duration protocol_text
        read_education read_marked read_not_shipped render_text schedule score score_notes shown_items
        study_from_canonical write_yaml
    """,
    "course": """
        Altered Approach Attendance CASEBOOK CONFIRMABLE CONFIRMATION Capture Course Deviation Effect Entries
        Entry Fold FormState Funnel Gap GateState Grant Grants Judged Listed Month Origin Phase Planned
        PlannedMedicine Query Record Screened SessionState Setting Sight Signature Span StudyCriterion
        Supplement Taper Task Window current_site derive_course effects exclusions funnel is_trained
        judge_gate listed local_day may_file months projected review_digest sees_as_signer shown_digest slots
        slots_by_key under_review visits_of_form
    """,
    "evidence": """
        Absolute Adjusted Agreement Base Beside Cell Cells Chapter Coefficient Common ConditionText Correction
        Drawing Drift Estimate Events EvidenceError EvidenceReport Finding GuessCounts ImpossibleFigures
        Index Interval METHODS Mean Measure Method Needed NotConverged NotEstimable
        OutcomeDefinition Pooled Posterior Prediction Prior Proportion Pull RateInterval Regression
        SIDE_BY_SIDE Sharing StudyInterval Subgroups Synthesis TableStudy ThreeLevel TooFewStudies
        Trial UpTo Without Zeros absolute bang bayesian beside blinding changes check_base
        conclusions condition_report cumulative default_method drift effect_text egger egger_mixed
        event_effect event_rate figure finding findings_of first_sentence flow_counts from_interval
        from_p g_from_difference g_from_f g_from_log_odds g_from_p g_from_t grade guess_adjusted
        guesses harms hedges_g icc influence interval james kappa leave_one_out load_base main_findings
        mantel_haenszel mean_difference no_effect number_needed peto plain_findings plain_passages
        plain_risks pool pooled_harms regress sd_from_interval sd_from_se sd_of_change study_interval subgroups
        synthesize three_level trial_flow unit_of
    """,
    "exchange": """
        Dictionary Field Finding FromFhir FromRecord FromUsdm Imported Line NoReading NotADictionary NotFhir
        NotUsdm NotVitals Paper Part Readings acknowledgment case_of_bundle day_of_record
        decision_as_fhir export_usdm forest_pdf
        forest_svg import_redcap import_usdm lint medicines_as_fhir paper_pdf protocol_html
        protocol_pdf read_dictionary read_observations read_oru report_html report_markdown report_pdf screen_bundle
        synthesis_html
    """,
    "ledger": "Actor Draft Filed Held Outcome Reason Refused Seen Trial View",
}


@pytest.mark.parametrize("room", PUBLIC)
def test_a_room_hands_out_these_names_and_no_others(room):
    module = importlib.import_module(f"triptych.{room}")
    assert sorted(module.__all__) == sorted(PUBLIC[room].split())
    assert all(hasattr(module, name) for name in module.__all__)
