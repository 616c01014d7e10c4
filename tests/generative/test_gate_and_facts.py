"""No dose through a closed gate, and no fact lost: random filings through the doors against a plain oracle.

What the gate must say stands in `dosing_oracle`.
"""

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, event, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from tests.generative.dosing_oracle import BOTH, NORWAY, READY, confirmation, lacking, local, parts

from triptych.cli.agreeing import whole_consent
from triptych.cli.scenario import SITE, Line, Player, read_lines
from triptych.ledger import Actor, Draft, Filed, Held, Refused
from triptych.ledger.chain import verify
from triptych.ledger.memory import MemoryStore

START = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
CRITERIA = {item.id: True for item in NORWAY.forms["eligibility"].items if item.type == "boolean"}
PERSON = "P-1"
LABORATORY = {"sodium": 140.0, "potassium": 4.2, "alt": 22.0, "ast": 20.0, "creatinine": 64.0, "tsh": 1.8}
CONSENT = list(whole_consent(NORWAY))
SPOKEN = {"route": "spoken"}
UNKNOWN = {"missing": "not-performed"}
vitals = st.fixed_dictionaries(
    {},
    optional={
        "systolic": st.sampled_from([118, 140, 141, 185, UNKNOWN]),
        "diastolic": st.sampled_from([75, 90, 91, UNKNOWN]),
        "heart_rate": st.sampled_from([64, 100, 101, UNKNOWN]),
        "temperature": st.sampled_from([36.6, 37.5, 37.6, UNKNOWN]),
    },
)
people = st.sampled_from(["therapist-1", "co_therapist-1", "rater-1"])


