"""The hash chain of a stream, over bytes as they are stored, and the check of a whole store.

The text of a record is JSON that opens with `{"stream":…,"position":N,"previous":"…","id":…`, compact,
with `previous` the SHA-256 (hex) of the record before it in its stream, or 64 zeros. So a record's own
digest binds its place and everything before it. Nothing here writes.
"""

import re
from hashlib import sha256
from typing import Final, NamedTuple

import msgspec

from triptych.ledger.errors import DamagedLedger
from triptych.ledger.store import UNSTORABLE, Head, Reading, Stored

__all__ = ["Damage", "Verdict", "link", "seal", "verify"]

FIRST: Final = "0" * 64
OPENING: Final = re.compile(
    rb'\{"stream":("[^"\\]*(?:\\.[^"\\]*)*"),"position":(\d{1,19})'
    rb',"previous":"([0-9a-f]{64})","id":("[^"\\]*(?:\\.[^"\\]*)*")[,}]'
)
_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder().decode
_text = msgspec.json.Decoder(str).decode


class Opening(NamedTuple):
    """What the first four members of a record's text say."""

    stream: str
    position: int
    previous: str
    id: str


class Damage(NamedTuple):
    """One thing that is wrong: where, as far as it can be told, and what."""

    stream: str | None
    position: int | None
    record_id: str | None
    what: str
    line: int | None = None

    def render(self) -> str:
        """Render as one line of text."""
        position = None if self.position is None else f"position {self.position}"
        line = None if self.line is None else f"line {self.line}"
        record = None if self.record_id is None else f"record {self.record_id}"
        where = ", ".join(part for part in (line, self.stream, position, record) if part)
        return f"{where}: {self.what}" if where else self.what


class Verdict(NamedTuple):
    """What was looked at and what is wrong with it: of each stream the first damaged record."""

    streams: int
    records: int
    documents: int
    damages: tuple[Damage, ...]


def link(head: Head | None) -> tuple[int, str]:
    """Return the next position of a stream and the `previous` of the record that takes it."""
    return (1, FIRST) if head is None else (head.position + 1, head.sha256.hex())


def seal(stream: str, position: int, record_id: str, body: bytes) -> Stored:
    """Put a record's text into the form in which it is stored, with its digest."""
    return Stored(stream, position, record_id, body, sha256(body).digest())


def read_opening(body: bytes) -> Opening | None:
    """Read the first four members of a record's text, or None if it does not open as a record does."""
    found = OPENING.match(body)
    if found is None:
        return None
    stream, position, previous, record_id = found.groups()
    try:
        return Opening(_text(stream), int(position), previous.decode(), _text(record_id))
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None


def fault(stored: Stored, head: Head | None) -> str | None:
    """Say what is wrong with a record as the one after a head, or return None."""
    position, previous = link(head)
    if sha256(stored.body).digest() != stored.sha256:
        return "its text does not have its SHA-256"
    if stored.position != position:
        return f"it stands where position {position} is next"
    if not stored.body.startswith(_opening(stored, previous)):
        return _difference(stored, previous)
    return None


def text_fault(stored: Stored) -> str | None:
    """Say why the text of a record may not be filed, or return None."""
    if not stored.id or len(stored.id) > 200 or UNSTORABLE.search(stored.id):
        return "its identifier is empty, longer than 200 characters or has control characters"
    if b"\n" in stored.body:
        return "its text has more than one line"
    try:
        _decode(stored.body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return "its text is not JSON in UTF-8"
    return None


def _opening(stored: Stored, previous: str) -> bytes:
    return b'{"stream":%b,"position":%d,"previous":"%b","id":%b' % (
        _encode(stored.stream),
        stored.position,
        previous.encode(),
        _encode(stored.id),
    )


def _difference(stored: Stored, previous: str) -> str:
    """Name the first member of a record's opening that is not what it should be."""
    said = read_opening(stored.body)
    if said is None:
        return "its text does not open with stream, position, previous and id"
    if said.stream != stored.stream:
        return f"its text names the stream {said.stream}"
    if said.position != stored.position:
        return f"its text names position {said.position}"
    if said.previous != previous:
        return "its text does not continue the record before it"
    if said.id != stored.id:
        return f"its text names the identifier {said.id}"
    return "its opening is not written as Triptych writes it"


def _is_at_home(stored: Stored) -> bool:
    """Whether a record stands where its own text says."""
    said = read_opening(stored.body)
    return said is not None and said[:2] == (stored.stream, stored.position)


def verify(reading: Reading) -> Verdict:
    """Check every record and document of a store: each digest, each link, each column against the text."""
    return _Walk(reading).verdict()


class _Walk:
    """One walk over a store, counting as it goes."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._ids: set[str] = set()
        self._damages: list[Damage] = []
        self._streams = self._records = self._documents = 0

    def verdict(self) -> Verdict:
        for walk in (self._walk_documents, self._walk_streams):
            try:
                walk()
            except DamagedLedger as error:
                self._damages.append(Damage(None, None, None, str(error)))
        return Verdict(self._streams, self._records, self._documents, tuple(self._damages))

    def _walk_documents(self) -> None:
        for digest, content in self._reading.documents():
            self._documents += 1
            if sha256(content).hexdigest() != digest:
                what = f"the document stored as {digest} has another SHA-256"
                self._damages.append(Damage(None, None, None, what))

    def _walk_streams(self) -> None:
        for stream, head in self._reading.heads():
            self._streams += 1
            damage = self._walk(stream, head)
            if damage is not None:
                self._damages.append(damage)

    def _walk(self, stream: str, head: Head) -> Damage | None:
        """Walk one stream to its end; return the first damage."""
        damage, reached = None, None
        for stored in self._reading.records(stream):
            self._records += 1
            damage = damage or self._damage(stored, reached)
            reached = Head(stored.position, stored.sha256)
        if damage is None and reached != head:
            damage = Damage(stream, head.position, None, "the stream cannot be read to this position")
        return damage

    def _damage(self, stored: Stored, head: Head | None) -> Damage | None:
        position, _ = link(head)
        if stored.position != position and _is_at_home(stored):
            what = f"no record stands here; the next one stands at position {stored.position}"
            return Damage(stored.stream, position, None, what)
        what = fault(stored, head) or self._repeats(stored) or ""
        return Damage(stored.stream, stored.position, stored.id, what) if what else None

    def _repeats(self, stored: Stored) -> str | None:
        if stored.id in self._ids:
            return "its identifier stands in the ledger more than once"
        self._ids.add(stored.id)
        return None
