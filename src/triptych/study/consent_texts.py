"""The texts of the consent, part by part, as a participant is shown them. A text is versioned and whole in a language.

A signature is bound to the digest of the text that was shown: one changed character is another text (EMA-05).
"""

import hashlib
from collections.abc import Iterator
from difflib import SequenceMatcher
from typing import Literal, NamedTuple

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from triptych.study.consent import REQUIRED, ConsentRules
from triptych.study.consent_effects import said_effect, said_refusal
from triptych.study.education import Question

Covers = Literal["text", "page"]
"""What the digest of a part covers: heading and paragraphs (the first version), or all that is shown of the part."""


class ConsentPassage(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One part of the consent: its heading, its paragraphs, where they come from, and the question on it, if any.

    `placeholder` stands where only the study can say something and has not. In a file `effect` is what ends with this
    part and no other; once read, it is all that taking back a yes does, and `refusal` what a no does. `evidence` names
    a substance: what published trials of it say is shown beside the text, made from the figures; `harms` likewise, with
    what they counted of harm. Neither is part of what is signed: they change with the evidence, and that must not void
    what somebody has agreed to.
    """

    id: str
    title: str
    text: tuple[str, ...]
    placeholder: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    question: Question | None = None
    effect: str = ""
    refusal: str = ""
    evidence: str = ""
    harms: str = ""
    covers: Covers = "text"

    @property
    def shown(self) -> tuple[str, ...]:
        """Every paragraph, the placeholder included."""
        return (*self.text, *self.placeholder)

    @property
    def digest(self) -> str:
        """The SHA-256 of exactly what is shown, as JSON in UTF-8: see `Covers`."""
        return hashlib.sha256(msgspec.json.encode(self._covered())).hexdigest()

    def _covered(self) -> object:
        if self.covers == "text":
            return [self.title, *self.text]
        asked = [self.question.text, *self.question.choices] if self.question else []
        return {
            "title": self.title,
            "text": self.shown,
            "question": asked,
            "no": self.refusal,
            "taken_back": self.effect,
        }


class ConsentTexts(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All parts in one language, in the order of reading; `ui` has the words of the pages around them."""

    version: str
    language: str
    name: str
    covers: Covers = "text"
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
    return tuple(_changes([before.title, *before.shown], [after.title, *after.shown]))


def _changes(before: list[str], after: list[str]) -> Iterator[Changed]:
    for tag, start, end, other, last in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag != "equal":
            yield from (Changed("gone", text) for text in before[start:end])
            yield from (Changed("new", text) for text in after[other:last])


def in_own_words(passage: ConsentPassage, rules: ConsentRules, language: str) -> ConsentPassage:
    """A part with what the study itself says in it, in the place of the placeholder."""
    own = rules.own(passage.id, language)
    return replace(passage, text=(*passage.text, *own), placeholder=()) if own else passage


def as_asked(texts: ConsentTexts, rules: ConsentRules) -> ConsentTexts:
    """The texts of the library as a document asks for them: under its version, with its own words."""
    passages = tuple(in_own_words(one, rules, texts.language) for one in texts.passages)
    return replace(texts, version=rules.version, passages=passages)


def read_consent_texts(text: str) -> ConsentTexts:
    """Read the parts from TOML text. Raises `msgspec.ValidationError` or `ValueError` for what is no such text."""
    read = msgspec.toml.decode(text, type=ConsentTexts)
    for passage in read.passages:
        question = passage.question
        if question is not None and not 0 <= question.right < len(question.choices):
            raise ValueError(f"Part {passage.id}: no choice has the number {question.right}.")
    return replace(read, passages=tuple(_with_effects(one, read) for one in read.passages))


def _with_effects(passage: ConsentPassage, texts: ConsentTexts) -> ConsentPassage:
    """A part with what a no and a withdrawal do. The first version said so outside of what was signed."""
    say = texts.ui
    if texts.covers == "text":
        refusal = say["effect_not_given"] if passage.id in REQUIRED else passage.effect
        return replace(passage, refusal=refusal, effect=passage.effect or say["effect_required"])
    effect = said_effect(passage.id, passage.effect, say)
    return replace(passage, covers=texts.covers, refusal=said_refusal(passage.id, say), effect=effect)
