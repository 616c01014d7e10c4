"""Ledgers and exports that tests start from, sound or forged."""

import io
import json
from hashlib import sha256

from tests.ledger.records import ANNA, BERT, SITE, file, put, text_of

from triptych.ledger.archive import Manifest, encode_manifest, export, verify_file
from triptych.ledger.chain import Verdict, link, seal
from triptych.ledger.manifest import StreamHead
from triptych.ledger.store import Head, Store, Stored

UUIDS = [f"01890000-0000-7000-9000-{number:012x}" for number in range(9)]
DOCUMENTS = ["§ the protocol\n", 'a "quoted" \\ text\u2028']


def fill(store: Store) -> None:
    """File a ledger of three streams, nine records and two documents."""
    for text in DOCUMENTS:
        put(store, text.encode())
    for number, record_id in enumerate(UUIDS):
        file(store, (ANNA, BERT, SITE)[number % 3], record_id, {"note": "ü" * number})


def exported(store: Store) -> bytes:
    """The export of a store."""
    out = io.BytesIO()
    with store.reading() as reading:
        export(reading, out)
    return out.getvalue()


def check(content: bytes) -> Verdict:
    """Verify an export."""
    return verify_file(io.BytesIO(content))


def forge(records: list[Stored], documents: tuple[str, ...] = ()) -> bytes:
    """Write an export of any records, with a manifest that fits."""
    texts = sorted((sha256(text.encode()).hexdigest(), text) for text in documents)
    lines = [
        json.dumps({"document": digest, "content": text}, ensure_ascii=False).encode() + b"\n" for digest, text in texts
    ]
    lines = [line.replace(b'": "', b'":"').replace(b'", "', b'","') for line in lines]
    lines += [b'{"sha256":"%b","record":%b}\n' % (r.sha256.hex().encode(), r.body) for r in records]
    heads = {r.stream: StreamHead(r.stream, r.position, r.sha256.hex()) for r in records}
    digest = sha256(b"".join(lines)).hexdigest()
    listed = tuple(digest for digest, _ in texts)
    manifest = Manifest(1, tuple(heads.values()), listed, len(records), digest)
    return b"".join([*lines, encode_manifest(manifest)])


def chain(*record_ids: str, stream: str = ANNA) -> list[Stored]:
    """Seal records that follow one another."""
    records: list[Stored] = []
    for record_id in record_ids:
        head = Head(records[-1].position, records[-1].sha256) if records else None
        body = text_of(stream, head, record_id)
        records.append(seal(stream, link(head)[0], record_id, body))
    return records
