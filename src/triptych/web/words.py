"""What the participants' pages say, in the language that the participant chose, and their forms in it.

The language is that of the address, else the one chosen before, which the phone keeps, else that of the browser.
"""

from collections.abc import Mapping
from functools import lru_cache

import msgspec.toml
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation.trans_real import parse_accept_lang_header
from msgspec import Struct
from msgspec.structs import replace

from triptych.ledger.library import LIBRARY
from triptych.study import Form, Item
from triptych.web.hosts import Handler, is_participant_host

CHOSEN = "language"
FIRST = "en"
YEAR = 366 * 24 * 60 * 60
KEEPS_NOTHING = "/concern/"
"""Pages on which a phone is given nothing to keep."""


class Words(Struct, frozen=True, kw_only=True):
    """What pages say in one language, by key."""

    language: str
    say: Mapping[str, str]


class ItemWords(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An item in another language; choices by their codes."""

    label: str
    choices: Mapping[str, str] = {}


class FormWords(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A form in another language; items by their ids."""

    title: str
    help: str = ""
    items: Mapping[str, ItemWords] = {}


@lru_cache(maxsize=1)
def all_words() -> Mapping[str, Words]:
    """The words by language, for every language in which no page lacks its own."""
    files = sorted((LIBRARY / "participant").iterdir(), key=lambda file: file.name)
    texts = [file.read_text("utf-8") for file in files if file.name.endswith(".toml")]
    tables = [msgspec.toml.decode(text, type=dict[str, dict[str, str]]) for text in texts]
    whole = [language for language in tables[0] if all(language in table for table in tables)]
    return {
        language: Words(language=language, say={key: text for one in tables for key, text in one[language].items()})
        for language in whole
    }


@lru_cache(maxsize=1)
def all_forms() -> Mapping[str, Mapping[str, FormWords]]:
    """The forms by language, other than that of the documents."""
    files = (LIBRARY / "participant" / "forms").iterdir()
    texts = {file.name.removesuffix(".toml"): file.read_text("utf-8") for file in files}
    return {name: msgspec.toml.decode(text, type=dict[str, FormWords]) for name, text in texts.items()}


def words_for(request: HttpRequest) -> Words:
    """The words in the language asked for by the address, else in the one chosen before, else the browser's."""
    known = all_words()
    accepted = parse_accept_lang_header(request.headers.get("Accept-Language", ""))
    wanted = (chosen_in(request), request.COOKIES.get(CHOSEN, ""), *(one.partition("-")[0] for one, _ in accepted))
    return next((known[one] for one in wanted if one in known), known[FIRST])


def chosen_in(request: HttpRequest) -> str:
    """The language that an address asks for, if it asks for one."""
    place = request.resolver_match.kwargs if request.resolver_match else {}
    return request.GET.get(CHOSEN, "") or str(place.get(CHOSEN, ""))


def remembering(get_response: Handler) -> Handler:
    """Let a phone keep the language that was chosen on it, and nothing else; not on the pages that keep nothing."""

    def answer(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        chosen = chosen_in(request) if is_participant_host(request) else ""
        if chosen in all_words() and not request.path.startswith(KEEPS_NOTHING):
            secure = bool(settings.SESSION_COOKIE_SECURE)
            response.set_cookie(CHOSEN, chosen, max_age=YEAR, secure=secure, httponly=True, samesite="Lax")
        return response

    return answer


def speaking(request: HttpRequest) -> Mapping[str, object]:
    """What every page is given: the words, their language, and the languages there are. Staff are spoken to in one."""
    words = words_for(request) if is_participant_host(request) else all_words()[FIRST]
    return {"say": words.say, "tongue": words.language, "tongues": all_words()}


def spoken_to(request: HttpRequest) -> Mapping[str, str]:
    """The words for whoever asks: on the participants' site in their language."""
    return (words_for(request) if is_participant_host(request) else all_words()[FIRST]).say


def form_for(request: HttpRequest, form: Form) -> Form:
    """A form in the language of whoever asks."""
    return in_language(form, words_for(request).language)


def in_language(form: Form, language: str) -> Form:
    """A form in a language, item by item; as the document has it where there is no translation."""
    words = all_forms().get(language, {}).get(form.id)
    if words is None:
        return form
    items = tuple(_item(item, words.items.get(item.id)) for item in form.items)
    return replace(form, title=words.title, help=words.help or form.help, items=items)


def _item(item: Item, words: ItemWords | None) -> Item:
    if words is None:
        return item
    choices = tuple(replace(one, label=words.choices.get(one.code, one.label)) for one in item.choices)
    return replace(item, label=words.label, choices=choices)
