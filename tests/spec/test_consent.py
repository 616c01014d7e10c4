"""When a consent counts, what takes it away, and when nothing may be signed: tables of records in, answers out."""

import uuid
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from triptych.cli.agreeing import whole_consent
from triptych.course import Entries, Fold, Record, Setting
from triptych.course.consent_lock import lock_at
from triptych.ledger.library import find_study, knowledge, product_files, read_folder, shelf, study_folder
from triptych.rules import Missing
from triptych.safety import KnownText
from triptych.study import Study, known_to_each_other, load_study
from triptych.study.consent import OPTIONAL, REQUIRED
from triptych.study.consent_effects import consequence

NORWAY = find_study("mdma-mdd-norway")
START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
DAY = timedelta(days=1)
BORN = {"birth_date": "1985-05-01", "sex": "female", "childbearing_potential": True}
Said = tuple[str, dict[str, Any], dict[str, Any]]


def whole(born: str | None = "1985-05-01") -> list[Said]:
    """Everything that makes a consent count, as forms, answers and what is unusual about the record."""
    told: list[Said] = [(one.form, dict(one.values), {"role": one.role}) for one in whole_consent(NORWAY)]
    return ([("demographics", {**BORN, "birth_date": born}, {})] if born else []) + told


def records(said: list[Said], study: Study = NORWAY) -> list[Record]:
    """Records of a stream, one a minute, `at` and other members where a line says otherwise."""
    return [
        Record(
            stream="participant:P-1",
            position=place,
            previous="",
            id=str(uuid.UUID(int=place + 1)),
            form=form,
            actor=f"{more.get('role', 'coordinator')}-1",
            role=more.get("role", "coordinator"),
            occurred_at=more.get("at", START + timedelta(minutes=place)),
            recorded_at=START + timedelta(minutes=place),
            document=study.digest,
            values=values,
            status=more.get("status", "filed"),
            corrects=more.get("corrects"),
            reason="x" if "corrects" in more else None,
        )
        for place, (form, values, more) in enumerate(said)
    ]


def folded(
    said: list[Said], study: Study = NORWAY, setting: Setting | None = None, now: datetime | None = None
) -> Fold:
    known = replace(knowledge(), consent={**knowledge().consent, **_second()})
    setting = setting or Setting(study, (), (), None)
    return Fold(study, "P-1", records(said, study), setting, known, now or START + DAY)


@cache
def _second() -> dict[tuple[str, str, str], KnownText]:
    """Texts of a version to come."""
    return {("3", language, element): known for (_, language, element), known in knowledge().consent.items()}


def in_force(said: list[Said], **more: Any) -> bool | None:
    """Whether consent is in force; none for unknown. The gate in front of a dose says the same."""
    fold = folded(said, **more)
    found = fold.consented.in_force
    states = {one.id: one.state for one in fold.gate("authorize_dose", 1).conditions}
    known = None if isinstance(found, Missing) else found
    assert states["consent_in_force"] == {True: "met", False: "not met", None: "unknown"}[known]
    return known


def place_of(said: list[Said], element: str) -> int:
    return next(n for n, (_, values, _) in enumerate(said) if values.get("element") == element)


def answered(element: str, *, agreed: bool, **more: Any) -> Said:
    part = next(values for _, values, _ in whole() if values.get("element") == element)
    said = part if agreed else {"element": element, "agreed": False, "route": "spoken"}
    return "consent_element", {**said, **more.pop("values", {})}, more


@pytest.mark.requirement("CON-07")
@pytest.mark.requirement("P11-05")
def test_every_part_the_signature_the_capacity_and_the_age_together_make_a_consent_count():
    assert in_force(whole()) is True
    assert all(in_force(whole()[:count]) is not True for count in range(len(whole())))


DEFECTS = (
    "missing",
    "declined",
    "withdrawn",
    "other version",
    "changed",
    "unknown text",
    "by another",
    "set aside",
    "held",
)


