"""Texts that stand in another language than the page they are on, and say so wherever they are shown (WCAG 3.1.2)."""

import re
from html import escape
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe


class Foreign(str):
    """A text in a language other than its page's. In a page it is marked with its language; elsewhere it is the text.

    >>> Foreign("Today", "en").__html__()
    '<span lang="en">Today</span>'
    >>> Foreign("Hello {name}", "en").format(name="<Pat>").__html__()
    '<span lang="en">Hello &lt;Pat&gt;</span>'
    """

    __slots__ = ("language",)
    language: str

    def __new__(cls, text: str, language: str) -> "Foreign":
        """Take a text and its language (BCP 47)."""
        made = super().__new__(cls, text)
        made.language = language
        return made

    def format(self, *parts: object, **named: object) -> "Foreign":
        """Fill in, and stay in the same language."""
        return Foreign(super().format(*parts, **named), self.language)

    def __html__(self) -> str:
        """How it stands in a page."""
        return mark_safe(f'<span lang="{escape(self.language)}">{escape(str(self))}</span>')  # noqa: S308 -- both are escaped


def filled(text: str, **parts: Any) -> SafeString:
    """A text with its gaps filled, in which what is in another language stays marked."""
    whole = format_html(escape(str(text)), **parts)
    return format_html('<span lang="{}">{}</span>', text.language, whole) if isinstance(text, Foreign) else whole


def untagged(text: str) -> SafeString:
    """What a block of a page says, without the marks of language, for the title of the page."""
    return mark_safe(re.sub(r"</?span[^<>]*>", "", text))  # noqa: S308 -- a drawn block


def bare(text: str) -> str:
    """A text without its mark, for an attribute or a title, which cannot hold one."""
    return str.__str__(text)
