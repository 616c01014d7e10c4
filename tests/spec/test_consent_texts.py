"""What a signature of a part covers, whose words stand in it, and that what is said of taking it back is done."""

import hashlib
import json
from dataclasses import dataclass

import pytest
from msgspec.structs import replace

from triptych.course.consent_lock import AFTER
from triptych.course.consent_words import Texts
from triptych.ledger.library import consent_asked, consent_texts, find_study, known_texts
from triptych.study.consent import LANGUAGES, OPTIONAL, REQUIRED, WRITTEN, ConsentRules, OwnWords
from triptych.study.consent_effects import WITHIN, consequence
from triptych.study.consent_texts import ConsentPassage

PARTS = (*REQUIRED, *OPTIONAL)


def passage(element: str, version: str = "2", language: str = "en") -> ConsentPassage:
    found = consent_texts(version)[language].passage(element)
    assert found is not None
    return found


@pytest.mark.requirement("EMA-05")
def test_one_changed_character_of_anything_that_is_shown_of_a_part_is_another_text():
    risks = passage("risks")
    assert risks.question is not None
    asked = risks.question
    for changed in (
        replace(risks, title=risks.title + "."),
        replace(risks, text=(*risks.text[:-1], risks.text[-1] + ".")),
        replace(risks, question=replace(asked, text=asked.text + "?")),
        replace(risks, question=replace(asked, choices=(*asked.choices[:-1], asked.choices[-1] + "."))),
        replace(risks, refusal=risks.refusal + "."),
        replace(risks, effect=risks.effect + "."),
    ):
        assert changed.digest != risks.digest
    # The figures of the evidence change with what is published, and void nothing.
    assert replace(risks, harms="", sources=()).digest == risks.digest
    costs = passage("costs")
    assert replace(costs, placeholder=("Another.",)).digest != costs.digest


def test_what_was_signed_in_the_first_version_keeps_the_digest_that_it_was_signed_with():
    for language in LANGUAGES:
        for one in consent_texts("1")[language].passages:
            whole = json.dumps([one.title, *one.text], ensure_ascii=False, separators=(",", ":"))
            assert one.digest == hashlib.sha256(whole.encode()).hexdigest(), one.id
            assert known_texts()["1", language, one.id].digest == one.digest


@pytest.mark.requirement("CON-05")
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("element", PARTS)
def test_the_effect_that_is_said_is_the_consequence_that_is_carried_out(element, language):
    say, what, one = consent_texts("2")[language].ui, consequence(element), passage(element, language=language)
    told = {role: say[f"told_{role}"].format(hours=int(WITHIN.total_seconds() // 3600)) for role in ROLES}
    assert [role for role in ROLES if told[role] in one.effect] == [what.role]
    assert (say["sets_treatment_stopped"] in one.effect) is (("treatment", "stopped") in what.sets)
    assert (say["nothing_else"] in one.effect) is (what.sets == ())
    assert (one.refusal == say["refused_free"]) is (element in OPTIONAL)
    assert f"{int(AFTER.total_seconds() // 3600)} h" in one.effect
    # What ends with this part alone is said of no other.
    rest = one.effect
    for known in (*told.values(), say["sets_treatment_stopped"], say["nothing_else"], say["again_after_sets"]):
        rest = rest.replace(known, "")
    assert bool(rest.strip()) is (element in OPTIONAL)
    others = [passage(other, language=language).effect for other in OPTIONAL if other != element]
    assert not rest.strip() or all(rest.strip() not in other for other in others)


ROLES = ("physician", "coordinator", "therapist")


@dataclass(frozen=True)
class Asking:
    """As much of a study as is looked at for texts."""

    document: object
    known: dict


@dataclass(frozen=True)
class Document:
    consent: ConsentRules | None


OWN = tuple(OwnWords(part=part, language="en", paragraphs=(f"Ours on {part}.",)) for part in WRITTEN)


@pytest.mark.requirement("CON-07")
def test_a_study_that_has_not_written_what_only_it_can_say_has_placeholders_and_says_so():
    norway = find_study("mdma-mdd-norway").document.consent
    assert norway is not None
    assert norway.placeholders == len(WRITTEN)
    assert {one.id for one in consent_texts("2")["en"].passages if one.placeholder} == set(WRITTEN)
    for count in range(len(OWN)):
        assert ConsentRules(version="2", words=OWN[:count]).placeholders == len(WRITTEN) - count
    # One language that is whole is enough; two halves are not.
    assert ConsentRules(version="2", words=OWN).placeholders == 0
    halves = (*OWN[:3], *(replace(one, language="es") for one in OWN[3:]))
    assert ConsentRules(version="2", words=halves).placeholders > 0


def test_a_studys_own_words_take_the_place_of_the_placeholder_and_are_what_is_signed():
    study = Asking(Document(ConsentRules(version="2-ours", texts="2", words=OWN)), {})
    texts = Texts(study, known_texts())
    shown = consent_asked(study, "2-ours")
    for language in LANGUAGES:
        for one in shown[language].passages:
            known = texts.get(("2-ours", language, one.id))
            assert known is not None
            assert known.digest == one.digest
            is_own = one.id in WRITTEN and language == "en"
            assert known.is_placeholder is (one.id in WRITTEN and not is_own)
            assert (one.digest != passage(one.id, language=language).digest) is is_own
            assert (f"Ours on {one.id}." in one.shown) is is_own
    assert texts.get(("2", "en", "costs")) == known_texts()["2", "en", "costs"]
