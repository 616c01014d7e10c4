"""What the pages of education and consent say around their texts is as plain as the texts, sentence by sentence."""

import pytest
from tests.readability import fernandez_huerta, flesch_kincaid_grade

from triptych.ledger.library import consent_texts, education

SHORT = 6
"""Words below which a text is a name or a button and has no grade."""


@pytest.mark.requirement("CON-07")
@pytest.mark.parametrize("language", ["en", "es"])
def test_every_sentence_of_the_pages_of_education_and_consent_is_plain(language: str) -> None:
    said = [text for texts in (education(), consent_texts()) for text in texts[language].ui.values()]
    measured = [text for text in said if len(text.split()) >= SHORT]
    assert len(measured) > 25
    if language == "en":
        assert [text for text in measured if flesch_kincaid_grade(text) > 8] == []
    else:
        assert [text for text in measured if fernandez_huerta(text) < 60] == []
