"""What taking something back does is said before it is filed, and is what then happens."""

import re
from collections.abc import Callable
from html import unescape
from types import SimpleNamespace

import pytest
from tests.doors.hands import Hands
from tests.doors.test_consenting import PEDIATRIC
from tests.readability import fernandez_huerta, flesch_kincaid_grade
from tests.web.conftest import Log, text_of
from tests.web.test_pages import fields

from triptych.course.staying import staying
from triptych.ledger import Filed
from triptych.ledger.library import product_files, shelf
from triptych.ledger.memory import MemoryStore
from triptych.study import load_study

PAGE = "/participants/P-1/file/{}/"


@pytest.mark.requirement("PRV-01")
@pytest.mark.requirement("CON-05")
def test_what_a_withdrawal_ends_is_said_before_it_is_filed_and_is_what_it_then_ends(norway: Hands, log_in: Log) -> None:
    norway.contact()
    said = unescape(text_of(log_in("coordinator").get(PAGE.format("withdrawal"))))
    titles = {axis.id: axis.title for axis in norway.study.document.axes}
    (item,) = (one for one in norway.study.forms["withdrawal"].items if one.id == "what")
    assert len(item.choices) == 4
    for number, choice in enumerate(item.choices):
        name = f"P-{number + 2}"
        norway.contact(name)
        before = norway.trial.system_view().course(name)
        assert isinstance(norway.file("coordinator", "withdrawal", {"what": [choice.code]}, name), Filed)
        after = norway.trial.system_view().course(name)
        assert before is not None
        assert after is not None
        ended = [f"{titles[a]}: {to}" for a, to in after.standing.items() if before.standing[a] != to]
        told = said.split(f"<b>{choice.label}</b><br><span>")[1].split(" What was recorded")[0]
        assert sorted(told.rstrip(".").split(". ")) == sorted(ended)


@pytest.mark.requirement("CON-07")
def test_what_taking_back_permission_does_is_said_in_every_language_and_only_where_the_document_has_it(
    norway: Hands, served: Callable[[Hands], None], log_in: Log
) -> None:
    norway.contact()
    entry = PAGE.format("permission")
    assert entry not in text_of(log_in("coordinator").get("/participants/P-1/consent/"))
    young = Hands(MemoryStore(), load_study({"study.yaml": PEDIATRIC}, product_files(), shelf()))
    served(young)
    young.contact()
    assert entry in text_of(log_in("coordinator").get("/participants/P-1/consent/"))
    page = text_of(log_in("coordinator").get(entry))
    english, spanish = (re.findall(rf'<li lang="{one}">.*?<span>(.*?)</span>', page)[0] for one in ("en", "es"))
    assert "no more of the study drug" in english
    assert "within 24 hours" in english
    assert "no toma más la medicina del estudio" in spanish
    assert flesch_kincaid_grade(english) <= 8
    assert fernandez_huerta(spanish) >= 60
    part = text_of(log_in("coordinator").get(PAGE.format("consent_element")))
    assert "Your data are not shared with other teams any more." in part
    assert part.count("From now on you get no more of the study drug") == 1


@pytest.mark.requirement("PRV-01")
def test_a_person_whom_the_team_may_no_longer_call_is_offered_nowhere(norway: Hands, log_in: Log) -> None:
    norway.contact()
    norway.born()
    norway.agree()
    client, path = log_in("coordinator"), "/participants/P-1/identity/"
    back = {"element": "contact_person", "agreed": False, "route": "spoken"}
    traced = SimpleNamespace(form="tracing_consent", values={"letter": True, "person": True, "register": False})

    def look() -> str:
        return text_of(client.post(path, {**fields(text_of(client.get(path))), "v-why": "contact"}))

    assert "Do not call the emergency contact" not in look()
    assert staying([traced]).tracing == ("a letter", "the person named")
    norway.file("coordinator", "consent_element", back)
    assert "Do not call the emergency contact" in look()
    assert staying([traced, SimpleNamespace(form="consent_element", values=back)]).tracing == ("a letter",)
