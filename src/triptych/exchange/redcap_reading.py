"""A REDCap data dictionary (CSV of 18 columns) as values. Column names of the page and of the API are both read."""

import csv
import io
import re
from collections.abc import Iterator

from msgspec import Struct

from triptych.study.errors import StudyError
from triptych.study.reading import INVISIBLE

MAX_BYTES = 5_000_000
MAX_FIELDS = 20_000
MAX_TEXT = 100_000
COLUMNS = {
    "name": ("Variable / Field Name", "field_name"),
    "form": ("Form Name", "form_name"),
    "section": ("Section Header", "section_header"),
    "kind": ("Field Type", "field_type"),
    "label": ("Field Label", "field_label"),
    "options": ("Choices, Calculations, OR Slider Labels", "select_choices_or_calculations"),
    "note": ("Field Note", "field_note"),
    "validation": ("Text Validation Type OR Show Slider Number", "text_validation_type_or_show_slider_number"),
    "least": ("Text Validation Min", "text_validation_min"),
    "most": ("Text Validation Max", "text_validation_max"),
    "identifier": ("Identifier?", "identifier"),
    "branching": ("Branching Logic (Show field only if...)", "branching_logic"),
    "required": ("Required Field?", "required_field"),
    "matrix": ("Matrix Group Name", "matrix_group_name"),
    "annotation": ("Field Annotation", "field_annotation"),
}
NEEDED = ("name", "form", "kind", "label")
# What a document may not hold because nobody can see it; a line break inside a cell is a space.
_UNSEEN = re.compile(f"[{INVISIBLE}\ud800-\udfff\ufffd-\uffff]")
_TAG = re.compile(r"<[^<>]{0,2000}>")


class NotADictionary(StudyError):
    """The text is no REDCap data dictionary."""

    code = "not_a_dictionary"


class Field(Struct, frozen=True, kw_only=True):
    """One row of the dictionary; `row` counts from 1 with the head as the first."""

    row: int
    name: str
    form: str
    kind: str
    label: str
    section: str = ""
    options: str = ""
    note: str = ""
    validation: str = ""
    least: str = ""
    most: str = ""
    identifier: str = ""
    branching: str = ""
    required: str = ""
    matrix: str = ""
    annotation: str = ""

    @property
    def choices(self) -> tuple[tuple[str, str], ...]:
        """The codes and labels of a field with choices."""
        if self.kind not in ("radio", "dropdown", "checkbox"):
            return ()
        parts = (part.partition(",") for part in self.options.split("|") if part.strip())
        return tuple((code.strip(), plain(label) or code.strip()) for code, _, label in parts)


class Dictionary(Struct, frozen=True):
    """The fields of a dictionary in their order."""

    fields: tuple[Field, ...]

    @property
    def forms(self) -> dict[str, list[Field]]:
        """The fields of each form, in order."""
        found: dict[str, list[Field]] = {}
        for field in self.fields:
            found.setdefault(field.form, []).append(field)
        return found


def plain(text: str) -> str:
    """A label without its markup, on one line."""
    return " ".join(_TAG.sub(" ", text).split())


def read_dictionary(content: bytes) -> Dictionary:
    """Read a data dictionary. Raises `NotADictionary` saying what is wrong with the file."""
    if len(content) > MAX_BYTES:
        raise NotADictionary(f"The file has more than {MAX_BYTES:,} bytes, and a data dictionary never has.")
    text = _UNSEEN.sub(" ", content.decode("utf-8-sig", errors="replace"))
    csv.field_size_limit(MAX_TEXT)
    try:
        rows = list(_bounded(csv.reader(io.StringIO(text, newline=""))))
    except csv.Error as error:
        raise NotADictionary(f"The file cannot be read as CSV: {error}. Export the data dictionary again.") from error
    places = _places(rows[0] if rows else [])
    fields = (
        Field(row=number, **{name: " ".join(row[at].split()) if at < len(row) else "" for name, at in places.items()})
        for number, row in enumerate(rows[1:], start=2)
        if any(cell.strip() for cell in row)
    )
    return Dictionary(tuple(field for field in fields if field.name))


def _bounded(rows: Iterator[list[str]]) -> Iterator[list[str]]:
    for number, row in enumerate(rows):
        if number > MAX_FIELDS:
            raise NotADictionary(f"The file has more than {MAX_FIELDS:,} rows. Divide it by forms.")
        yield row


def _places(head: list[str]) -> dict[str, int]:
    """Where each column stands. Raises `NotADictionary` if one that is needed is missing."""
    named = {cell.strip().lower(): at for at, cell in enumerate(head)}
    found = {
        name: named[heading.lower()]
        for name, headings in COLUMNS.items()
        for heading in headings
        if heading.lower() in named
    }
    missing = [COLUMNS[name][0] for name in NEEDED if name not in found]
    if missing:
        raise NotADictionary(
            f"This is no REDCap data dictionary: it has no column {', '.join(missing)}. "
            "Download it in REDCap under Project Setup, Data Dictionary."
        )
    return found
