"""What is agreed to under a document: the texts of the library, with what the study itself says in its parts."""

from collections.abc import Mapping
from typing import NamedTuple

from triptych.safety import KnownText
from triptych.study import Study
from triptych.study.consent import ConsentRules
from triptych.study.consent_texts import in_own_words

Key = tuple[str, str, str]
"""A version, a language and a part."""


def rules_of(study: Study, version: str) -> ConsentRules | None:
    """What is asked of consent where a version of it is signed: by this document, or by another of its versions."""
    documents = (study.document, *(one.document for one in study.known.values()))
    return next((one.consent for one in documents if one.consent and one.consent.version == version), None)


class Texts(NamedTuple):
    """Every text that is known: those of the library, and as documents of the study ask for them."""

    study: Study
    library: Mapping[Key, KnownText]

    def get(self, key: Key) -> KnownText | None:
        """The text of a part in a version and a language; none where it is not at hand."""
        version, language, element = key
        rules = rules_of(self.study, version)
        known = self.library.get((rules.base if rules else version, language, element))
        if known is None or known.passage is None or rules is None or not rules.own(element, language):
            return known
        return KnownText.of(in_own_words(known.passage, rules, language))
