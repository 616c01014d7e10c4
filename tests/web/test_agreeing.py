"""Consent part by part, by participants: plain in both languages, bound to what was shown, free to take back."""

import html
import re
import uuid
from typing import Any

import pytest
from msgspec.structs import replace
from tests.doors.hands import Hands
from tests.readability import fernandez_huerta, flesch_kincaid_grade
from tests.web.conftest import text_of
from tests.web.passkey import PRESENT, Device
from tests.web.routes import client_of
from tests.web.test_pages import fields
from tests.web.test_routes import populate

from triptych.course.consenting import Consented
from triptych.ledger.library import consent_texts, plain_evidence, plain_harm
from triptych.study.consent import OPTIONAL, REQUIRED, WRITTEN
from triptych.study.consent_texts import ConsentPassage, changes

HOST = {"host": "participant.localhost"}
LIST = "/consent/en/"
CODE = "493817"


@pytest.fixture
def world(norway: Hands) -> Hands:
    """A trial in which a participant has an access of their own, being served."""
    populate(norway)
    return norway


@pytest.fixture
def client(world: Hands) -> Any:
    """The participant, who signs with the code of their links."""
    from django.contrib.auth.models import User

    from triptych.web.entering import set_code

    client_of("pat")
    pat = User.objects.get(username="pat")
    pat.set_unusable_password()
    pat.save()
    set_code(pat, CODE)
    return client_of("pat")


def page(client: Any, path: str) -> str:
    return text_of(client.get(path, headers=HOST))


def answer(client: Any, element: str, *, agrees: bool = True, chosen: int | None = None) -> Any:
    """Answer one part as its page asks, by default with the right choice."""
    path = f"{LIST}part/{element}/"
    passage = consent_texts()["en"].passage(element)
    assert passage is not None
    right = passage.question.right if passage.question else None
    sent = fields(page(client, path)) | {"answer": "yes" if agrees else "no"}
    choice = right if chosen is None else chosen
    return client.post(path, sent | ({"chosen": str(choice)} if choice is not None else {}), headers=HOST)


def sign(client: Any, code: str = CODE) -> Any:
    path = f"{LIST}sign/"
    return client.post(path, fields(page(client, path)) | {"password": code}, headers=HOST)


def agree_to_all(client: Any) -> None:
    for element in REQUIRED:
        assert answer(client, element).status_code == 302


def whole(passage: ConsentPassage) -> str:
    asked = [passage.question.text, *passage.question.choices] if passage.question else []
    return " ".join([*passage.shown, passage.refusal, passage.effect, *asked])


@pytest.mark.requirement("CON-07")
@pytest.mark.parametrize("element", [*REQUIRED, *OPTIONAL])
def test_every_part_is_plain_in_both_languages(element: str) -> None:
    english, spanish = (consent_texts()[language].passage(element) for language in ("en", "es"))
    assert english is not None
    assert spanish is not None
    assert flesch_kincaid_grade(whole(english)) <= 8
    assert fernandez_huerta(whole(spanish)) >= 60
    assert english.sources


def test_both_languages_are_complete_and_ask_the_same() -> None:
    english, spanish = consent_texts()["en"], consent_texts()["es"]
    assert english.version == spanish.version
    assert english.ui.keys() == spanish.ui.keys()
    for one, other in zip(english.passages, spanish.passages, strict=True):
        assert (one.id, len(one.text), len(one.placeholder)) == (other.id, len(other.text), len(other.placeholder))
        assert bool(one.placeholder) is (one.id in WRITTEN)
        assert bool(one.question) == bool(other.question)
        if one.question and other.question:
            assert one.question.right == other.question.right


@pytest.mark.parametrize(("language", "heading"), [("en", "What is known so far"), ("es", "Qué se sabe hasta ahora")])
def test_what_the_evidence_says_stands_beside_the_text_and_is_not_part_of_what_is_signed(
    client: Any, language: str, heading: str
) -> None:
    shown = page(client, f"/consent/{language}/part/benefits/")
    told = plain_evidence("MDMA", language)
    assert told
    assert heading in shown
    for paragraph in told:
        assert paragraph in shown
    passage = consent_texts()[language].passage("benefits")
    assert passage is not None
    assert not set(told) & set(passage.text)


def test_a_wrong_answer_leads_back_to_the_text_and_to_a_person_and_agrees_to_nothing(world: Hands, client: Any) -> None:
    wrong = answer(client, "risks", chosen=1)
    assert wrong.status_code == 422
    assert "Please read the part again" in text_of(wrong)
    course = world.trial.system_view().course("P-1")
    assert course is not None
    assert any(task.id == "explain_passage" for task in course.tasks)
    assert not [one for one in world.trial.system_view().records("P-1") if one.form == "consent_element"]


def test_a_question_without_an_answer_is_asked_again_and_an_answer_that_is_neither_is_not_a_no(client: Any) -> None:
    path = f"{LIST}part/risks/"
    sent = fields(page(client, path))
    unanswered = client.post(path, sent | {"answer": "yes"}, headers=HOST)
    assert unanswered.status_code == 422
    assert "Choose an answer first" in text_of(unanswered)
    assert "Not quite" not in text_of(unanswered)
    assert client.post(path, sent, headers=HOST).status_code == 404
    assert "Not answered yet" in page(client, path)


