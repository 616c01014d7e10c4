"""What a document sets for the questions of a medicine session: prompts on effects in windows, and scales at times.

Times are minutes from the actual first dose or, with `anchor: last_dose`, anew from every dose that was given. Each is
a proposal until the medical monitor approves it.
"""

from collections.abc import Iterator
from typing import Literal

from triptych.study.treatment import Part

Anchor = Literal["first_dose", "last_dose"]
_SAID: dict[Anchor, str] = {"first_dose": "", "last_dose": " from the last dose"}


class Prompt(Part, frozen=True, kw_only=True):
    """A question on one kind of effect, in the words in which it is asked."""

    kind: str
    text: str


class PromptWindow(Part, frozen=True, kw_only=True):
    """A window in which every question is asked: minutes from its anchor at which it opens and closes."""

    opens: int
    closes: int
    anchor: Anchor = "first_dose"


class PromptRules(Part, frozen=True, kw_only=True):
    """The scripted prompts: the `open` question is asked first, then each of `asks`, in every window."""

    open: str
    asks: tuple[Prompt, ...]
    windows: tuple[PromptWindow, ...]


class Scale(Part, frozen=True, kw_only=True):
    """A scale asked at minutes `at` from its anchor (negative: before the first dose), also by a record of `counts`."""

    form: str
    title: str
    at: tuple[int, ...]
    counts: tuple[str, ...] = ()
    anchor: Anchor = "first_dose"


def said_of_prompts(rules: PromptRules) -> Iterator[tuple[str, str]]:
    """The windows and the kinds of effect that are asked about, in words."""
    yield (
        "windows of prompts",
        ", ".join(f"{one.opens} to {one.closes} min{_SAID[one.anchor]}" for one in rules.windows),
    )
    yield "prompts", ", ".join(("open question", *(ask.kind for ask in rules.asks)))


def said_of_scales(scales: tuple[Scale, ...]) -> Iterator[tuple[str, str]]:
    """The times of every scale, in words."""
    for scale in scales:
        yield f"times of {scale.title}", ", ".join(f"{minutes} min" for minutes in scale.at) + _SAID[scale.anchor]
