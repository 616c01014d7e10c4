"""Exports: the whole ledger as JSON Lines that anybody can keep, read and verify without a database.

First the documents, then the records, grouped by stream and verbatim, last a manifest. An export that is
restored into an empty ledger and exported again is the same file, byte for byte.
"""

from collections.abc import Iterator
from hashlib import sha256
from typing import BinaryIO

import msgspec

from triptych.ledger.archive_check import DocumentLine, verify_file
from triptych.ledger.chain import fault, read_opening
from triptych.ledger.errors import DamagedArchive, DamagedLedger, LedgerNotEmpty
from triptych.ledger.manifest import (
    BODY,
    Manifest,
    StreamHead,
    encode_manifest,
    read_manifest,
    verify_against,
)
from triptych.ledger.store import EVERY_STREAM, FORMAT, Head, Reading, Store, Stored, Transaction

__all__ = [
    "Manifest",
    "encode_manifest",
    "export",
    "import_archive",
    "read_manifest",
    "verify_against",
    "verify_file",
]


def export(reading: Reading, out: BinaryIO) -> Manifest:
    """Write the whole ledger and return the manifest that ends it.

    Raises `DamagedLedger`, and writes no manifest, at a record or document that is not what was filed.
    """
    return _Export(reading, out).write()


class _Export:
    """One export, with what its manifest will say."""

    def __init__(self, reading: Reading, out: BinaryIO) -> None:
        self._reading = reading
        self._out = out
        self._lines = sha256()
        self._records = 0

    def write(self) -> Manifest:
        documents = tuple(self._write_documents())
        streams = tuple(self._write_streams())
        manifest = Manifest(FORMAT, streams, documents, self._records, self._lines.hexdigest())
        self._out.write(encode_manifest(manifest))
        return manifest

    def _write(self, line: bytes) -> None:
        self._lines.update(line)
        self._out.write(line)

    def _write_documents(self) -> Iterator[str]:
        for digest, content in self._reading.documents():
            if sha256(content).hexdigest() != digest:
                raise _damaged(f"the document {digest}", "it has another SHA-256")
            self._write(DocumentLine(digest, content.decode()).encode())
            yield digest

    def _write_streams(self) -> Iterator[StreamHead]:
        for stream, head in self._reading.heads():
            reached = self._write_stream(stream)
            if reached != head:
                raise _damaged(f"{stream}, position {head.position}", "it cannot be read")
            yield StreamHead(stream, head.position, head.sha256.hex())

    def _write_stream(self, stream: str) -> Head | None:
        head = None
        for stored in self._reading.records(stream):
            what = fault(stored, head)
            if what is not None:
                raise _damaged(f"{stream}, position {stored.position}", what)
            self._write(b'{"sha256":"%b","record":%b}\n' % (stored.sha256.hex().encode(), stored.body))
            self._records += 1
            head = Head(stored.position, stored.sha256)
        return head


def _damaged(where: str, what: str) -> DamagedLedger:
    return DamagedLedger(
        f"The export was stopped at {where}: {what}. Verify the ledger to see all that is damaged, and"
        " keep it as it is; what was written so far is not an export."
    )


def import_archive(store: Store, lines: BinaryIO) -> Manifest:
    """Restore an export into an empty ledger, all or nothing, after it has been verified.

    `lines` must be seekable, as it is read twice. Raises `DamagedArchive` naming the first damage,
    `LedgerNotEmpty`, and `Malformed` for a record that this version would not have filed.
    """
    start = lines.tell()
    verdict = verify_file(lines)
    if verdict.damages:
        raise DamagedArchive(
            f"The export is damaged: {verdict.damages[0].render()}. Nothing was restored. Use another copy of it."
        )
    lines.seek(start)
    with store.transaction(append=[EVERY_STREAM]) as transaction:
        _require_empty(transaction)
        return _restore(transaction, lines)


def _require_empty(reading: Reading) -> None:
    if any(True for _ in reading.heads()) or any(True for _ in reading.documents()):
        raise LedgerNotEmpty(
            "The ledger holds records or documents, and an export is restored only into an empty one."
            " Name a place where no ledger is. Nothing was written."
        )


def _restore(transaction: Transaction, lines: BinaryIO) -> Manifest:
    digest = sha256()
    last = b""
    for line in lines:
        digest.update(last)
        _restore_line(transaction, line)
        last = line
    manifest = read_manifest(last)
    if manifest.sha256_of_lines != digest.hexdigest():
        raise _changed()
    return manifest


def _restore_line(transaction: Transaction, line: bytes) -> None:
    if line.startswith(b'{"sha256":'):
        body = line[BODY:-2]
        opening = read_opening(body)
        if opening is None:
            raise _changed()
        digest = sha256(body).digest()
        transaction.append(Stored(opening.stream, opening.position, opening.id, body, digest))
    elif line.startswith(b'{"document":'):
        document = msgspec.json.decode(line, type=DocumentLine)
        transaction.put_document(document.document, document.content.encode())


def _changed() -> DamagedArchive:
    return DamagedArchive("The export changed while it was read. Nothing was restored. Try again.")