def with_defect(element: str, defect: str) -> tuple[list[Said], bool | None]:
    """A whole consent in which one part has a defect, and what is to be said of it."""
    said = whole()
    place = place_of(said, element)
    form, values, more = said[place]
    at = str(uuid.UUID(int=place + 1))
    changed: dict[str, tuple[dict[str, Any], bool | None]] = {
        "other version": ({"version": "3"}, False),
        "changed": ({"text": values["text"][:-1] + ("0" if values["text"][-1] != "0" else "1")}, False),
        "unknown text": ({"language": "xx"}, None),
        "by another": ({"route": "representative"}, False),
    }
    if defect in changed:
        said[place] = (form, values | changed[defect][0], more)
        return said, changed[defect][1]
    match defect:
        case "missing":
            return said[:place] + said[place + 1 :], None
        case "declined":
            said[place] = answered(element, agreed=False)
            return said, False
        case "withdrawn":
            return [*said, answered(element, agreed=False)], False
        case "set aside":
            return [*said, ("entered_in_error", {"about": at, "why": "x"}, {})], None
        case _:
            return [*said, answered(element, agreed=False, status="held")], None


@pytest.mark.requirement("CON-07")
@pytest.mark.requirement("EMA-05")
@settings(max_examples=60, deadline=None)
@given(st.sampled_from(REQUIRED), st.sampled_from(DEFECTS))
def test_no_dose_is_open_with_one_part_that_is_not_agreed_to_as_it_is_asked(element, defect):
    said, expected = with_defect(element, defect)
    assert in_force(said) is expected


def test_the_parts_that_are_free_may_each_be_declined():
    said = whole()
    for element in OPTIONAL:
        said[place_of(said, element)] = answered(element, agreed=False)
    assert in_force(said) is True


@pytest.mark.requirement("CON-05")
def test_a_no_that_is_corrected_set_aside_or_overtaken_on_paper_never_becomes_a_yes():
    no = [*whole(), answered("risks", agreed=False)]
    at = str(uuid.UUID(int=len(no)))
    assert in_force([*no, ("entered_in_error", {"about": at, "why": "Not meant"}, {})]) is not True
    corrected = ("consent_element", answered("costs", agreed=False)[1], {"corrects": at})
    assert in_force([*no, corrected]) is not True
    earlier = answered("risks", agreed=True, at=START - DAY)
    assert in_force([*no, earlier]) is False
    # What was withdrawn ends treatment; saying yes to it later begins none.
    assert in_force([*no, *whole()[1:]]) is False


def test_a_withdrawal_that_is_set_aside_leaves_the_consent_in_doubt_until_it_is_signed_again():
    for what in ("treatment", "contact", "data"):
        said: list[Said] = [*whole(), ("withdrawal", {"what": [what]}, {})]
        assert in_force(said) is False, what
        said.append(("entered_in_error", {"about": str(uuid.UUID(int=len(said))), "why": "x"}, {}))
        assert in_force(said) is None, what
        assert in_force([*said, *whole()[-2:]]) is True, what


@pytest.mark.requirement("CON-07")
@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ([("capacity", {"finding": "unclear"}, {"role": "physician"})], None),
        ([("capacity", {"finding": "no"}, {"role": "physician"})], False),
        ([("capacity_doubt", {"what": "Confused"}, {"role": "therapist"})], None),
        (
            [("capacity_doubt", {"what": "x"}, {}), ("capacity", {"finding": "yes"}, {"role": "coordinator"})],
            None,
        ),
        ([("capacity_doubt", {"what": "x"}, {}), ("capacity", {"finding": "yes"}, {"role": "physician"})], True),
        ([("consent", {"version": "2", "agreed": True}, {"at": START + 2 * DAY})], None),
        ([("entered_in_error", {"about": str(uuid.UUID(int=len(whole()))), "why": "x"}, {})], None),
    ],
    ids=["unclear", "no", "doubt", "answered by another role", "answered", "signed after it", "set aside"],
)
def test_only_a_clinicians_yes_after_the_signature_and_every_doubt_says_that_somebody_can_consent(more, expected):
    assert in_force([*whole(), *more], now=START + 3 * DAY) is expected


def test_a_doubt_that_was_set_aside_is_still_answered_by_a_clinician():
    said: list[Said] = [*whole(), ("capacity_doubt", {"what": "x"}, {})]
    about = {"about": str(uuid.UUID(int=len(said))), "why": "x"}
    assert in_force([*said, ("entered_in_error", about, {})]) is None


@pytest.mark.requirement("P11-05")
@pytest.mark.parametrize(("born", "expected"), [(None, None), ("2026-01-01", False), ("2010-01-01", False)])
def test_nobody_under_age_and_nobody_of_unknown_age_is_given_a_dose(born, expected):
    assert in_force(whole(born)) is expected


