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
from triptych.study import Form, Item, Study
from triptych.web.hosts import Handler, is_participant_host
from triptych.web.tongues import Foreign, bare

CHOSEN = "language"
FIRST = "en"
YEAR = 366 * 24 * 60 * 60
KEEPS_NOTHING = "/concern/"
"""Pages on which a phone is given nothing to keep."""


Texts = dict[str, dict[str, str]]


class Words(Struct, frozen=True, kw_only=True):
    """What pages say in one language, by key."""

    language: str
    say: Mapping[str, str]

    @property
    def plain(self) -> Mapping[str, str]:
        """The same without the marks of language, for what is no page."""
        return {key: bare(text) for key, text in self.say.items()}


class ItemWords(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An item in another language; choices by their codes."""

    label: str
    help: str = ""
    choices: Mapping[str, str] = {}


class FormWords(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A form in another language; items by their ids."""

    title: str
    help: str = ""
    items: Mapping[str, ItemWords] = {}


@lru_cache(maxsize=1)
def all_words() -> Mapping[str, Words]:
    """The words by language, for every language that has a name; what one lacks stands in the first, and says so."""
    tables = _tables("participant")
    first = tables[FIRST]
    return {
        language: Words(language=language, say={key: table.get(key) or Foreign(first[key], FIRST) for key in first})
        for language, table in tables.items()
        if "name" in table
    }


def _tables(folder: str) -> Mapping[str, Mapping[str, str]]:
    """The texts of a folder of files by language and key; a language may stand in one file or in many."""
    found: dict[str, dict[str, str]] = {}
    for file in sorted((LIBRARY / folder).iterdir(), key=lambda file: file.name):
        if file.name.endswith(".toml"):
            for language, table in msgspec.toml.decode(file.read_text("utf-8"), type=Texts).items():
                found.setdefault(language, {}).update(table)
    return found


@lru_cache(maxsize=1)
def all_terms() -> Mapping[str, Mapping[str, str]]:
    """Terms of study documents and tables that participants are shown, by language and by what they say in English."""
    return _tables("participant/terms")


def term(text: str, language: str, own: str = FIRST) -> str:
    """A term of a document in plain words: whole, else part by part and with its numbers, leaving out what is empty.

    In the document's own language what has no plainer words stands as it is, in another as a whole and marked.

    >>> term("Medicine session, daily call 3", "es")
    'Sesión con la medicina, llamada diaria 3'
    >>> term("Dosing, daily call 3", "en")
    'Session with the medicine, daily call 3'
    """
    known = all_terms().get(language, {})
    if text in known:
        return known[text]
    said = [(part, _numbered(part, known)) for part in text.split(", ")]
    if language != own and any(plain is None for _, plain in said):
        return Foreign(text, own)
    return ", ".join(filter(None, (part if plain is None else plain for part, plain in said)))


def _numbered(part: str, known: Mapping[str, str]) -> str | None:
    """A part of a term, with the number that it ends in put where the translation has it."""
    if part in known:
        return known[part]
    head, _, number = part.rpartition(" ")
    return known[f"{head} {{}}"].format(number) if number.isdecimal() and f"{head} {{}}" in known else None


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


def form_for(request: HttpRequest, study: Study, form: Form) -> Form:
    """A form in the language of whoever asks."""
    return in_language(form, words_for(request).language, study.document.language)


def in_language(form: Form, language: str, own: str = FIRST) -> Form:
    """A form in a language; wholly as the document has it, and marked so, where it is not wholly translated."""
    if language == own:
        return form
    if not is_translated(form, language):
        return _marked(form, own)
    words = all_forms()[language][form.id]
    items = tuple(_item(item, words.items[item.id]) for item in form.items)
    return replace(form, title=words.title, help=words.help, items=items)


def is_translated(form: Form, language: str) -> bool:
    """Whether everything that a form says is there in a language: nobody is asked half in one and half in another."""
    words = all_forms().get(language, {}).get(form.id)
    if words is None or (form.help and not words.help):
        return False
    return all(_is_said(item, words.items.get(item.id)) for item in form.items)


def _is_said(item: Item, words: ItemWords | None) -> bool:
    codes = {one.code for one in item.choices}
    return words is not None and codes <= set(words.choices) and bool(words.help or not item.help)


def title_of(form: Form, language: str, own: str = FIRST) -> str:
    """What a form is called in a language: as it is asked in it, else as the terms have it, else as it stands."""
    return in_language(form, language, own).title if is_translated(form, language) else term(form.title, language, own)


def language_of(study: Study, form: Form, language: str) -> str:
    """The language in which a form is asked of whoever reads another: theirs, or else that of the document."""
    return language if is_translated(form, language) else study.document.language


def asked_in(study: Study, said: str | None) -> str | None:
    """The language that a page says it asked in, if it can have; what it does not say is not known."""
    return said if said in (study.document.language, *all_words()) else None


def _marked(form: Form, own: str) -> Form:
    """A form whose texts say that they are in another language than the page."""
    items = tuple(
        replace(
            item,
            label=Foreign(item.label, own),
            help=Foreign(item.help, own) if item.help else "",
            choices=tuple(replace(one, label=Foreign(one.label, own)) for one in item.choices),
        )
        for item in form.items
    )
    return replace(form, title=Foreign(form.title, own), help=Foreign(form.help, own) if form.help else "", items=items)


def _item(item: Item, words: ItemWords) -> Item:
    choices = tuple(replace(one, label=words.choices[one.code]) for one in item.choices)
    return replace(item, label=words.label, help=words.help, choices=choices)
