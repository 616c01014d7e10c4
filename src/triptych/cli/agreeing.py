"""The whole consent of a made-up participant: each part in the words of its text, the signature, and the capacity."""

from collections.abc import Iterator
from typing import Any

from msgspec import Struct

from triptych.course.consent_words import Texts
from triptych.ledger.library import known_texts
from triptych.study import Study
from triptych.study.consent import OPTIONAL, REQUIRED

LANGUAGE = "en"
PAPER = {"route": "paper", "holder": "The site"}
ABLE = {"occasion": "consent", "assessed": ["understanding", "appreciation", "reasoning", "choice"], "finding": "yes"}


class Agreement(Struct, frozen=True, kw_only=True):
    """One form to file, its answers, and the role that files it."""

    form: str
    values: dict[str, Any]
    role: str


def whole_consent(study: Study, capacity: str = "consent") -> Iterator[Agreement]:
    """Everything that makes a consent count under a document, in order; `capacity` is the occasion to assess it."""
    rules = study.document.consent
    version = rules.version if rules else "1"
    if rules is not None:
        texts = Texts(study, known_texts())
        for element in (*REQUIRED, *OPTIONAL):
            known = texts.get((version, LANGUAGE, element))
            assert known is not None, element
            said = {"element": element, "agreed": True, "version": version, "language": LANGUAGE, "text": known.digest}
            asked = {"understood": True} if known.asks else {}
            yield Agreement(form="consent_element", values={**said, **asked, **PAPER}, role="coordinator")
    signed = {"version": version, "agreed": True}
    yield Agreement(form="consent", values=signed | (PAPER if rules else {}), role="coordinator")
    if rules is not None:
        able = {**ABLE, "occasion": capacity, "why": "Explains in their own words what is asked of them"}
        yield Agreement(form="capacity", values=able, role="physician")
