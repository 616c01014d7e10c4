"""Whom a person in distress calls, by country. A contact that was not read in a source of its own is marked so."""

import csv
import io
from collections.abc import Iterable, Mapping
from datetime import date
from hashlib import sha256
from typing import Literal

import msgspec
from msgspec import Struct

ContactKind = Literal["emergency", "crisis", "referral"]


class EmergencyCard(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The card for an emergency: the part for everybody names no drug and no amount, that for physicians no amount."""

    version: str
    source: str
    confirmed: bool
    everyone: tuple[str, ...]
    physician: tuple[str, ...] = ()

    @property
    def digest(self) -> str:
        """The SHA-256 of everything on it, as JSON: what a medical lead signs."""
        return sha256(msgspec.json.encode([self.version, self.everyone, self.physician])).hexdigest()


class Contact(Struct, frozen=True, kw_only=True):
    """One service: numbers as they are dialed inside the country (ISO 3166-1 alpha-2), hours, languages, last check.

    `word` is what is sent to the number in `text`. A referral service finds treatment and is no help in a crisis.
    """

    country: str
    country_name: str
    kind: ContactKind
    service: str
    call: str
    text: str
    word: str
    chat: str
    hours: str
    languages: tuple[str, ...]
    confirmed: bool
    checked_on: date
    source: str


def read_contacts(text: str) -> tuple[Contact, ...]:
    """Read the contacts from CSV text with a heading line. Raises `ValueError` for a kind or a day that is none."""
    return tuple(_contact(line) for line in csv.DictReader(io.StringIO(text)))


def _contact(line: Mapping[str, str]) -> Contact:
    return Contact(
        country=line["country"],
        country_name=line["name"],
        kind=_kind(line["kind"]),
        service=line["service"],
        call=line["call"],
        text=line["text"],
        word=line["word"],
        chat=line["chat"],
        hours=line["hours"],
        languages=tuple(part.strip() for part in line["languages"].split(";") if part.strip()),
        confirmed=line["confirmed"] == "yes",
        checked_on=date.fromisoformat(line["checked_on"]),
        source=line["source"],
    )


def _kind(text: str) -> ContactKind:
    match text:
        case "emergency" | "crisis" | "referral":
            return text
        case _:
            raise ValueError(f"contact kind {text!r} is none of emergency, crisis and referral")


def countries_of(contacts: Iterable[Contact]) -> dict[str, str]:
    """The names of the countries by code, in the order of their names."""
    found = {contact.country: contact.country_name for contact in contacts}
    return dict(sorted(found.items(), key=lambda country: country[1]))