@pytest.mark.parametrize("language", ["en", "es"])
def test_what_trials_counted_of_harm_stands_beside_the_risks(client: Any, language: str) -> None:
    shown = page(client, f"/consent/{language}/part/risks/")
    told = plain_harm("MDMA", language)
    assert told
    for paragraph in told:
        assert paragraph in shown


@pytest.mark.requirement("CON-07")
@pytest.mark.requirement("EMA-05")
def test_parts_are_agreed_to_one_by_one_and_signed_with_ones_own_code(world: Hands, client: Any) -> None:
    assert "First say yes to each part" in page(client, f"{LIST}sign/")
    agree_to_all(client)
    assert answer(client, "recording_training", agrees=False).status_code == 302
    assert sign(client, "000000").status_code == 422
    assert sign(client).status_code == 302
    assert "You signed this version" in page(client, LIST)
    records = world.trial.system_view().records("P-1")
    mine = [one for one in records if one.actor == "pat" and one.form in ("consent_element", "consent")]
    assert [one.values.get("element") for one in mine] == [*REQUIRED, "recording_training", None]
    risks = consent_texts()["en"].passage("risks")
    assert risks is not None
    assert next(one for one in mine if one.values.get("element") == "risks").values["text"] == risks.digest
    consented = world.trial.system_view().consented("P-1")
    assert consented is not None
    assert {lack.code for lack in consented.lacks} == {"capacity"}
    able = {
        "occasion": "consent",
        "assessed": ["understanding", "choice"],
        "finding": "yes",
        "why": "Spoke for an hour",
    }
    world.file("physician", "capacity", able)
    stands = world.trial.system_view().consented("P-1")
    assert stands is not None
    assert stands.in_force is True


@pytest.mark.requirement("EMA-05")
def test_one_changed_character_of_what_was_shown_is_refused(world: Hands, client: Any) -> None:
    path = f"{LIST}part/costs/"
    sent = fields(page(client, path)) | {"answer": "yes"}
    digest = sent["shown"]
    other = ("0" if digest[0] != "0" else "1") + digest[1:]
    refused = client.post(path, sent | {"shown": other}, headers=HOST)
    assert refused.status_code == 422
    assert "The text has changed since it was shown to you." in text_of(refused)
    assert not [one for one in world.trial.system_view().records("P-1") if one.form == "consent_element"]


def test_the_effect_of_taking_back_is_said_first_and_then_happens(world: Hands, client: Any) -> None:
    agree_to_all(client)
    sign(client)
    path = f"{LIST}part/risks/back/"
    asked = page(client, path)
    assert "you get no more of the study drug" in asked
    assert "You signed this version" in page(client, LIST)
    assert client.post(path, fields(asked), headers=HOST).status_code == 302
    assert "You took it back" in page(client, LIST)
    consented = world.trial.system_view().consented("P-1")
    assert consented is not None
    assert consented.in_force is False


@pytest.mark.requirement("CON-05")
def test_after_a_dose_a_no_is_taken_and_a_yes_is_not(world: Hands, client: Any) -> None:
    answer(client, "touch_support")
    dose = {"part": "initial", "outcome": "taken", "amount": 80, "taken_at": world.now.isoformat()}
    world.file("therapist", "dose_administration", dose, visit="dosing", cycle=1)
    shown = page(client, f"{LIST}part/recording_recall/")
    assert "you cannot agree to anything new" in shown
    assert "Yes, I agree" not in shown
    forced = fields(shown) | {"answer": "yes"}
    assert client.post(f"{LIST}part/recording_recall/", forced, headers=HOST).status_code == 422
    back = f"{LIST}part/touch_support/back/"
    assert client.post(back, fields(page(client, back)), headers=HOST).status_code == 302
    last = world.trial.system_view().records("P-1")[-1]
    assert (last.values["element"], last.values["agreed"]) == ("touch_support", False)


@pytest.mark.requirement("P11-11")
def test_who_has_only_a_passkey_signs_with_it_and_only_once_verified_with_ones_own(world: Hands, client: Any) -> None:
    from triptych.web.entering import Reached

    client_of("coordinator-1")
    Reached.objects.filter(user__username="pat").update(code="")
    agree_to_all(client)
    path = f"{LIST}sign/"
    assert "you need a passkey or a code of your own" in page(client, path)
    own, other = Device("pat", world.now), Device("coordinator-1", world.now)

    def sent(device: Device, **more: Any) -> Any:
        shown = page(client, path)
        asked = html.unescape(re.search(r'data-passkey-sign="([^"]*)"', shown)[1])
        return fields(shown) | {"passkey": device.sign(asked, **more)}

    for wrong in (sent(own, flags=PRESENT), sent(other), sent(own, host="localhost")):
        assert client.post(path, wrong, headers=HOST).status_code == 422
    signed = sent(own)
    page(client, path)  # another challenge, so that the one that was signed is no longer asked
    assert client.post(path, signed, headers=HOST).status_code == 422

    def mine() -> list[Any]:
        records = world.trial.system_view().records("P-1")
        return [one for one in records if (one.form, one.actor) == ("consent", "pat")]

    assert mine() == []
    assert client.post(path, signed := sent(own), headers=HOST).status_code == 302
    assert [one.values["hand"] for one in mine()] == ["passkey"]
    assert client.post(path, signed | {"record": str(uuid.uuid4())}, headers=HOST).status_code != 302


