"""What every store promises. `test_stores.py` runs each of these tests for each store."""

import json
import threading
from hashlib import sha256

import pytest
from tests.ledger.records import ANNA, BERT, FOUR, ONE, SITE, THREE, TWO, append, file, put, state, text_of
from tests.ledger.threads import WAIT, beside

from triptych.ledger.chain import seal, verify
from triptych.ledger.errors import (
    DuplicateRecord,
    LedgerBusy,
    LedgerClosed,
    Malformed,
    StreamNotLocked,
    WrongPosition,
)
from triptych.ledger.store import Head, Store, Stored

HOSTILE = [
    "study",
    "site:';DROP TABLE record;--",
    'site:quo"ted\\back',
    "site:100%_%(stream)s:stream",
    "participant:مشارك\u200f\u200e",
    "participant:👩🏽‍⚕️𝔘",
    "participant: space ",
    "participant:" + "x" * 200,
]


class StoreContract:
    """The promises, each as a test over the fixture `store`."""

    def test_an_empty_ledger_holds_nothing(self, store: Store) -> None:
        with store.reading() as reading:
            assert reading.head("study") is None
            assert list(reading.records("study")) == []
            assert reading.find(ONE) is None
            assert reading.document("0" * 64) is None
            assert list(reading.heads()) == list(reading.documents()) == []

    @pytest.mark.requirement("P11-04")
    def test_records_come_back_verbatim_and_in_order(self, store: Store) -> None:
        filed = [file(store, ANNA, record_id) for record_id in (ONE, TWO, THREE)]
        with store.reading() as reading:
            assert list(reading.records(ANNA)) == filed
            assert list(reading.records(ANNA, after=1)) == filed[1:]
            assert list(reading.records(ANNA, after=3)) == []
            assert reading.head(ANNA) == Head(3, filed[2].sha256)
            assert [stored.position for stored in filed] == [1, 2, 3]

    def test_values_come_back_in_the_types_of_the_interface(self, store: Store) -> None:
        file(store, ANNA, ONE)
        put(store, b"text")
        with store.reading() as reading:
            stored = next(reading.records(ANNA))
            assert [type(value) for value in stored] == [str, int, str, bytes, bytes]
            assert isinstance(reading.find(ONE), Stored)
            assert isinstance(reading.head(ANNA), Head)
            assert [type(value) for value in next(reading.documents())] == [str, bytes]

    def test_a_record_is_found_by_its_identifier_in_any_stream(self, store: Store) -> None:
        filed = [file(store, stream, one) for stream, one in ((ANNA, ONE), (SITE, TWO))]
        with store.reading() as reading:
            assert [reading.find(one) for one in (ONE, TWO, THREE)] == [*filed, None]

    def test_tails_are_the_records_behind_a_position_of_each_stream(self, store: Store) -> None:
        anna = [file(store, ANNA, one) for one in (ONE, TWO)]
        bert = [file(store, BERT, THREE)]
        wanted = {BERT: 0, ANNA: 1, "site:unknown": 0, "participant:\x00": 0}
        with store.reading() as reading:
            assert sorted(reading.tails(wanted)) == sorted([anna[1], *bert])
            assert sorted(reading.tails({ANNA: 0, BERT: 1})) == anna
            assert list(reading.tails({})) == list(reading.tails({ANNA: 2})) == []
        with store.transaction(read=[BERT], append=[ANNA]) as transaction:
            assert [stored.position for stored in transaction.tails({ANNA: 0})] == [1, 2]
            newest = append(transaction, ANNA, FOUR)
            assert sorted(transaction.tails({ANNA: 2, BERT: 0})) == sorted([newest, *bert])

    def test_tails_find_any_name_that_a_stream_may_have(self, store: Store) -> None:
        filed = [file(store, stream, f"{n:08}-0000-7000-8000-000000000000") for n, stream in enumerate(HOSTILE)]
        with store.reading() as reading:
            assert sorted(reading.tails(dict.fromkeys(HOSTILE, 0))) == sorted(filed)

    def test_heads_are_sorted_by_name_and_chosen_by_prefix(self, store: Store) -> None:
        last = {}
        for number, stream in enumerate([SITE, "study", BERT, ANNA, BERT, "site:ås", "site:osl"]):
            last[stream] = file(store, stream, f"{ONE}-{number}")
        heads = {stream: Head(stored.position, stored.sha256) for stream, stored in last.items()}
        with store.reading() as reading:
            assert list(reading.heads()) == sorted(heads.items())
            for prefix in ("participant:", "site:osl", "site:oslo", "site:z", "s", "%", "\x00"):
                expected = [item for item in sorted(heads.items()) if item[0].startswith(prefix)]
                assert list(reading.heads(prefix)) == expected

    def test_names_that_no_database_holds_find_nothing(self, store: Store) -> None:
        with store.reading() as reading:
            for name in ("participant:\x00", "\ud800"):
                assert reading.head(name) is reading.find(name) is reading.document(name) is None
                assert list(reading.records(name)) == []

    @pytest.mark.parametrize("stream", HOSTILE)
    def test_hostile_names_and_texts_come_back_unharmed(self, store: Store, stream: str) -> None:
        values = ["'\"\\;--", "\x00\x01\x7f", "👩🏽‍⚕️", "\u202eRTL\u200f", "\u2028", "%s :stream $1", {"": None}]
        filed = file(store, stream, f"id-{stream[-100:]}", values)
        with store.reading() as reading:
            assert reading.find(filed.id) == filed
            assert list(reading.heads()) == [(stream, Head(1, filed.sha256))]
            assert json.loads(next(reading.records(stream)).body)["values"] == values
            assert verify(reading).damages == ()

    def test_a_large_record_comes_back_whole(self, store: Store) -> None:
        filed = file(store, ANNA, ONE, "ø" * 450_000)
        assert len(filed.body) > 900_000
        with store.reading() as reading:
            assert reading.find(ONE) == filed

    def test_a_transaction_sees_what_it_appended(self, store: Store) -> None:
        with store.transaction(append=[ANNA, "study"]) as transaction:
            first = append(transaction, ANNA, ONE)
            second = append(transaction, ANNA, TWO)
            append(transaction, "study", THREE)
            assert list(transaction.records(ANNA)) == [first, second]
            assert transaction.find(TWO) == second
            assert transaction.head(ANNA) == Head(2, second.sha256)
            assert len(list(transaction.heads())) == 2
        with store.reading() as reading:
            assert list(reading.records(ANNA)) == [first, second]

    def test_what_is_yielded_stands_as_of_the_call(self, store: Store) -> None:
        with store.transaction(append=[ANNA]) as transaction:
            append(transaction, ANNA, ONE)
            records, heads = transaction.records(ANNA), transaction.heads()
            append(transaction, ANNA, TWO)
            assert [stored.id for stored in records] == [ONE]
            assert [head.position for _, head in heads] == [1]

    def test_an_exception_rolls_everything_back(self, store: Store) -> None:
        file(store, ANNA, ONE)
        before = state(store)
        with pytest.raises(KeyError, match="stop"):
            self._stop_halfway(store)
        assert state(store) == before
        file(store, ANNA, TWO)

    def _stop_halfway(self, store: Store) -> None:
        with store.transaction(append=[ANNA, SITE]) as transaction:
            append(transaction, ANNA, TWO)
            append(transaction, SITE, THREE)
            transaction.put_document(sha256(b"text").hexdigest(), b"text")
            raise KeyError("stop")

    def test_an_identifier_is_taken_once_in_the_whole_ledger(self, store: Store) -> None:
        filed = file(store, ANNA, ONE)
        with store.transaction(append=[ANNA, BERT]) as transaction:
            with pytest.raises(DuplicateRecord, match=ONE):
                transaction.append(filed)
            with pytest.raises(DuplicateRecord, match=ONE):
                append(transaction, BERT, ONE)
            append(transaction, BERT, TWO)
        with store.reading() as reading:
            assert [stream for stream, _ in reading.heads()] == [ANNA, BERT]

    def test_only_the_next_position_is_taken(self, store: Store) -> None:
        file(store, ANNA, ONE)
        with store.transaction(append=[ANNA]) as transaction:
            for position in (-1, 0, 1, 3):
                body = text_of(ANNA, Head(position - 1, b""), TWO)
                with pytest.raises(WrongPosition, match="2 is next"):
                    transaction.append(seal(ANNA, position, TWO, body))
            append(transaction, ANNA, TWO)

    def test_a_stream_that_is_not_locked_takes_nothing(self, store: Store) -> None:
        with store.transaction(read=["study"], append=[ANNA]) as transaction:
            for stream in ("study", BERT):
                with pytest.raises(StreamNotLocked, match=stream):
                    append(transaction, stream, ONE)
        assert state(store)["records"] == []

    def test_all_streams_can_be_locked_at_once(self, store: Store) -> None:
        with store.transaction(append=["*"]) as transaction:
            append(transaction, ANNA, ONE)
            append(transaction, "study", TWO)
        assert len(state(store)["heads"]) == 2

    @pytest.mark.parametrize(
        "stream", ["", "*x", "studyx", "site:", "visit:1", "site:a\nb", "site:\x00", "site:\ud800"]
    )
    def test_a_name_that_is_no_stream_is_refused(self, store: Store, stream: str) -> None:
        with (
            pytest.raises(Malformed, match="names no stream"),
            store.transaction(append=[stream]),
        ):
            pytest.fail("the transaction opened")
        with store.transaction(append=["*"]) as transaction, pytest.raises(Malformed):
            transaction.append(seal(stream, 1, ONE, b"{}"))

    def test_a_text_that_is_not_that_of_the_record_is_refused(self, store: Store) -> None:
        head = file(store, ANNA, ONE)
        sound = text_of(ANNA, Head(1, head.sha256), TWO, "text")
        wrong = {
            "does not continue": text_of(ANNA, Head(1, bytes(32)), TWO),
            "names the stream": text_of(BERT, Head(1, head.sha256), TWO),
            "names position": text_of(ANNA, Head(7, head.sha256), TWO),
            "names the identifier": text_of(ANNA, Head(1, head.sha256), THREE),
            "does not open": b"{}",
            "not JSON": sound[:-1],
            "not JSON in UTF-8": sound.replace(b"text", b"te\xfft"),
            "more than one line": sound.replace(b"text", b"text\n"),
            "not written as": sound.replace(b"anna", b"\\u0061nna"),
        }
        with store.transaction(append=[ANNA]) as transaction:
            for what, body in wrong.items():
                with pytest.raises(Malformed, match=what):
                    transaction.append(seal(ANNA, 2, TWO, body))
            with pytest.raises(Malformed, match="SHA-256"):
                transaction.append(Stored(ANNA, 2, TWO, sound, bytes(32)))
            for record_id in ("", "a\nb", "\x00", "x" * 201, "\ud800"):
                with pytest.raises(Malformed, match="identifier"):
                    transaction.append(seal(ANNA, 2, record_id, sound))
            transaction.append(seal(ANNA, 2, TWO, sound))

    def test_a_document_is_kept_once_under_its_digest(self, store: Store) -> None:
        content = "§ protocol\n\x00 👩".encode()
        digest = put(store, content)
        assert put(store, content) == digest
        other = put(store, b"")
        with store.reading() as reading:
            assert reading.document(digest) == content
            assert reading.document(other) == b""
            assert list(reading.documents()) == sorted([(digest, content), (other, b"")])

    def test_a_document_under_another_digest_or_not_text_is_refused(self, store: Store) -> None:
        with store.transaction(append=[]) as transaction:
            for digest in ("0" * 64, sha256(b"text").hexdigest().upper(), ""):
                with pytest.raises(Malformed, match="has the digest"):
                    transaction.put_document(digest, b"text")
            with pytest.raises(Malformed, match="UTF-8"):
                transaction.put_document(sha256(b"\xff").hexdigest(), b"\xff")
        assert state(store)["documents"] == []

    def test_a_reading_shows_one_state_from_its_first_look(self, store: Store) -> None:
        file(store, ANNA, ONE)
        with store.reading() as reading:
            assert reading.head("study") is None
            file(store, ANNA, TWO)
            put(store, b"text")
            assert len(list(reading.records(ANNA))) == 1
            assert reading.find(TWO) is None
            assert list(reading.documents()) == []
            with store.reading() as later:
                assert len(list(later.records(ANNA))) == 2
            assert reading.head(ANNA).position == 1

    def test_a_reading_does_not_see_an_open_transaction(self, store: Store) -> None:
        with store.transaction(append=[ANNA]) as transaction:
            append(transaction, ANNA, ONE)
            with store.reading() as reading:
                assert reading.find(ONE) is None
        assert state(store)["records"] != []

    def test_a_second_transaction_inside_the_first_is_refused(self, store: Store) -> None:
        with store.transaction(append=[ANNA]) as transaction:
            with pytest.raises(LedgerBusy, match="This thread"), store.transaction(append=[BERT]):
                pytest.fail("the transaction opened")
            append(transaction, ANNA, ONE)
        file(store, BERT, TWO)

    def test_a_reading_or_transaction_cannot_be_used_after_its_end(self, store: Store) -> None:
        with store.reading() as reading:
            pass
        with store.transaction(append=[ANNA]) as transaction:
            pass
        for ended in (reading, transaction):
            with pytest.raises(LedgerClosed, match="ended"):
                ended.head(ANNA)
        with pytest.raises(LedgerClosed, match="ended"):
            append(transaction, ANNA, ONE)

    def test_closing_twice_is_harmless_and_ends_all_use(self, store: Store) -> None:
        file(store, ANNA, ONE)
        store.close()
        store.close()
        with pytest.raises(LedgerClosed, match="Open it again"), store.reading():
            pytest.fail("the reading opened")
        with pytest.raises(LedgerClosed), store.transaction(append=[ANNA]):
            pytest.fail("the transaction opened")

    def test_whoever_comes_second_waits_and_then_follows(self, store: Store) -> None:
        order = []

        def second() -> None:
            with store.transaction(append=["study"]) as transaction:
                order.append(append(transaction, "study", TWO))

        with beside() as run:
            with store.transaction(append=["study"]) as transaction:
                waiting = run(second)
                order.append(append(transaction, "study", ONE))
            waiting.result(WAIT)
        assert [(stored.id, stored.position) for stored in order] == [(ONE, 1), (TWO, 2)]

    def test_threads_that_race_for_positions_all_succeed(self, store: Store) -> None:
        start = threading.Barrier(4, timeout=WAIT)

        def race(runner: int) -> None:
            start.wait()
            for number in range(6):
                streams = ["study", SITE, ANNA]
                with store.transaction(append=streams[:: -1 if runner % 2 else 1]) as transaction:
                    for stream in streams:
                        append(transaction, stream, f"{runner}-{number}-{stream}")

        with beside() as run:
            for racing in [run(race, runner) for runner in range(4)]:
                racing.result(WAIT)
        with store.reading() as reading:
            assert [head.position for _, head in reading.heads()] == [24, 24, 24]
            assert verify(reading).damages == ()

    def test_readers_in_other_threads_see_whole_transactions_only(self, store: Store) -> None:
        done = threading.Event()

        def watch() -> None:
            while not done.is_set():
                with store.reading() as reading:
                    heads = [head.position for _, head in reading.heads()]
                assert len(set(heads)) <= 1

        with beside() as run:
            watching = run(watch)
            for number in range(10):
                with store.transaction(append=[ANNA, BERT]) as transaction:
                    append(transaction, ANNA, f"a{number}")
                    append(transaction, BERT, f"b{number}")
            done.set()
            watching.result(WAIT)
