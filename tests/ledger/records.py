"""Records put straight into a store, and all that a store holds."""

import json
from hashlib import sha256

from triptych.ledger.chain import link, seal
from triptych.ledger.store import Head, Reading, Store, Stored, Transaction

ONE, TWO, THREE, FOUR = (f"01890000-0000-7000-8000-00000000000{digit}" for digit in "1234")
SITE, ANNA, BERT = "site:oslo", "participant:anna", "participant:bert"


def text_of(stream: str, head: Head | None, record_id: str, values: object = None) -> bytes:
    """The text of a record that follows a head."""
    position, previous = link(head)
    members = {"stream": stream, "position": position, "previous": previous, "id": record_id}
    members["values"] = values
    return json.dumps(members, ensure_ascii=False, separators=(",", ":")).encode()


def next_record(reading: Reading, stream: str, record_id: str, values: object = None) -> Stored:
    """A record that follows the last of a stream."""
    head = reading.head(stream)
    return seal(stream, link(head)[0], record_id, text_of(stream, head, record_id, values))


def append(transaction: Transaction, stream: str, record_id: str, values: object = None) -> Stored:
    """Append a record to a stream."""
    stored = next_record(transaction, stream, record_id, values)
    transaction.append(stored)
    return stored


def file(store: Store, stream: str, record_id: str, values: object = None) -> Stored:
    """Append a record to a stream in a transaction of its own."""
    with store.transaction(append=[stream]) as transaction:
        return append(transaction, stream, record_id, values)


def put(store: Store, content: bytes) -> str:
    """Keep a document and return its digest."""
    digest = sha256(content).hexdigest()
    with store.transaction(append=[]) as transaction:
        transaction.put_document(digest, content)
    return digest


def dump(reading: Reading) -> dict[str, object]:
    """All that a reading shows."""
    records = [stored for stream, _ in reading.heads() for stored in reading.records(stream)]
    return {
        "heads": list(reading.heads()),
        "head": [reading.head(stream) for stream, _ in reading.heads()],
        "records": records,
        "found": [reading.find(stored.id) for stored in records],
        "documents": list(reading.documents()),
    }


def state(store: Store) -> dict[str, object]:
    """All that a store holds."""
    with store.reading() as reading:
        return dump(reading)
