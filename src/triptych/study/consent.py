"""What a study document asks of consent: the version of its texts, from which age, and who else may give it.

The parts of the consent are those of the product form `consent_element`; the texts stand in the library.
"""

from collections.abc import Iterator

from triptych.study.treatment import Part

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


class Pediatric(Part, frozen=True, kw_only=True):
    """The approval to treat people under the age of majority, with their parents' permission and their own assent."""

    approval: str
    minimum_age: int


class ConsentRules(Part, frozen=True, kw_only=True):
    """What this version of the document asks of consent. `version` names the texts in the library.

    `majority` is an age in completed years. With `representative` a legal representative may sign; nobody is dosed on
    that. Nobody under the age of majority takes part unless `pediatric` names an approval.
    """

    version: str
    majority: int = MAJORITY
    representative: bool = False
    pediatric: Pediatric | None = None

    def said(self) -> Iterator[tuple[str, str]]:
        """What the document says of consent, by name, in words."""
        yield "version of the texts", self.version
        yield "age of majority", f"{self.majority} years"
        yield "legal representative", "may sign; never opens a dose" if self.representative else "may not sign"
        if self.pediatric is not None:
            yield "under age", f"from {self.pediatric.minimum_age} years, approval {self.pediatric.approval}"
