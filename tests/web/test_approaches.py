"""Contacts before consent: logged under an approval, without anybody's name, and reconciled with who was enrolled."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.doors.hands import Hands, codes
from tests.web.conftest import Log, text_of
from tests.web.test_pages import fields

from triptych.course import Approach, funnel
from triptych.ledger import Filed

PATH = "/sites/site-1/contacts/"
APPROVAL = {"body": "REK", "approved_on": "2026-01-05", "open_ended": True}


def approve(hands: Hands, **more: Any) -> None:
    assert isinstance(hands.administer("ethics_approval", APPROVAL | more, site="site-1"), Filed)


def test_nothing_is_kept_before_consent_without_an_approval_that_covers_it(norway: Hands) -> None:
    entered = {"day": "2026-03-02", "source": "self", "outcome": "call_back"}
    approve(norway)
    assert codes(norway.file("coordinator", "approach", entered, None, site="site-1")) == ["held_by_study"]
    approve(norway, prescreening=True)
    assert isinstance(norway.file("coordinator", "approach", entered, None, site="site-1"), Filed)


@pytest.mark.requirement("CRL-07")
def test_the_funnel_adds_up_and_no_reason_is_blank(norway: Hands, log_in: Log) -> None:
    approve(norway, prescreening=True)
    client = log_in("coordinator")

    def enter(**values: str) -> Any:
        typed = {f"v-{name}": value for name, value in values.items()}
        return client.post(PATH, {**fields(text_of(client.get(PATH))), "v-day": "2026-03-02", **typed})

    assert enter(source="self", outcome="ended").status_code == 422
    assert enter(source="self", outcome="ended", reason="distance").status_code == 302
    assert enter(source="clinician", outcome="goes_on", participant="P-1").status_code == 302
    assert "no first contact of P-1 is recorded" in text_of(client.get(PATH))
    norway.contact()
    page = text_of(client.get(PATH))
    assert "Every person is accounted for" in page
    assert "Lives too far away" in page
    norway.contact("P-2")
    assert "P-2 has no line in the log" in text_of(client.get(PATH))


def test_a_rater_sees_nothing_of_the_log(norway: Hands, log_in: Log) -> None:
    assert log_in("rater").get(PATH).status_code == 404


def test_a_later_contact_of_the_same_person_counts_that_person_once() -> None:
    first = Approach(id="a", values={"source": "self", "outcome": "call_back"})
    second = Approach(id="b", values={"source": "self", "outcome": "goes_on", "participant": "P-1"}, earlier="a")
    counted = funnel([first, second], {"P-1": "enrolled"})
    assert (counted.approaches, counted.waiting, counted.went_on, counted.reconciles) == (1, 0, 1, True)


@settings(max_examples=30)
@given(st.lists(st.sampled_from(["goes_on", "call_back", "ended", "blank"]), max_size=8), st.integers(0, 3))
def test_every_person_is_counted_once_and_a_gap_never_reconciles(outcomes: list[str], more: int) -> None:
    made = []
    for number, outcome in enumerate(outcomes):
        values = {"source": "self", "outcome": outcome}
        if outcome == "ended":
            values["reason"] = "age"
        elif outcome == "blank":
            values["outcome"] = "ended"
        elif outcome == "goes_on":
            values["participant"] = f"P-{number}"
        made.append(Approach(id=str(number), values=values))
    known = {f"P-{number}": "contact" for number, outcome in enumerate(outcomes) if outcome == "goes_on"}
    counted = funnel(made, known | {f"Q-{number}": "screening" for number in range(more)})
    assert counted.approaches == len(outcomes)
    assert counted.went_on + counted.waiting + sum(counted.ended.values()) + outcomes.count("blank") == len(outcomes)
    assert counted.reconciles == (more == 0 and "blank" not in outcomes)


@pytest.mark.requirement("PSY-04")
def test_screen_failures_are_counted_by_criterion(norway: Hands, log_in: Log) -> None:
    approve(norway, prescreening=True)
    for name, unmet in (
        ("P-1", "Bipolar I disorder\nA medicine that cannot be stopped"),
        ("P-2", "bipolar I disorder"),
    ):
        norway.contact(name)
        norway.file("coordinator", "consent", {"version": "1", "agreed": True}, name)
        failed = {"unmet": unmet, "found_by": "visit"}
        assert isinstance(norway.file("coordinator", "screen_failure", failed, name), Filed)
    page = text_of(log_in("coordinator").get(PATH))
    table = page.split("Screen failures by criterion</th>")[1].split("</table>")[0]
    assert 'scope="row">Bipolar I disorder</th><td class="num">2<' in table
    assert 'scope="row">A medicine that cannot be stopped</th><td class="num">1<' in table
