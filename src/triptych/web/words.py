"""The words of participants' pages, in the language that the participant chose."""

from collections.abc import Mapping
from functools import lru_cache

import msgspec.toml
from django.http import HttpRequest
from msgspec import Struct

from triptych.ledger.library import LIBRARY

CHOSEN = "language"
FIRST = "en"


class Words(Struct, frozen=True, kw_only=True):
    """What pages say in one language, by key."""

    language: str
    say: Mapping[str, str]


@lru_cache(maxsize=1)
def all_words() -> Mapping[str, Words]:
    """The words by language, from every file of them."""
    found: dict[str, dict[str, str]] = {}
    for file in sorted((LIBRARY / "participant").iterdir(), key=lambda one: one.name):
        for language, say in msgspec.toml.decode(file.read_text("utf-8"), type=dict[str, dict[str, str]]).items():
            found.setdefault(language, {}).update(say)
    return {language: Words(language=language, say=say) for language, say in found.items()}


def words_for(request: HttpRequest) -> Words:
    """The words in the language asked for by the address, else in the one chosen before, else in English."""
    asked = request.GET.get(CHOSEN, "")
    if asked in all_words():
        request.session[CHOSEN] = asked
    return all_words().get(str(request.session.get(CHOSEN, FIRST)), all_words()[FIRST])
