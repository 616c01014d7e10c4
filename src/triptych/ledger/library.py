"""The bundled library: study documents, the product document and tables, read from package data or a folder."""

from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

import msgspec.toml
from msgspec.structs import replace

from triptych.course.consent_words import rules_of
from triptych.evidence import Base, load_base, plain_passages, plain_risks
from triptych.ledger.errors import UnknownStudy
from triptych.safety import (
    Conditions,
    Contact,
    EmergencyCard,
    Knowledge,
    KnowledgeBase,
    KnownText,
    Profile,
    profile_of,
    read_conditions,
    read_contacts,
    read_knowledge,
    read_profile,
)
from triptych.study import (
    INSTRUMENTS,
    Education,
    NotShipped,
    Shelf,
    Study,
    load_study,
    read_education,
    read_not_shipped,
)
from triptych.study.consent_texts import ConsentTexts, as_asked, read_consent_texts

LIBRARY = files("triptych") / "library"


def study_names() -> tuple[str, ...]:
    """The names of the bundled studies; a folder whose name begins with `_` is only there to be inherited from."""
    folders = (folder for folder in (LIBRARY / "studies").iterdir() if folder.is_dir())
    return tuple(sorted(folder.name for folder in folders if not folder.name.startswith("_")))


def study_folder(study: str) -> Path | Traversable:
    """The folder of a study: a path, or the name of a bundled one. Raises `UnknownStudy`."""
    if Path(study).is_dir():
        return Path(study)
    if study in study_names():
        return LIBRARY / "studies" / study
    raise UnknownStudy(
        f"There is no study {study!r}: it is neither a folder nor one of the bundled studies "
        f"({', '.join(study_names())})."
    )


def read_folder(folder: Path | Traversable) -> Mapping[str, str]:
    """The texts of the YAML files directly in a folder, by name. Bytes that are not UTF-8 read as replacement signs."""
    found = sorted((entry for entry in folder.iterdir() if entry.name.endswith(".yaml")), key=lambda entry: entry.name)
    return {entry.name: entry.read_bytes().decode("utf-8", errors="replace") for entry in found}


def product_files() -> Mapping[str, str]:
    """The product document that is laid under every study."""
    return read_folder(LIBRARY / "product")


def find_study(study: str) -> Study:
    """Load a study by path or bundled name. Raises `UnknownStudy`, or `StudyProblems` listing what is wrong."""
    return load_study(read_folder(study_folder(study)), product_files(), shelf(study))


def shelf(study: str = "") -> Shelf:
    """What a study may inherit from: the bundled studies and instruments, and the folders beside its own."""
    own = Path(study).resolve().parent if study and Path(study).is_dir() else None
    beside = [folder for folder in own.iterdir() if (folder / "study.yaml").is_file()] if own else []
    return {**_bundled(), **{folder.name: read_folder(folder) for folder in beside}}


@lru_cache(maxsize=1)
def _bundled() -> Shelf:
    folder = LIBRARY / "instruments"
    instruments = read_folder(folder) if folder.is_dir() else {}
    found = {
        f"{INSTRUMENTS}{name.removesuffix('.yaml')}": {name: text}
        for name, text in instruments.items()
        if not name.startswith("_")
    }
    parts = (LIBRARY / "studies").iterdir()
    return {**found, **{part.name: read_folder(part) for part in parts if part.is_dir()}}


def instrument_names() -> tuple[str, ...]:
    """The names of the bundled instruments."""
    return tuple(sorted(name.removeprefix(INSTRUMENTS) for name in _bundled() if name.startswith(INSTRUMENTS)))


def instruments_not_shipped() -> tuple[NotShipped, ...]:
    """The instruments that are not bundled, each with the reason."""
    return read_not_shipped((LIBRARY / "instruments" / "_not-shipped.yaml").read_text("utf-8"))


@lru_cache(maxsize=1)
def contacts() -> tuple[Contact, ...]:
    """The bundled crisis contacts of every country."""
    return read_contacts((LIBRARY / "help" / "contacts.csv").read_text("utf-8"))


@lru_cache(maxsize=1)
def emergency_card() -> EmergencyCard:
    """What everybody in the room does in an emergency."""
    text = (LIBRARY / "emergency" / "card.toml").read_bytes()
    return msgspec.toml.decode(text, type=EmergencyCard)


