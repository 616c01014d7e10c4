"""The chain of a stream, and the walk over a store that finds every changed byte."""

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

import psycopg
import pytest
from tests.ledger.exports import chain
from tests.ledger.records import ANNA, ONE, SITE, THREE, TWO, append, file, put, text_of

from triptych.ledger.chain import Damage, Verdict, link, read_opening, seal, verify
from triptych.ledger.errors import DamagedLedger
from triptych.ledger.memory import MemoryReading
from triptych.ledger.postgres import open_postgres
from triptych.ledger.sqlite import FILE, open_sqlite
from triptych.ledger.store import Head, Store, Stored

FLIPS = (0x01, 0x40)
TEXT = b"the protocol"
DIGEST = sha256(TEXT).hexdigest()


def fill(store: Store) -> list[Stored]:
    """File a small ledger: two streams, three records each, one document."""
    put(store, TEXT)
    return [
        file(store, stream, f"{stream[0]}-{4 * round_}", {"pulse": 60 + round_})
        for round_ in range(3)
        for stream in (ANNA, SITE)
    ]


def verdict_of(records: list[Stored], documents: dict[str, bytes] | None = None) -> Verdict:
    """Verify records as if a store held them."""
    return verify(MemoryReading(records, documents or {}))


def test_the_first_record_of_a_stream_follows_zeros() -> None:
    assert link(None) == (1, "0" * 64)


def test_the_next_record_follows_the_digest_of_the_last() -> None:
    assert link(Head(7, bytes(range(32)))) == (8, bytes(range(32)).hex())


def test_a_sealed_record_carries_the_digest_of_its_bytes() -> None:
    assert seal(ANNA, 1, ONE, b"{}") == Stored(ANNA, 1, ONE, b"{}", sha256(b"{}").digest())


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{}",
        b'{"position":1,"stream":"study"}',
        text_of(ANNA, None, ONE).replace(b'"position":1', b'"position":-1'),
        text_of(ANNA, None, ONE).replace(b'"participant', b'"\\x'),
        text_of(ANNA, None, ONE).replace(b"0000", b"00G0", 1),
    ],
)
def test_a_text_that_does_not_open_as_a_record_is_not_read(body: bytes) -> None:
    assert read_opening(body) is None


def test_a_damage_renders_as_one_line() -> None:
    assert Damage(ANNA, 3, ONE, "is wrong", 7).render() == (f"line 7, {ANNA}, position 3, record {ONE}: is wrong")
    assert Damage(None, None, None, "is wrong").render() == "is wrong"


def test_a_sound_ledger_is_counted_and_has_no_damage(store: Store) -> None:
    fill(store)
    with store.reading() as reading:
        assert verify(reading) == Verdict(streams=2, records=6, documents=1, damages=())


def test_an_empty_ledger_is_sound() -> None:
    assert verdict_of([]) == Verdict(0, 0, 0, ())


def test_a_missing_record_is_named_by_its_position() -> None:
    one, _, three = chain(ONE, TWO, THREE)
    (damage,) = verdict_of([one, three]).damages
    assert damage[:3] == (ANNA, 2, None)
    assert "position 3" in damage.what


def test_a_record_of_another_chain_is_named() -> None:
    one, _ = chain(ONE, TWO)
    _, other = chain(THREE, TWO)
    (damage,) = verdict_of([one, other]).damages
    assert damage == Damage(ANNA, 2, TWO, "its text does not continue the record before it")


def test_an_identifier_that_stands_twice_is_named() -> None:
    records = [*chain(ONE), *chain(ONE, stream=SITE)]
    (damage,) = verdict_of(records).damages
    assert damage[:3] == (SITE, 1, ONE)
    assert "more than once" in damage.what


def test_of_each_stream_the_first_damage_is_named() -> None:
    records = chain(ONE, TWO, THREE)
    wrong = [stored._replace(sha256=bytes(32)) for stored in records]
    wrong += [stored._replace(body=b"{}") for stored in chain("a", "b", stream=SITE)]
    verdict = verdict_of(wrong)
    assert [damage[:3] for damage in verdict.damages] == [(ANNA, 1, ONE), (SITE, 1, "a")]
    assert verdict[:2] == (2, 5)


def test_a_stream_that_cannot_be_read_to_its_end_is_damage() -> None:
    class Shortened(MemoryReading):
        def head(self, stream: str) -> Head | None:
            return Head(3, bytes(32))

        def heads(self, prefix: str = "") -> Iterator[tuple[str, Head]]:
            return iter([(ANNA, Head(3, bytes(32)))])

    (damage,) = verify(Shortened(chain(ONE, TWO), {})).damages
    assert damage[:3] == (ANNA, 3, None)


def test_a_database_that_cannot_be_read_is_damage_and_the_rest_is_checked() -> None:
    class Torn(MemoryReading):
        def documents(self) -> Iterator[tuple[str, bytes]]:
            raise DamagedLedger("torn")

    wrong = [stored._replace(sha256=bytes(32)) for stored in chain(ONE)]
    damages = verify(Torn(wrong, {})).damages
    assert [damage.what for damage in damages] == ["torn", "its text does not have its SHA-256"]


class Tamper(NamedTuple):
    """A filled store and a way to change one value behind its back."""

    store: Store
    filed: list[Stored]
    change: Callable[[str, str, object, str], None]