def test_who_signed_under_age_signs_again_as_an_adult():
    comes_of_age = whole("2008-03-10")
    assert in_force(comes_of_age, now=START + 30 * DAY) is False
    anew = [(form, values, {**more, "at": START + 20 * DAY}) for form, values, more in whole()[1:]]
    assert in_force([*comes_of_age, *anew], now=START + 30 * DAY) is True


def test_a_pediatric_approval_asks_for_a_parents_permission_beside_the_childs_own_yes():
    study = variant("consent: {pediatric: {approval: EC-7, minimum_age: 15}}")
    assert in_force(whole("2010-01-01"), study=study) is None
    said = whole("2010-01-01")
    said[-2] = ("consent", {**said[-2][1], "permission": "K. Berg, mother"}, {})
    assert in_force(said, study=study) is True
    assert in_force([("demographics", {**BORN, "birth_date": "2012-01-01"}, {}), *said[1:]], study=study) is False


@cache
def variant(text: str, version: str = "1.0") -> Study:
    """Norway with something written over it."""
    named = f'id: mdma-mdd-norway\ntitle: Variant\nversion: "{version}"\n'
    return load_study({"study.yaml": f"inherits: mdma-mdd-norway\n{named}{text}"}, product_files(), shelf())


def versions(*, reconsent: bool) -> tuple[Study, Study]:
    before = load_study(read_folder(study_folder("mdma-mdd-norway")), product_files(), shelf())
    amendment = f'amendment: {{of: "1.0", summary: New risks, reconsent: {str(reconsent).lower()}}}'
    after = variant(f'{amendment}\nconsent: {{version: "3"}}', "2")
    known = known_to_each_other({before.digest: before, after.digest: after})
    return known[before.digest], known[after.digest]


def at_site(before: Study, after: Study, on: date) -> Setting:
    """A site at which an amendment is in force from a day."""
    released = [("study_version", {"digest": one.digest, "version": "x"}, {}) for one in (before, after)]
    values = {"digest": after.digest, "version": "2", "in_force_on": on.isoformat()}
    site = records([("amendment_in_force", values, {})], before)
    return Setting(before, tuple(records(released, before)), tuple(site), "site-1")


@pytest.mark.requirement("P11-05")
@pytest.mark.requirement("EMA-05")
def test_an_amendment_that_asks_for_consent_anew_leaves_the_old_one_without_force():
    before, after = versions(reconsent=True)
    setting = at_site(before, after, (START + 5 * DAY).date())
    assert in_force(whole(), study=before, setting=setting) is True
    late = {"now": START + 6 * DAY, "setting": setting}
    assert in_force(whole(), study=before, **late) is False
    assert in_force(whole(), study=after, **late) is False
    anew = [
        (form, values | ({"version": "3"} if "version" in values else {}), {**more, "at": START + 5 * DAY})
        for form, values, more in whole()[1:]
    ]
    assert in_force([*whole(), *anew], study=after, **late) is True


def test_an_amendment_that_asks_for_none_leaves_the_old_consent_in_force():
    before, after = versions(reconsent=False)
    setting = at_site(before, after, START.date())
    assert in_force(whole(), study=after, setting=setting, now=START + 6 * DAY) is True


DOSE = {"part": "initial", "amount": 80}


@pytest.mark.requirement("CON-05")
def test_nothing_is_signed_from_a_dose_until_a_day_after_the_discharge():
    dose = ("dose_administration", DOSE | {"outcome": "taken"}, {"at": START})
    open_ended = Entries(records([dose]))
    assert lock_at(open_ended, START - timedelta(minutes=1)) is None
    assert lock_at(open_ended, START + 400 * DAY) is not None
    held = ("dose_administration", DOSE | {"outcome": "spilled"}, {"at": START, "status": "held"})
    assert lock_at(Entries(records([held])), START + DAY) is not None
    not_taken = ("dose_administration", DOSE | {"outcome": "not_taken"}, {"at": START})
    assert lock_at(Entries(records([not_taken])), START) is None
    left = START + timedelta(hours=8)
    stays = Entries(records([dose, ("session_exit", {"kind": "distress"}, {"at": left})]))
    assert lock_at(stays, left + 2 * DAY) is not None
    for form, values in (("discharge", {}), ("discharge_override", {}), ("session_exit", {"kind": "left"})):
        ended = Entries(records([dose, (form, values, {"at": left})]))
        assert lock_at(ended, left + DAY - timedelta(minutes=1)) is not None
        assert lock_at(ended, left + DAY) is None
    # What is discharged from is the session before: a later dose locks anew.
    again = ("dose_administration", DOSE | {"outcome": "taken"}, {"at": START + 28 * DAY})
    assert lock_at(Entries(records([dose, ("discharge", {}, {"at": left}), again])), START + 29 * DAY) is not None


