"""The texts of the consent, part by part, as a participant is shown them. A text is versioned and whole in a language.

A signature is bound to the digest of the text that was shown: one changed character is another text (EMA-05).
"""

import hashlib
from collections.abc import Iterator
from difflib import SequenceMatcher
from typing import Literal, NamedTuple

import msgspec
from msgspec import Struct

from triptych.study.education import Question


class ConsentPassage(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One part of the consent: its heading, its paragraphs, where they come from, and the question on it, if any.

    `effect` says what taking back a yes to it does. `evidence` names a substance: what published trials of it say is
    shown beside the text, made from the figures; `harms` likewise, with what they counted of harm. Neither is part of
    what is signed: they change with the evidence, and that must not void what somebody has agreed to.
    """

    id: str
    title: str
    text: tuple[str, ...]
    sources: tuple[str, ...] = ()
    question: Question | None = None
    effect: str = ""
    evidence: str = ""
    harms: str = ""

    @property
    def digest(self) -> str:
        """The SHA-256 of exactly what is shown: heading and paragraphs, as JSON in UTF-8."""
        return hashlib.sha256(msgspec.json.encode([self.title, *self.text])).hexdigest()


class ConsentTexts(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All parts in one language, in the order of reading; `ui` has the words of the pages around them."""

    version: str
    language: Literal["en", "es"]
    name: str
    ui: dict[str, str] = {}
    passages: tuple[ConsentPassage, ...]

    def passage(self, element: str) -> ConsentPassage | None:
        """The text of a part, if there is one."""
        return next((passage for passage in self.passages if passage.id == element), None)


class Changed(NamedTuple):
    """A paragraph that stands in only one of two versions of a part."""

    kind: Literal["gone", "new"]
    text: str


def changes(before: ConsentPassage, after: ConsentPassage) -> tuple[Changed, ...]:
    """What changed between two versions of a part, paragraph by paragraph, in the order of reading."""
    return tuple(_changes([before.title, *before.text], [after.title, *after.text]))


def _changes(before: list[str], after: list[str]) -> Iterator[Changed]:
    for tag, start, end, other, last in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag != "equal":
            yield from (Changed("gone", text) for text in before[start:end])
            yield from (Changed("new", text) for text in after[other:last])


def read_consent_texts(text: str) -> ConsentTexts:
    """Read the parts from TOML text. Raises `msgspec.ValidationError` or `ValueError` for what is no such text."""
    read = msgspec.toml.decode(text, type=ConsentTexts)
    for passage in read.passages:
        question = passage.question
        if question is not None and not 0 <= question.right < len(question.choices):
            raise ValueError(f"Part {passage.id}: no choice has the number {question.right}.")
    return read
