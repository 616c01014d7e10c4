"""The bundled library: study documents, the product document and tables, read from package data or a folder."""

from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from triptych.ledger.errors import UnknownStudy
from triptych.safety import MedicineTable, read_medicines
from triptych.study import Study, load_study

LIBRARY = files("triptych") / "library"


def study_names() -> tuple[str, ...]:
    """The names of the bundled studies."""
    return tuple(sorted(folder.name for folder in (LIBRARY / "studies").iterdir() if folder.is_dir()))


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
    return load_study(read_folder(study_folder(study)), product_files())


@lru_cache(maxsize=1)
def medicines() -> MedicineTable:
    """The bundled table of medicines."""
    return read_medicines((LIBRARY / "medicines" / "interactions.csv").read_text("utf-8"))
