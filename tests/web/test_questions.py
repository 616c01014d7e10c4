"""Queries that a check opens: by the system, beside the field, once, and as hidden as the field."""

import re
from typing import Any

import pytest
from tests.doors.hands import Hands
from tests.web.conftest import Log, text_of
from tests.web.test_pages import vitals

from triptych.ledger import Actor, Filed
from triptych.ledger.drafts import System


def confirmed(client: Any, systolic: str) -> None:
    """File an unusual value after confirming it."""
    asked = text_of(vitals(client, **{"v-systolic": systolic}))
    message = re.search(r'name="confirmed" value="([^"]+)"', asked)
    assert message
    assert vitals(client, **{"v-systolic": systolic, "confirmed": message[1]}).status_code == 302


def of(hands: Hands, form: str) -> list[Any]:
    return [seen for seen in hands.trial.system_view().records("P-1") if seen.form == form]


@pytest.mark.requirement("GCP-02")
@pytest.mark.requirement("QA-06")
def test_an_unusual_value_that_was_confirmed_is_asked_about_by_the_system(norway: Hands, log_in: Log) -> None:
    norway.contact()
    confirmed(log_in("physician"), "190")
    (record,), (query,) = of(norway, "vitals"), of(norway, "query")
    assert (query.actor, query.role, query.values["about"], query.values["item"]) == (
        "system",
        "system",
        record.id,
        "systolic",
    )
    page = text_of(log_in("monitor").get(f"/participants/P-1/records/{record.id}/"))
    assert "Systolic" in next(row for row in page.split("<tr>") if "Is it right?" in row)
    assert "Answer a query" in text_of(log_in("physician").get("/participants/P-1/"))
    answered = norway.file("physician", "query_answer", {"about": query.id, "text": "Measured twice"})
    closed = norway.file("monitor", "query_close", {"about": query.id})
    assert isinstance(answered, Filed)
    assert isinstance(closed, Filed)
    assert "closed 1" in text_of(log_in("monitor").get("/queries/"))


def test_what_is_usual_is_not_asked_about(norway: Hands, log_in: Log) -> None:
    norway.contact()
    assert vitals(log_in("physician")).status_code == 302
    assert of(norway, "query") == []


def test_nobody_passes_for_the_system_to_ask(norway: Hands) -> None:
    norway.contact()
    about = {"about": of(norway, "first_contact")[0].id, "text": "Why?"}
    draft = norway.draft("query", about)
    assert not isinstance(norway.trial.file(draft, Actor(person="system", role="system")), Filed)
    assert isinstance(norway.trial.file(draft, System(person="system", role="system")), Filed)


def test_a_check_over_a_secret_answer_asks_on_that_answer() -> None:
    from triptych.ledger import Reason
    from triptych.study import Form, Item
    from triptych.web.questions import field_of

    def form(*secrets: str | None) -> Form:
        items = [Item(id=f"i{n}", label="I", type="text", secret=secret) for n, secret in enumerate(secrets)]
        return Form(id="f", title="F", group="g", items=tuple(items))

    whole = Reason(code="c", text="Odd")
    assert field_of(form(None, None), whole) == ""
    assert field_of(form(None, "arm"), whole) == "i1"
    assert field_of(form("kit", "arm"), whole) is None
    assert field_of(form("kit", "arm"), Reason(code="c", text="Odd", item="i0")) == "i0"
