"""Exports compared with earlier ones, and restored byte for byte."""

import io
from collections.abc import Callable, Iterator

import pytest
from tests.ledger.exports import chain, check, exported, fill, forge
from tests.ledger.records import ANNA, ONE, SITE, THREE, TWO, file, put, state, text_of

from triptych.ledger.archive import Manifest, export, import_archive, read_manifest, verify_against
from triptych.ledger.chain import Verdict, seal
from triptych.ledger.errors import DamagedArchive, DamagedLedger, LedgerNotEmpty, Malformed
from triptych.ledger.memory import MemoryReading, MemoryStore
from triptych.ledger.store import Head, Store, Stored

Source = Callable[[MemoryStore], "io.BytesIO | MemoryReading"]


def as_reading(store: MemoryStore) -> MemoryReading:
    return MemoryReading(*store._state)


def as_file(store: MemoryStore) -> io.BytesIO:
    return io.BytesIO(exported(store))


@pytest.fixture(params=[as_reading, as_file])
def source(request: pytest.FixtureRequest) -> Source:
    """A ledger, or an export of it."""
    return request.param


def damaged(source: Source, records: list[Stored], manifest: Manifest) -> list[tuple[object, ...]]:
    """Compare records with an earlier manifest; return places and what happened."""
    store = MemoryStore()
    store._state = (records, {})
    verdict = verify_against(source(store), manifest)
    return [(damage.stream, damage.position, damage.what) for damage in verdict.damages]


def test_a_ledger_that_grew_still_holds_what_an_earlier_manifest_lists(source: Source) -> None:
    store = MemoryStore()
    fill(store)
    manifest = read_manifest(exported(store))
    assert verify_against(source(store), manifest) == Verdict(3, 9, 2, ())
    file(store, ANNA, ONE)
    file(store, "study", TWO)
    put(store, b"another")
    assert verify_against(source(store), manifest) == Verdict(3, 9, 2, ())


@pytest.mark.requirement("P11-01")
def test_a_shortened_forked_or_missing_stream_is_found(source: Source) -> None:
    whole = chain(ONE, TWO, THREE)
    manifest = read_manifest(forge(whole))
    for records, what in (
        (whole[:2], "shortened"),
        (chain(ONE, TWO, "fork"), "forked"),
        (chain("fork", TWO, THREE, "longer"), "forked"),
        (chain(ONE, stream=SITE), "missing"),
    ):
        ((stream, position, said),) = damaged(source, records, manifest)
        assert (stream, position) == (ANNA, 3)
        assert what in str(said)


def test_a_document_that_is_gone_is_found(source: Source) -> None:
    store = MemoryStore()
    digest = put(store, b"text")
    manifest = read_manifest(exported(store))
    ((_, _, said),) = damaged(source, [], manifest)
    assert digest in str(said)


@pytest.mark.requirement("P11-01")
@pytest.mark.parametrize("origin", ["memory", "sqlite", "postgres"])
def test_an_export_restored_in_any_store_is_the_same_file(
    make_store: Callable[[str], Store], origin: str, content: bytes
) -> None:
    store = make_store(origin)
    fill(store)
    assert exported(store) == content
    for kind in ("memory", "sqlite", "postgres"):
        restored = make_store(kind)
        assert import_archive(restored, io.BytesIO(content)) == read_manifest(content)
        assert exported(restored) == content
        assert state(restored) == state(store)
        file(restored, ANNA, ONE)


def test_an_export_is_restored_from_where_the_file_stands(content: bytes) -> None:
    lines = io.BytesIO(b"before" + content)
    lines.seek(6)
    store = MemoryStore()
    import_archive(store, lines)
    assert exported(store) == content


@pytest.mark.parametrize("holds", ["record", "document"])
def test_an_export_is_restored_only_into_an_empty_ledger(store: Store, content: bytes, holds: str) -> None:
    if holds == "record":
        file(store, "site:else", ONE)
    else:
        put(store, b"else")
    before = state(store)
    with pytest.raises(LedgerNotEmpty, match="empty one"):
        import_archive(store, io.BytesIO(content))
    assert state(store) == before


def test_a_damaged_export_restores_nothing(store: Store, content: bytes) -> None:
    with pytest.raises(DamagedArchive, match=r"line 11.*SHA-256"):
        import_archive(store, io.BytesIO(content.replace("ü".encode() * 8, b"?" * 16)))
    assert state(store)["heads"] == state(store)["documents"] == []


def test_a_sound_export_of_what_would_not_be_filed_restores_nothing(store: Store) -> None:
    body = text_of(ANNA, None, ONE)[:-1] + b",}"
    content = forge([seal(ANNA, 1, ONE, body)])
    assert check(content).damages == ()
    with pytest.raises(Malformed, match="not JSON"):
        import_archive(store, io.BytesIO(content))
    assert state(store)["heads"] == []


class Changing(io.BytesIO):
    """A file that is another one when it is read again."""

    def __init__(self, first: bytes, second: bytes) -> None:
        super().__init__(first)
        self._second = second

    def seek(self, offset: int, whence: int = 0) -> int:
        self.truncate(0)
        super().seek(0)
        self.write(self._second)
        return super().seek(offset, whence)


def test_an_export_that_changes_while_it_is_read_restores_nothing(content: bytes) -> None:
    lines = content.splitlines(keepends=True)
    for second in (
        b"".join(lines[1:]),
        b"".join([*lines[:-1], b'{"sha256":"broken\n', lines[-1]]),
        content.replace(b"protocol", b"protocoll"),
        b"".join(lines[:-1]),
    ):
        store = MemoryStore()
        with pytest.raises((DamagedArchive, Malformed)):
            import_archive(store, Changing(content, second))
        assert state(store)["records"] == []


def damaged_readings() -> Iterator[MemoryReading]:
    one, two = chain(ONE, TWO)
    yield MemoryReading([one, two._replace(sha256=bytes(32))], {})
    yield MemoryReading([one], {"0" * 64: b"text"})

    class Shortened(MemoryReading):
        def heads(self, prefix: str = "") -> Iterator[tuple[str, Head]]:
            return iter([(ANNA, Head(2, two.sha256))])

    yield Shortened([one], {})


@pytest.mark.parametrize("reading", list(damaged_readings()))
def test_a_damaged_ledger_is_not_exported_as_if_it_were_whole(reading: MemoryReading) -> None:
    out = io.BytesIO()
    with pytest.raises(DamagedLedger, match="export was stopped at"):
        export(reading, out)
    assert check(out.getvalue()).damages