class DoorMachine(RuleBasedStateMachine):
    """One participant, many hands, days that pass."""

    def __init__(self) -> None:
        super().__init__()
        self.store = MemoryStore()
        self.player = Player(self.store, NORWAY, read_lines(f'{{"now": "{START.isoformat()}"}}'))
        self.accepted: list[tuple[Draft, datetime]] = []
        self.sent: list[tuple[Draft, Actor, str]] = []
        self.count = 0
        self.file("first_contact", {"channel": "self"}, "coordinator")
        values = {"ready": False}  # the participant's access of their own comes with it
        self.player.also(
            Line(
                participant=PERSON, form="session_ready", values=values, role="participant", occurred_at=START, cycle=1
            )
        )

    def file(self, form: str, values: dict[str, Any], role: str, **more: Any) -> object:
        self.count += 1
        now = self.player.clock.now = self.player.clock.now + timedelta(minutes=1)
        draft = Draft(
            id=str(uuid.uuid5(uuid.NAMESPACE_OID, str(self.count))),
            form=form,
            values=values,
            occurred_at=more.pop("occurred_at", now),
            participant=PERSON,
            site=SITE,
            **more,
        )
        actor = Actor(person=f"{role}-1", role=role)
        outcome = self.player.trial.file(draft, actor)
        kind = NORWAY.forms[form].kind if form in NORWAY.forms else "fact"
        is_agreement = form in ("consent", "consent_element") and values["agreed"]
        if kind == "fact" and not is_agreement:
            assert not isinstance(outcome, Refused), outcome
        self.sent.append((draft, actor, type(outcome).__name__))
        if isinstance(outcome, Filed):
            self.accepted.append((draft, now))
        return outcome

    @rule(hours=st.sampled_from([1, 6, 24, 24 * 7]))
    def time_passes(self, hours: int) -> None:
        self.player.clock.now += timedelta(hours=hours)

    @rule(agreed=st.booleans())
    def consent(self, agreed: bool) -> None:
        """The parts that are not agreed to yet and the signature, or a refusal of the whole."""
        if not agreed:
            self.file("consent", {"version": "1", "agreed": False}, "physician")
            return
        said = parts(self.accepted)
        for one in CONSENT:
            if said.get(str(one.values.get("element"))) is not True:
                self.file(one.form, one.values, one.role)

    @rule(element=st.sampled_from(["risks", "suggestibility", "recording_training"]))
    def take_back(self, element: str) -> None:
        """A no to one part is accepted at any time."""
        assert isinstance(
            self.file("consent_element", {"element": element, "agreed": False, **SPOKEN}, "physician"), Filed
        )

    @rule(finding=st.sampled_from(["yes", "no", "unclear"]))
    def capacity(self, finding: str) -> None:
        able = {"occasion": "doubt", "assessed": ["choice"], "finding": finding, "why": "x"}
        self.file("capacity", able, "physician")

    @rule()
    def doubt(self) -> None:
        self.file("capacity_doubt", {"what": "Does not seem to follow"}, "night_attendant")

    @rule(element=st.sampled_from(["purpose", "risks"]))
    def agree_to_other_words(self, element: str) -> None:
        """One changed character is another text."""
        part = next(one for one in CONSENT if one.values.get("element") == element)
        values = part.values | {"text": part.values["text"][:-1] + ("0" if part.values["text"][-1] != "0" else "1")}
        assert isinstance(self.file(part.form, values, part.role), Refused)

    @rule(unmet=st.sampled_from([None, None, *CRITERIA]), answered=st.booleans())
    def criteria(self, unmet: str | None, answered: bool) -> None:
        values: dict[str, Any] = {**CRITERIA}
        if unmet:
            values[unmet] = False if answered else {"missing": "asked-unknown"}
        self.file("eligibility", values, "physician", visit="screening")

    @rule()
    def eligible(self) -> None:
        self.file("eligibility_confirmation", {"decision": "eligible"}, "principal_investigator")

    @rule()
    def enroll(self) -> None:
        self.file("enrollment", {}, "coordinator", visit="enrollment_visit")

    @rule(still=st.sampled_from([True, True, False]))
    def confirm_at_baseline(self, still: bool) -> None:
        self.file("baseline_confirmation", {"still_eligible": still}, "physician", visit="preparation_3")

    @rule()
    def everything_right(self) -> None:
        """Whatever the gate asks for, as it should be: from here single filings can close it again."""
        self.consent(agreed=True)
        self.capacity(finding="yes")
        self.who(potential=True)
        self.file("ecg", {"qtcf": 410, "rhythm": "Sinus rhythm"}, "physician", visit="screening")
        laboratory = LABORATORY
        self.file("laboratory", laboratory, "physician", visit="screening")
        self.criteria(unmet=None, answered=True)
        self.medicine_review(complete=True)
        self.eligible()
        self.enroll()
        self.confirm_at_baseline(still=True)
        self.team(first="therapist-1", second="co_therapist-1")
        self.measure(values={"systolic": 118, "diastolic": 75, "heart_rate": 64, "temperature": 36.6})
        self.pregnancy_test(result="negative")
        self.suicidality(ideation=0, behavior=False)
        self.make_ready(wrong=None, significant=False)
        self.findings()
        self.confirm_screening()

    def findings(self) -> None:
        """What the screening asks beside what others ask: an interview, weight and height, pressures of other days."""
        interview = {"diagnoses": "Major depressive disorder", "contraception": "Copper IUD", "nursing": False}
        self.file("screening_interview", {**interview, "history_complete": True, "family_history": False}, "physician")
        self.file("physical_exam", {"weight": 70.0, "height": 170}, "physician", visit="screening")
        for days in (3, 6):
            earlier = self.player.clock.now - timedelta(days=days)
            self.file("blood_pressure", {"systolic": 118, "diastolic": 75}, "physician", occurred_at=earlier)

    @rule()
    def confirm_screening(self) -> None:
        """A physician confirms what is shown, where it can be confirmed."""
        today = local(self.player.clock.now)
        screened = self.player.trial.system_view().screened(PERSON, today, 1)
        assert screened is not None
        if screened.may_be_confirmed:
            values = {"planned_on": today.isoformat(), "shown": screened.shown, "decision": screened.decision}
            judged = {"judged": "Looked at"} if screened.decision == "needs_physician_review" else {}
            assert isinstance(self.file("screening_confirmation", values | judged, "physician", cycle=1), Filed)

    @rule(wrong=st.sampled_from([None, "touch", *READY]), significant=st.booleans())
    def make_ready(self, wrong: str | None, significant: bool) -> None:
        """The results with their review, and what is asked and checked on the day; one answer may be a no."""
        finding = {"finding": "significant", "why": "x"} if significant else {"finding": "normal"}
        results = {"ecg": {"qtcf": 410, "rhythm": "Sinus rhythm"}}
        results["laboratory"] = LABORATORY
        for form, values in results.items():
            self.file(form, values, "physician", visit="screening")
            self.file("result_review", {"about": self.sent[-1][0].id, **finding}, "physician")
        self.file("drug_screen", {"result": "negative"}, "physician", visit="dosing", cycle=1)
        for form in ("readiness", "intake_review"):
            items = [item.id for item in NORWAY.forms[form].items]
            self.file(form, {item: item != wrong for item in items}, "therapist")
        self.file("physician_cover", {"where": "on_call"}, "physician")
        self.file("alarm_test", {}, "therapist")
        self.file("alarm_test_seen", {"about": self.sent[-1][0].id}, "physician")
        for person in ("therapist-1", "co_therapist-1"):
            agreed = {"person": person, "stop_word": "Stop", "care_agreed": wrong != "touch", "signed": "paper"}
            agreed |= {"holder": "The site"}
            self.file("touch_agreement", agreed, "therapist")
        for role in BOTH:
            self.say_ready(role, ready=True)

    @rule(role=st.sampled_from(["participant", "therapist"]), ready=st.booleans())
    def say_ready(self, role: str, ready: bool) -> None:
        """Either side says that they are ready for the first session, or takes it back."""
        self.file("session_ready", {"ready": ready, "words": role}, role, cycle=1)

    @rule(potential=st.sampled_from([True, False, {"missing": "asked-unknown"}]))
    def who(self, potential: object) -> None:
        self.file("demographics", demographics(potential), "physician", visit="screening")

    @rule(first=people, second=people)
    def team(self, first: str, second: str) -> None:
        self.file("session_team", {"first": first, "second": second}, "therapist", visit="dosing", cycle=1)

    @rule(values=vitals)
    def measure(self, values: dict[str, Any]) -> None:
        self.file("vitals", values, "physician", visit="dosing", cycle=1)

    @rule(result=st.sampled_from(["negative", "positive", UNKNOWN]))
    def pregnancy_test(self, result: object) -> None:
        self.file("pregnancy_test", {"result": result}, "physician", visit="dosing", cycle=1)

    @rule(ideation=st.sampled_from([0, 3, 4]), behavior=st.booleans())
    def suicidality(self, ideation: int, behavior: bool) -> None:
        self.file("cssrs", {"ideation": ideation, "behavior": behavior}, "physician", visit="dosing", cycle=1)

    @rule(name=st.sampled_from(["sertraline", "paracetamol", "wombat root"]), ongoing=st.booleans())
    def medicine(self, name: str, ongoing: bool) -> None:
        stopped = {} if ongoing else {"last_taken_on": "2026-01-05"}
        self.file("medicine", {"name": name, "ongoing": ongoing, **stopped}, "physician")

    @rule(complete=st.booleans())
    def medicine_review(self, complete: bool) -> None:
        self.file("medicine_review", {"complete": complete}, "physician")

    @rule(paused=st.booleans())
    def pause(self, paused: bool) -> None:
        form = "site_pause" if paused else "site_resume"
        draft = Draft(
            id=str(uuid.uuid4()), form=form, values={"why": "x"}, occurred_at=self.player.clock.now, site=SITE
        )
        outcome = self.player.trial.file(draft, Actor(person="administrator-1", role="administrator"))
        assert isinstance(outcome, Filed)
        self.accepted.append((draft, self.player.clock.now))

    @rule()
    def stop(self) -> None:
        self.file("treatment_stop", {"why": "participant"}, "physician")

    @rule(amount=st.sampled_from([80.0, 120.0, 400.0]))
    def authorize(self, amount: float) -> None:
        values = {"part": "initial", "amount": amount, "kit": "K-001"}
        self.file("dose_check", values, "co_therapist", cycle=1)
        before = list(self.accepted)
        outcome = self.file("dose_authorization", values, "physician", cycle=1, visit="dosing")
        doses = [draft.values["outcome"] for draft, _, _ in self.sent if draft.form == "dose_administration"]
        refused = lacking(before, doses, self.player.clock.now, amount)
        confirmed, changed = confirmation(before, self.player.clock.now)
        event(f"authorization {'given' if isinstance(outcome, Filed) else 'refused'}")
        if refused or not confirmed:
            assert isinstance(outcome, Refused), refused
        elif not changed:
            assert isinstance(outcome, Filed), outcome
        elif isinstance(outcome, Refused):
            assert [reason.code for reason in outcome.reasons] == ["screening_confirmed"], outcome

    @rule(amount=st.sampled_from([80.0, 80.0, 120.0]))
    def authorize_when_all_is_right(self, amount: float) -> None:
        self.everything_right()
        self.authorize(amount)

    @rule(outcome=st.sampled_from(["taken", "partly", "vomited", "not_taken", "spilled"]), amount=st.just(80))
    def administer(self, outcome: str, amount: int) -> None:
        now = self.player.clock.now.isoformat()
        values = {"part": "initial", "outcome": outcome, "amount": amount, "taken_at": now}
        filed = self.file("dose_administration", values, "therapist", visit="dosing", cycle=1)
        assert isinstance(filed, Held if outcome == "spilled" else Filed)

    @rule(
        form=st.sampled_from(["vitals", "observation", "no_such_form"]),
        junk=st.dictionaries(st.text(max_size=5), st.none() | st.text(max_size=5)),
    )
    def junk(self, form: str, junk: dict[str, Any]) -> None:
        self.file(form, junk, "therapist")

    @rule(data=st.data())
    def send_again(self, data: st.DataObject) -> None:
        draft, actor, was = data.draw(st.sampled_from(self.sent))
        records = len(self.player.trial.system_view().records(PERSON))
        again = self.player.trial.file(draft, actor)
        if was != "Refused":
            assert type(again).__name__ == was
            assert again.repeated
            assert len(self.player.trial.system_view().records(PERSON)) == records

    @invariant()
    def nothing_is_lost(self) -> None:
        kept = {record.id for record in self.player.trial.system_view().records(PERSON)}
        assert {draft.id for draft, _, was in self.sent if was != "Refused"} <= kept

    def teardown(self) -> None:
        with self.store.reading() as reading:
            assert not verify(reading).damages


def demographics(potential: object) -> dict[str, Any]:
    """Answers to the demographics form of the Norway study."""
    return {"birth_date": "1985-05-01", "sex": "female", "childbearing_potential": potential}


TestDoors = pytest.mark.requirement("P11-05")(DoorMachine.TestCase)
TestDoors.settings = settings(
    max_examples=70, stateful_step_count=40, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
