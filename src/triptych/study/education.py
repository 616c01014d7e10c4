"""What a person reads before agreeing: passages in plain words, each with its sources and a question about it.

A text is versioned and exists whole in each language. Which choice is right is kept here and not on the page.
"""

import msgspec
from msgspec import Struct


class Question(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One question about a passage; `right` counts the choices from 0."""

    text: str
    choices: tuple[str, ...]
    right: int


class Passage(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One passage with its heading, its paragraphs, where they come from and what is asked about them.

    `evidence` names a substance: what published trials of it say is told before the paragraphs, made from the figures.
    """

    id: str
    title: str
    text: tuple[str, ...]
    sources: tuple[str, ...]
    question: Question
    evidence: str = ""


class Education(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All passages in one language, in the order of reading; `ui` has the words of the page around them."""

    version: str
    language: str
    name: str
    ui: dict[str, str]
    passages: tuple[Passage, ...]

    def passage(self, name: str) -> Passage | None:
        """The passage of an id, if there is one."""
        return next((passage for passage in self.passages if passage.id == name), None)


def read_education(text: str) -> Education:
    """Read the passages from TOML text. Raises `msgspec.ValidationError` or `ValueError` for what is no such text."""
    read = msgspec.toml.decode(text, type=Education)
    for passage in read.passages:
        if not 0 <= passage.question.right < len(passage.question.choices):
            raise ValueError(f"Passage {passage.id}: no choice has the number {passage.question.right}.")
    return read
