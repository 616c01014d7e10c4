"""What a study document asks of consent: the version of its texts, from which age, and who else may give it.

The parts of the consent are those of the product form `consent_element`; the texts stand in the library.
"""

from collections.abc import Iterator
from typing import Literal

from triptych.study.treatment import Part

Language = Literal["en", "es"]
MAJORITY = 18
"""The age of majority in completed years where a document says nothing. A default that was read in no law."""
REQUIRED: tuple[str, ...] = (
    "purpose",
    "procedures",
    "risks",
    "benefits",
    "alternatives",
    "costs",
    "injury",
    "confidentiality",
    "voluntariness",
    "suggestibility",
    "touch_care",
    "complaints",
)
"""The parts to which a participant agrees in order to take part (CON-07). No study has fewer."""
OPTIONAL: tuple[str, ...] = (
    "recording_fidelity",
    "recording_recall",
    "recording_training",
    "touch_support",
    "data_sharing",
    "data_future",
    "contact_person",
    "companion",
)
"""The parts that may each be declined without any effect on taking part."""
WRITTEN: tuple[str, ...] = ("purpose", "procedures", "costs", "injury", "complaints")
"""The parts in which only the study can say something: what it asks and does, money, insurance, and whom to ask."""
LANGUAGES: tuple[Language, ...] = ("en", "es")
"""The languages that the texts in the library stand in."""


class OwnWords(Part, frozen=True, kw_only=True):
    """What the study itself says in one part, in one language: paragraphs that take the place of the placeholder."""

    part: str
    language: Language
    paragraphs: tuple[str, ...]


class Pediatric(Part, frozen=True, kw_only=True):
    """The approval to treat people under the age of majority, with their parents' permission and their own assent."""

    approval: str
    minimum_age: int


class ConsentRules(Part, frozen=True, kw_only=True):
    """What this version of the document asks of consent, under the `version` that is signed.

    `texts` is the version of the texts in the library; where it is empty they are those of `version`. `words` are the
    study's own. `majority` is an age in completed years. With `representative` a legal representative may sign; nobody
    is dosed on that. Nobody under the age of majority takes part unless `pediatric` names an approval.
    """

    version: str
    texts: str = ""
    words: tuple[OwnWords, ...] = ()
    majority: int = MAJORITY
    representative: bool = False
    pediatric: Pediatric | None = None

    @property
    def base(self) -> str:
        """The version of the texts in the library that this is made of."""
        return self.texts or self.version

    def own(self, part: str, language: str) -> tuple[str, ...]:
        """The study's own paragraphs in a part; none where it has written none."""
        return next((one.paragraphs for one in self.words if (one.part, one.language) == (part, language)), ())

    def unwritten(self, language: str) -> tuple[str, ...]:
        """The parts in which only a placeholder stands in a language."""
        return tuple(part for part in WRITTEN if not self.own(part, language))

    @property
    def placeholders(self) -> int:
        """How many parts are placeholders, in the language in which the fewest are."""
        return min(len(self.unwritten(language)) for language in LANGUAGES)

    def said(self) -> Iterator[tuple[str, str]]:
        """What the document says of consent, by name, in words."""
        yield "version of the texts", f"{self.version}{f', of the texts {self.texts}' if self.texts else ''}"
        for language in LANGUAGES:
            missing = ", ".join(self.unwritten(language))
            yield f"own words ({language})", f"a placeholder stands in {missing}" if missing else "written"
        yield "age of majority", f"{self.majority} years"
        yield "legal representative", "may sign; never opens a dose" if self.representative else "may not sign"
        if self.pediatric is not None:
            yield "under age", f"from {self.pediatric.minimum_age} years, approval {self.pediatric.approval}"