@pytest.fixture(params=["sqlite", "postgres"])
def tamper(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Tamper]:
    """Open a store whose triggers are dropped, and a connection that changes what it holds."""
    if request.param == "sqlite":
        with closing(open_sqlite(tmp_path, write=True)) as store:
            filed = fill(store)
            with closing(sqlite3.connect(tmp_path / FILE, isolation_level=None)) as raw:
                yield Tamper(store, filed, sqlite_change(raw))
    else:
        url = request.getfixturevalue("postgres_url")
        with closing(open_postgres(url, write=True)) as store:
            filed = fill(store)
            with psycopg.connect(url, autocommit=True) as raw:
                yield Tamper(store, filed, postgres_change(raw))


def sqlite_change(raw: sqlite3.Connection) -> Callable[[str, str, object, str], None]:
    """Drop the triggers and return what changes a column of the row with a key."""
    triggers = raw.execute("SELECT name FROM sqlite_schema WHERE type = 'trigger'").fetchall()
    for (name,) in triggers:
        raw.execute(f"DROP TRIGGER {name}")
    raw.execute("PRAGMA ignore_check_constraints = ON")
    raw.execute("PRAGMA synchronous = OFF")

    def change(table: str, column: str, value: object, key: str) -> None:
        by = "digest" if table == "document" else "id"
        done = raw.execute(f"UPDATE {table} SET {column} = ? WHERE {by} = ?", (value, key))
        assert done.rowcount == 1

    return change


def postgres_change(
    raw: psycopg.Connection[tuple[object, ...]],
) -> Callable[[str, str, object, str], None]:
    """Drop the triggers and return what changes a column of the row with a key."""
    raw.execute("DROP FUNCTION refuse_change CASCADE")
    raw.execute("SET synchronous_commit = off")

    def change(table: str, column: str, value: object, key: str) -> None:
        by = "digest" if table == "document" else "id"
        done = raw.execute(f"UPDATE {table} SET {column} = %s WHERE {by} = %s", (value, key))
        assert done.rowcount == 1

    return change


def flipped(value: bytes, mask: int) -> Iterator[bytes]:
    """Yield a value once for each of its bytes, with that byte changed."""
    for at, byte in enumerate(value):
        yield value[:at] + bytes([byte ^ mask]) + value[at + 1 :]


def changes(stored: Stored, mask: int) -> Iterator[tuple[str, object]]:
    """Yield a column and a value for each byte of each column of a record, with that byte changed."""
    for column in ("body", "sha256"):
        yield from ((column, value) for value in flipped(getattr(stored, column), mask))
    for column in ("stream", "id"):
        text = getattr(stored, column).encode()
        yield from ((column, value.decode("latin-1")) for value in flipped(text, mask))
    for byte in range(8):
        yield "position", stored.position ^ 0x40 << 8 * byte


def damages(store: Store) -> tuple[Damage, ...]:
    """Verify a store."""
    with store.reading() as reading:
        return verify(reading).damages


def names(damage: Damage, stored: Stored) -> bool:
    """Whether a damage names a record, by identifier or by place."""
    place = (damage.stream, damage.position)
    return damage.record_id == stored.id or place == (stored.stream, stored.position)


@pytest.mark.requirement("P11-01")
@pytest.mark.parametrize("number", range(6))
def test_any_changed_byte_of_a_record_is_found_and_named(tamper: Tamper, number: int) -> None:
    stored = tamper.filed[number]
    for column, value in changes(stored, FLIPS[number % 2]):
        key = value if column == "id" else stored.id
        tamper.change("record", column, value, stored.id)
        found = damages(tamper.store)
        assert any(names(damage, stored) for damage in found[:1]), (column, value, found)
        tamper.change("record", column, getattr(stored, column), str(key))
    assert damages(tamper.store) == ()


@pytest.mark.requirement("P11-01")
def test_any_changed_byte_of_a_document_is_found_and_named(tamper: Tamper) -> None:
    for value in flipped(TEXT, 0x80):
        tamper.change("document", "content", value, DIGEST)
        (damage,) = damages(tamper.store)
        assert DIGEST in damage.what
    tamper.change("document", "content", TEXT, DIGEST)
    for value in flipped(DIGEST.encode(), 0x01):
        tamper.change("document", "digest", value.decode(), DIGEST)
        (damage,) = damages(tamper.store)
        assert value.decode() in damage.what
        tamper.change("document", "digest", DIGEST, value.decode())


def test_names_that_are_not_utf_8_any_more_are_found(tmp_path: Path) -> None:
    with closing(open_sqlite(tmp_path, write=True)) as store:
        fill(store)
        with closing(sqlite3.connect(tmp_path / FILE, isolation_level=None)) as raw:
            sqlite_change(raw)
            for column, value in (("id", b"s-\xff"), ("stream", b"site:\xff")):
                query = f"UPDATE record SET {column} = CAST(? AS TEXT) WHERE position = 3"
                raw.execute(query + " AND stream = ?", (value, SITE))
        assert damages(store) != ()


def test_the_text_of_a_filed_record_is_json_that_opens_with_its_place(store: Store) -> None:
    with store.transaction(append=[ANNA]) as transaction:
        append(transaction, ANNA, ONE)
        stored = append(transaction, ANNA, TWO)
    opening = list(json.loads(stored.body).items())[:4]
    previous = sha256(text_of(ANNA, None, ONE)).hexdigest()
    assert opening == [("stream", ANNA), ("position", 2), ("previous", previous), ("id", TWO)]