def test_five_wrong_codes_end_the_session(client: Any) -> None:
    agree_to_all(client)
    for _ in range(5):
        sign_page = client.get(f"{LIST}sign/", headers=HOST)
        client.post(f"{LIST}sign/", fields(text_of(sign_page)) | {"password": "000000"}, headers=HOST)
    assert client.get(LIST, headers=HOST).status_code == 302


def test_the_team_sees_how_each_part_stands_and_what_is_in_the_way(world: Hands, client: Any) -> None:
    agree_to_all(client)
    sign(client)
    answer(client, "touch_support", agrees=False)
    path = "/participants/P-1/consent/"
    shown = text_of(client_of("physician-1").get(path))
    assert "Consent is <b>cannot be said</b>" in shown
    assert "The capacity to consent is not established." in shown
    assert shown.count(">agreed<") == len(REQUIRED)
    able = {
        "occasion": "consent",
        "assessed": ["understanding", "choice"],
        "finding": "yes",
        "why": "Spoke for an hour",
    }
    world.file("physician", "capacity", able)
    assert "Consent is <b>in force</b>" in text_of(client_of("coordinator-1").get(path))
    assert path in text_of(client_of("coordinator-1").get("/participants/P-1/"))
    assert client_of("rater-1").get(path).status_code == 404


def test_what_was_signed_on_paper_is_entered_part_by_part_and_what_is_blank_is_not(world: Hands, client: Any) -> None:
    staff, path = client_of("coordinator-1"), "/participants/P-1/consent/es/"
    assert path in text_of(staff.get("/participants/P-1/consent/"))
    shown = text_of(staff.get(path))
    texts = consent_texts()["es"]
    assert all(one.title in shown and one.digest in shown for one in texts.passages)
    sent = fields(shown) | {"route": "paper", "holder": "Site file, room 2"}
    assert staff.post(path, sent).status_code == 422
    risks = texts.passage("risks")
    assert risks is not None
    refused = staff.post(path, sent | {"agreed-risks": "yes"})
    assert refused.status_code == 422
    assert f"{risks.title}: The question about this part has not been answered" in text_of(refused)
    for one in texts.passages:
        sent[f"agreed-{one.id}"] = "yes" if one.id in REQUIRED else "no"
        sent[f"understood-{one.id}"] = "yes" if one.question else ""
    del sent["agreed-companion"]
    assert staff.post(path, sent | {"signed": "yes"}).status_code == 302
    records = [one for one in world.trial.system_view().records("P-1") if one.actor == "coordinator-1"]
    parts = {one.values["element"]: one.values for one in records if one.form == "consent_element"}
    assert "companion" not in parts
    assert parts["risks"]["text"] == risks.digest
    assert (parts["risks"]["route"], parts["risks"]["holder"]) == ("paper", "Site file, room 2")
    assert parts["touch_support"]["agreed"] is False
    consented = world.trial.system_view().consented("P-1")
    assert consented is not None
    assert {lack.code for lack in consented.lacks} == {"capacity"}
    assert "answered as the text says" in text_of(staff.get("/participants/P-1/consent/"))
    assert client_of("rater-1").get(path).status_code == 404


def test_a_new_version_shows_what_changed_since_it_was_agreed_to(
    world: Hands, client: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from triptych.web.pages import agreeing

    agree_to_all(client)
    old = consent_texts()["en"]
    risks = old.passage("risks")
    assert risks is not None
    newer = replace(risks, text=(*risks.text[:-1], "A risk that was found this year."))
    assert changes(risks, newer) == (("gone", risks.text[-1]), ("new", "A risk that was found this year."))
    assert changes(risks, risks) == ()
    passages = tuple(newer if one.id == "risks" else one for one in old.passages)
    texts = {"2": {"en": old}, "3": {"en": replace(old, version="3", passages=passages)}}

    def asked_again(asker: Any) -> Consented:
        whole = asker.view.consented("P-1")
        assert whole is not None
        return replace(
            whole, version="3", elements=tuple(replace(one, state="other_version") for one in whole.elements)
        )

    monkeypatch.setattr(agreeing, "asked_of", asked_again)
    monkeypatch.setattr(agreeing, "consent_asked", lambda _, version: texts[version])
    assert "The text of the consent has changed" in page(client, LIST)
    shown = page(client, f"{LIST}part/risks/")
    assert "What has changed since you agreed" in shown
    assert f"<del>{risks.text[-1]}</del>" in shown
    assert "<ins>A risk that was found this year.</ins>" in shown
    assert "What has changed" not in page(client, f"{LIST}part/costs/")
