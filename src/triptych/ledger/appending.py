"""What every store asks of a record or document before it takes it; the stores differ only in where they look."""

from collections.abc import Container
from hashlib import sha256

from triptych.ledger.chain import fault, link, text_fault
from triptych.ledger.errors import DuplicateRecord, Malformed, StreamNotLocked, WrongPosition
from triptych.ledger.store import EVERY_STREAM, Reading, Stored, check_stream

__all__ = ["check_document", "check_place", "check_record", "duplicate"]


def check_record(stored: Stored, locked: Container[str]) -> None:
    """Raise the subclass of `AppendRefused` that says why a record may not be appended to any place."""
    check_stream(stored.stream)
    if stored.stream not in locked and EVERY_STREAM not in locked:
        raise StreamNotLocked(
            f"{stored.stream} is not locked for appending. Name it in `append` when the transaction"
            " is opened. Nothing was written."
        )
    what = text_fault(stored)
    if what is not None:
        raise _malformed(stored, what)


def check_place(reading: Reading, stored: Stored) -> None:
    """Raise the subclass of `AppendRefused` that says why a record may not follow the head of its stream."""
    head = reading.head(stored.stream)
    position, _ = link(head)
    if stored.position != position:
        raise WrongPosition(
            f"A record for position {stored.position} of {stored.stream} was handed in, where"
            f" {position} is next. Read the head again inside the transaction. Nothing was written."
        )
    what = fault(stored, head)
    if what is not None:
        raise _malformed(stored, what)


def duplicate(stored: Stored) -> DuplicateRecord:
    """Build the error for an identifier that is taken."""
    return DuplicateRecord(
        f"The identifier {stored.id!r} is taken: a record with it is in the ledger. If it is the same"
        " record there is nothing to do; a new record needs an identifier of its own."
    )


def _malformed(stored: Stored, what: str) -> Malformed:
    where = f"position {stored.position} of {stored.stream}"
    return Malformed(f"The record for {where} cannot be filed: {what}. Nothing was written.")


def check_document(digest: str, content: bytes) -> None:
    """Raise `Malformed` unless a document is text in UTF-8 and the digest is its own."""
    actual = sha256(content).hexdigest()
    if digest != actual:
        raise Malformed(
            f"The document has the digest {actual}, not {digest!r}. A document is kept under the"
            " SHA-256 of its bytes, in lower-case hex. Nothing was written."
        )
    try:
        content.decode()
    except UnicodeDecodeError as error:
        raise Malformed(f"The document {digest} is not text in UTF-8. Nothing was written.") from error