@lru_cache(maxsize=1)
def education() -> Mapping[str, Education]:
    """What participants read before they agree, by language."""
    texts = (LIBRARY / "education").iterdir()
    read = [_with_evidence(read_education(text.read_text("utf-8"))) for text in texts if text.name.endswith(".toml")]
    return {text.language: text for text in sorted(read, key=lambda text: text.language)}


@lru_cache(maxsize=16)
def consent_texts(version: str = "") -> Mapping[str, ConsentTexts]:
    """The texts of the consent in the library, by language: of one version, else the newest of each.

    What stands around the parts of an earlier version, and had no words in it, is said as in the newest.
    """
    newest = {text.language: text.ui for text in _all_consent_texts()}
    return {
        text.language: replace(text, ui=newest[text.language] | text.ui)
        for text in _all_consent_texts()
        if version in ("", text.version)
    }


def consent_asked(study: Study, version: str) -> Mapping[str, ConsentTexts]:
    """The texts that a document asks for under a version, by language, with the study's own words in them."""
    rules = rules_of(study, version)
    if rules is None:
        return consent_texts(version)
    return {language: as_asked(texts, rules) for language, texts in consent_texts(rules.base).items()}


@lru_cache(maxsize=1)
def _all_consent_texts() -> list[ConsentTexts]:
    """The texts of the consent in every language; where a language has several versions, the newest comes last."""
    texts = (LIBRARY / "consent").iterdir()
    read = [read_consent_texts(text.read_text("utf-8")) for text in texts if text.name.endswith(".toml")]
    return sorted(read, key=lambda text: (text.language, len(text.version), text.version))


def known_texts() -> Mapping[tuple[str, str, str], KnownText]:
    """Every text of the consent, by version, language and part: what a signature is compared with."""
    return {
        (text.version, text.language, one.id): KnownText.of(one)
        for text in _all_consent_texts()
        for one in text.passages
    }


def plain_evidence(substance: str, language: str) -> tuple[str, ...]:
    """What published trials of a substance say, in plain words made from the figures of the bundled base."""
    return plain_passages(evidence(), substance, language)


def plain_harm(substance: str, language: str) -> tuple[str, ...]:
    """What was counted of harm in trials of a substance, in plain words made from the figures of the bundled base."""
    return plain_risks(evidence(), substance, language)


def _with_evidence(text: Education) -> Education:
    """The text with what the evidence says, in its language; its version names the base that this was made from."""
    base = evidence()
    passages = tuple(
        replace(one, text=(*plain_evidence(one.evidence, text.language), *one.text)) if one.evidence else one
        for one in text.passages
    )
    return replace(text, version=f"{text.version}+{base.digest[:8]}", passages=passages)


def evidence_texts() -> Mapping[str, str]:
    """The texts of the bundled evidence base, by path."""
    folder = LIBRARY / "evidence"
    below = {
        f"{part}/{name}": text for part in ("trials", "plain") for name, text in read_folder(folder / part).items()
    }
    return {**below, **read_folder(folder)}


@lru_cache(maxsize=1)
def evidence() -> Base:
    """The bundled evidence base."""
    return load_base(evidence_texts())


@lru_cache(maxsize=1)
def knowledge_base() -> KnowledgeBase:
    """The bundled knowledge base of medicines with MDMA."""
    folder = LIBRARY / "medicines"
    tables = ("interactions", "actives", "products", "names")
    return read_knowledge(*((folder / f"{name}.csv").read_text("utf-8") for name in tables))


@lru_cache(maxsize=1)
def conditions() -> Conditions:
    """The bundled phrases of diagnoses and history."""
    return read_conditions((LIBRARY / "screening" / "conditions.csv").read_text("utf-8"))


@lru_cache(maxsize=1)
def default_profile() -> Profile:
    """The default screening profile."""
    return read_profile((LIBRARY / "screening" / "profile.json").read_text("utf-8"))


def study_profile(study: Study) -> Profile:
    """The default profile with what a study document says about screening."""
    return profile_of(default_profile(), study)


@lru_cache(maxsize=1)
def knowledge() -> Knowledge:
    """Everything bundled that a trial is judged by beside its document."""
    return Knowledge(base=knowledge_base(), conditions=conditions(), profile=default_profile(), consent=known_texts())
