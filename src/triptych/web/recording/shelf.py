"""Where recordings lie: each a folder of pieces, every piece encrypted before it is written, under a key of its own.

The key of a recording is sealed with the installation's key for recordings. A piece is bound to its recording and its
number, so that none can stand in another's place.
"""

import os
import shutil
import tempfile
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from triptych.web.identity.sealing import read_key
from triptych.web.sealed import seal_bytes, unseal_bytes

MOST = 2_000_000
"""The largest piece that is taken, in bytes."""
KEY = "key"
SEALS = 29
"""Bytes by which a sealed piece is longer than what is in it: version, nonce and tag."""
WAITING = b"triptych waiting 1"


class NotReadable(Exception):
    """A piece or a key cannot be opened, or a byte of it is another."""

    code = "recording_sealed"


class Shelf:
    """The recordings of an installation."""

    def __init__(self, folder: Path, key: Path) -> None:
        self._folder, self._key = folder, key

    def begin(self, recording: str) -> None:
        """Make room for a recording, with a key of its own. Doing it twice changes nothing."""
        place = self._folder / recording
        place.mkdir(parents=True, exist_ok=True)
        if not (place / KEY).exists():
            made = AESGCM.generate_key(bit_length=256)
            _write(place / KEY, seal_bytes(self._master(), _bound(recording), made))

    def waiting_key(self, recording: str) -> bytes:
        """The key under which a browser seals pieces while they wait: given once at the start, derived anew here."""
        return HKDF(algorithm=SHA256(), length=32, salt=None, info=WAITING).derive(self._own(recording))

    def unsealed(self, recording: str, number: int, sealed: bytes) -> bytes:
        """What a browser sealed. Raises `NotReadable` if it is of another recording or number, or was changed."""
        bound = WAITING + b"\x00" + recording.encode() + b"\x00" + str(number).encode()
        return _open(self.waiting_key(recording), bound, sealed)

    def sizes(self, recording: str) -> list[int]:
        """The length of what is in each piece, in bytes, without opening one."""
        return [self._piece(recording, at).stat().st_size - SEALS for at in range(self.count(recording))]

    def last_at(self, recording: str) -> float | None:
        """When the newest piece was written, in seconds of the Unix clock; none without a piece."""
        number = self.count(recording)
        return self._piece(recording, number - 1).stat().st_mtime if number else None

    def count(self, recording: str) -> int:
        """How many pieces are there, without a gap, from the first on."""
        number = 0
        while self._piece(recording, number).is_file():
            number += 1
        return number

    def keep(self, recording: str, number: int, content: bytes) -> None:
        """Encrypt a piece and write it to the disk. It is safe once this returns.

        Raises:
            NotReadable: the recording's key is gone or cannot be opened.
        """
        _write(self._piece(recording, number), seal_bytes(self._own(recording), _bound(recording, number), content))

    def read(self, recording: str, number: int) -> bytes:
        """A piece as it was recorded. Raises `NotReadable` if it is not there or is not what was written."""
        try:
            sealed = self._piece(recording, number).read_bytes()
        except OSError as error:
            raise NotReadable("A piece of this recording is missing.") from error
        return _open(self._own(recording), _bound(recording, number), sealed)

    def hashes(self, recording: str, first: int = 0) -> list[str]:
        """The SHA-256 of each encrypted piece from a number on; the key is not needed."""
        numbers = range(first, self.count(recording))
        return [sha256(self._piece(recording, number).read_bytes()).hexdigest() for number in numbers]

    def destroy(self, recording: str) -> None:
        """Remove the key first, then the pieces: what a broken-off removal leaves is unreadable."""
        place = self._folder / recording
        (place / KEY).unlink(missing_ok=True)
        shutil.rmtree(place, ignore_errors=True)

    def _piece(self, recording: str, number: int) -> Path:
        return self._folder / recording / f"{number:06d}.piece"

    def _master(self) -> bytes:
        self._key.parent.mkdir(parents=True, exist_ok=True)
        return read_key(self._key)

    def _own(self, recording: str) -> bytes:
        try:
            sealed = (self._folder / recording / KEY).read_bytes()
        except OSError as error:
            raise NotReadable("The key of this recording is gone.") from error
        return _open(self._master(), _bound(recording), sealed)


def _bound(recording: str, number: int | None = None) -> bytes:
    of = "key" if number is None else str(number)
    return b"triptych recording 1\x00" + recording.encode() + b"\x00" + of.encode()


def _open(key: bytes, bound: bytes, sealed: bytes) -> bytes:
    try:
        return unseal_bytes(key, bound, sealed)
    except (InvalidTag, ValueError) as error:
        raise NotReadable("A piece of this recording cannot be opened: it, or the key, is another.") from error


def _write(path: Path, content: bytes) -> None:
    """Write a file whole or not at all, and only once: what is there already stays."""
    with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as made:
        made.write(content)
        made.flush()
        os.fsync(made.fileno())
    Path(made.name).chmod(0o400)
    with suppress(FileExistsError):
        os.link(made.name, path)
    Path(made.name).unlink()
