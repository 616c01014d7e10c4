"""Ledgers of many participants to be served: the Norway study with 40 visits, and one course copied to many.

The first participant's course is played through the door. The others are copies of it, cut at three stages, each
under a name and identifiers of its own and chained as the door chains; they are written past the door.
"""

import sqlite3
from collections.abc import Iterator
from functools import lru_cache
from itertools import cycle, islice
from pathlib import Path

import msgspec

from bench.folding import INSERT, STAGES
from bench.participants import NAME, STUDY, Participant, played
from triptych.ledger.chain import FIRST, seal
from triptych.ledger.library import product_files, read_folder, study_folder
from triptych.ledger.opening import open_ledger
from triptych.ledger.store import Stored
from triptych.ledger.streams import participant_stream
from triptych.study import Study, load_study

FORM = "session_check"
VISITS = tuple(f"check_{number}" for number in range(1, 9))
"""The visits at which the 15-item form is filed."""


@lru_cache(maxsize=1)
def study() -> Study:
    """The Norway study with the form and the visits of `study.yaml` beside it."""
    beside = (Path(__file__).parent / "study.yaml").read_text("utf-8")
    return load_study({**read_folder(study_folder(STUDY)), "z-bench.yaml": beside}, product_files())


def names(count: int) -> list[str]:
    """The participants of a ledger: the one who was played, then the copies."""
    return [NAME, *(f"P-{number:04d}" for number in range(1, count))]


def make(place: str, count: int) -> list[str]:
    """Make a ledger of so many participants in a folder or at a PostgreSQL URL; give their names."""
    store = open_ledger(place, write=True)
    try:
        whole = played(store, study())
        copies = _copies(whole, count)
        if "://" in place:
            for made in copies:
                with store.transaction(append=[made[0].stream]) as transaction:
                    for stored in made:
                        transaction.append(stored)
    finally:
        store.close()
    if "://" not in place:
        connection = sqlite3.connect(Path(place) / "ledger.sqlite3")
        with connection:
            rows = ((one.stream, one.position, one.id, one.sha256, one.body) for made in copies for one in made)
            connection.executemany(INSERT, rows)
        connection.close()
    return names(count)


def _copies(whole: Participant, count: int) -> Iterator[list[Stored]]:
    """The records of each copy."""
    originals = [record.id for record in whole.records]
    texts = [msgspec.json.encode(record).decode() for record in whole.records]
    for number, (name, stage) in enumerate(islice(zip(names(count), cycle(STAGES), strict=False), 1, None), start=1):
        ids = {known: f"{known[:-6]}{number:06x}" for known in originals}
        yield list(_copy(whole, texts[:stage], ids, name))


def _copy(whole: Participant, texts: list[str], ids: dict[str, str], name: str) -> Iterator[Stored]:
    stream, previous = participant_stream(name), FIRST
    for record, text in zip(whole.records, texts, strict=False):
        made = text.replace(participant_stream(NAME), stream).replace(record.previous, previous)
        for known, own in ids.items():
            made = made.replace(known, own)
        stored = seal(stream, record.position, ids[record.id], made.encode())
        previous = stored.sha256.hex()
        yield stored