@pytest.mark.requirement("CON-05")
@pytest.mark.requirement("PRV-01")
@pytest.mark.parametrize("element", [*REQUIRED, *OPTIONAL])
def test_taking_back_a_part_does_exactly_what_was_said_before(element):
    before, after = (folded(said) for said in (whole(), [*whole(), answered(element, agreed=False)]))
    said = consequence(element)
    assert dict(after.standing.axes) == {**before.standing.axes, **dict(said.sets)}
    new = {task.id: task for task in (*after.course().tasks, *after.course().alerts)}
    for task in (*before.course().tasks, *before.course().alerts):
        new.pop(task.id, None)
    assert {(task.id, task.title, task.roles) for task in new.values()} == {(said.task, said.title, (said.role,))}
    assert (after.consented.in_force is True) is (said.kind != "treatment")
    left = {one.element for one in after.consented.elements if one.state == "agreed"}
    assert left == {*REQUIRED, *OPTIONAL} - {element}


BEGIN = ("treatment_restart", {"why": "Spoke about it", "spoken": True}, {"role": "physician"})
BACK = answered("risks", agreed=False)
ANEW = [answered("risks", agreed=True), *whole()[-2:]]
"""The part, the signature of the whole and the capacity, each given again."""


def open_to_begin(said: list[Said]) -> bool:
    """Whether the gate in front of the decision is open to a physician."""
    filing = {"spoken": True, "why": "x", "actor": "physician-1"}
    roles = replace_role(folded(said))
    return roles.gate("restart_treatment", None, filing).decision == "open"


def replace_role(fold: Fold) -> Fold:
    """Let everybody named physician hold that role, which grants of the study would say."""
    fold.setting.holds_role = lambda person, role, _: person.startswith(role)
    return fold


@pytest.mark.requirement("CON-05")
@pytest.mark.requirement("CON-07")
def test_treatment_begins_again_only_with_the_part_the_signature_the_capacity_and_a_physicians_decision_all_anew():
    back = [*whole(), BACK]
    assert in_force([*back, *ANEW]) is False
    assert open_to_begin([*back, *ANEW])
    for missing in range(len(ANEW)):
        assert not open_to_begin([*back, *ANEW[:missing], *ANEW[missing + 1 :]]), missing
    assert not open_to_begin([*back, *reversed(ANEW)])
    assert not open_to_begin(whole())
    assert in_force([*back, *ANEW, BEGIN]) is True
    # Decided too early, it begins nothing that is not given; and taking back again ends it again.
    assert in_force([*back, BEGIN, *ANEW[:-1]]) is not True
    again = [*back, *ANEW, BEGIN, BACK]
    assert in_force(again) is False
    assert in_force([*again, *ANEW]) is False
    assert in_force([*again, *ANEW, BEGIN]) is True


def test_beginning_again_lifts_no_other_stop_and_no_withdrawal_that_became_known_later():
    back = [*whole(), BACK]
    stop: Said = ("treatment_stop", {"why": "adverse_event"}, {})
    for said in ([*back, stop, *ANEW], [*whole(), stop, BACK, *ANEW]):
        assert not open_to_begin(said)
        assert folded([*said, BEGIN]).standing.axes["treatment"] == "stopped"
    begun = [*back, *ANEW, BEGIN]
    assert folded(begun).standing.axes["treatment"] == "active"
    late = answered("costs", agreed=False, at=START + timedelta(seconds=30))
    assert folded([*begun, late]).standing.axes["treatment"] == "stopped"
    at = str(uuid.UUID(int=len(begun)))
    assert folded([*begun, ("entered_in_error", {"about": at, "why": "x"}, {})]).standing.axes["treatment"] == "stopped"


def test_a_no_before_anything_was_signed_ends_nothing():
    said = [*whole()[:5], answered("purpose", agreed=False)]
    assert folded(said).standing.axes["treatment"] == "active"
    assert in_force([*said, *whole()[1:]]) is True
