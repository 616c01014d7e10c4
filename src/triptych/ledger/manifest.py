"""The manifest of an export: which streams it holds, how far each goes, which documents, how many records.

It is the last line of an export and can be kept by itself; whoever keeps one can tell later whether a
ledger still holds all that it held then.
"""

from collections.abc import Iterator, Mapping
from typing import BinaryIO

import msgspec

from triptych.ledger.chain import Damage, Verdict, read_opening
from triptych.ledger.errors import DamagedArchive
from triptych.ledger.store import FORMAT, Reading

__all__ = ["Manifest", "StreamHead", "encode_manifest", "read_manifest", "verify_against"]

BODY = 86
"""Where the record begins in a record line; its digest ends 11 bytes before."""


class StreamHead(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How far a stream goes, with the SHA-256 (hex) of its last record."""

    stream: str
    position: int
    sha256: str


class Manifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What an export holds. `sha256_of_lines` is over all lines of the export before the manifest."""

    format: int
    streams: tuple[StreamHead, ...]
    documents: tuple[str, ...]
    records: int
    sha256_of_lines: str


class _ManifestLine(msgspec.Struct, forbid_unknown_fields=True):
    manifest: Manifest


_decode = msgspec.json.Decoder(_ManifestLine).decode


def encode_manifest(manifest: Manifest) -> bytes:
    """Encode a manifest as its line, which is also its own file."""
    return msgspec.json.encode(_ManifestLine(manifest)) + b"\n"


def read_manifest(content: bytes) -> Manifest:
    """Read the manifest from its own file or from the end of an export. Raises `DamagedArchive`."""
    line = content.rstrip(b"\n").rpartition(b"\n")[2]
    try:
        manifest = _decode(line).manifest
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise DamagedArchive(
            "There is no manifest that can be read at the end of the file. Use an export, or the"
            " manifest kept with it, as Triptych wrote it."
        ) from error
    if manifest.format != FORMAT:
        raise DamagedArchive(
            f"The manifest has format {manifest.format}; this version of Triptych reads format"
            f" {FORMAT}. Use the version of Triptych that wrote it."
        )
    return manifest


def differences(listed: Manifest, held: Manifest, line: int) -> Iterator[Damage]:
    """Yield how the manifest of a file, at a line, differs from what the file holds."""
    streams = {head.stream: head for head in held.streams}
    for head in listed.streams:
        found = streams.pop(head.stream, None)
        if found != head:
            what = "is in the manifest, but not in the file" if found is None else "ends elsewhere"
            yield Damage(head.stream, head.position, None, f"the stream {what}", line)
    for head in streams.values():
        what = "the stream is in the file, but not in the manifest"
        yield Damage(head.stream, head.position, None, what, line)
    for name in ("documents", "records", "sha256_of_lines"):
        if getattr(listed, name) != getattr(held, name):
            what = f"the manifest's `{name}` is not what the lines before it give"
            yield Damage(None, None, None, what, line)


def verify_against(source: Reading | BinaryIO, manifest: Manifest) -> Verdict:
    """Check that a ledger, or an export of it, still holds all that an earlier manifest lists.

    Streams may have grown. A stream that is missing, has been shortened, or has another record where the
    manifest's stands is damage. What the records say is not checked; `verify` and `verify_file` do that.
    """
    held = _held(source, manifest) if isinstance(source, Reading) else _held_by_file(source, manifest)
    digests, documents = held
    damages = [
        Damage(head.stream, head.position, None, what)
        for head in manifest.streams
        if (what := _loss(head, digests)) is not None
    ]
    damages += [
        Damage(None, None, None, f"the document {digest} of the manifest is missing")
        for digest in manifest.documents
        if digest not in documents
    ]
    counts = len(manifest.streams), manifest.records, len(manifest.documents)
    return Verdict(*counts, tuple(damages))


_Held = tuple[Mapping[str, str | None], frozenset[str]]


def _loss(head: StreamHead, digests: Mapping[str, str | None]) -> str | None:
    """Say what became of a stream; its digest at the position is None where it ends before."""
    if head.stream not in digests:
        return "the stream of the manifest is missing"
    if digests[head.stream] is None:
        return "the stream has been shortened: it ends before this position of the manifest"
    if digests[head.stream] != head.sha256:
        return "the stream has been forked: another record than the manifest's stands here"
    return None


def _held(reading: Reading, manifest: Manifest) -> _Held:
    digests: dict[str, str | None] = {}
    for head in manifest.streams:
        if reading.head(head.stream) is not None:
            stored = next(reading.records(head.stream, head.position - 1), None)
            digests[head.stream] = stored.sha256.hex() if stored else None
    found = {digest for digest in manifest.documents if reading.document(digest) is not None}
    return digests, frozenset(found)


def _held_by_file(lines: BinaryIO, manifest: Manifest) -> _Held:
    wanted = {head.stream: head.position for head in manifest.streams}
    digests: dict[str, str | None] = {}
    documents = set()
    for line in lines:
        opening = read_opening(line[BODY:])
        if line.startswith(b'{"document":"'):
            documents.add(line[13:77].decode("ascii", "replace"))
        elif opening is not None and opening.stream in wanted:
            digests.setdefault(opening.stream, None)
            if opening.position == wanted[opening.stream]:
                digests[opening.stream] = line[11:75].decode("ascii", "replace")
    return digests, frozenset(documents)
