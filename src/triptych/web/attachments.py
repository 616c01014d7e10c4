"""Files by the hash of their content. The same file is kept once, and a file is never changed or replaced.

What a file is, whose it is and who may see it stands in the ledger; here are only bytes. A picture is kept without what
its camera wrote into it, so that no place and no device is stored; the hash is that of what is kept.
"""

import os
import tempfile
from collections.abc import Collection, Iterable
from hashlib import sha256
from pathlib import Path

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from msgspec import Struct

from triptych.web.pictures import NotAPicture, without_metadata

MOST = 25_000_000
"""The largest file that is taken, in bytes."""
STARTS = {b"%PDF-": "application/pdf", b"\xff\xd8\xff": "image/jpeg", b"\x89PNG\r\n\x1a\n": "image/png"}
"""How files of the types that are taken begin. A name or a browser's word for the type is not believed."""


IMAGES = frozenset({"image/jpeg", "image/png"})
ALL = frozenset(STARTS.values())


class Kept(Struct, frozen=True):
    """A file that is kept: its hash, its size in bytes and its type."""

    sha256: str
    size: int
    media_type: str


class NotTaken(Exception):
    """A file is not of a kind or size that is kept; `said` is the key of the participants' words for it."""

    def __init__(self, text: str, said: str = "file_not_picture") -> None:
        super().__init__(text)
        self.said = said

    code = "file_not_taken"


def keep(upload: UploadedFile, types: Collection[str] = ALL) -> Kept:  # type: ignore[type-arg]  # generic in its stubs alone
    """Keep an uploaded file of one of some types. Raises `NotTaken`, in words for the person who sent it."""
    if upload.size is None or upload.size > MOST:
        raise NotTaken(f"The file is larger than {MOST // 1_000_000} MB. Nothing was kept.", "file_too_large")
    media_type = _type_of(upload)
    if media_type not in types:
        raise NotTaken("Only JPEG and PNG pictures are taken here. Nothing was kept.")
    if media_type not in IMAGES:
        return _written(upload.chunks(), media_type)
    try:
        return _written((without_metadata(upload.read(), media_type),), media_type)
    except NotAPicture as error:
        raise NotTaken("The picture is damaged or cut off. Nothing was kept.") from error


def described(upload: UploadedFile, kept: Kept) -> dict[str, str | int]:  # type: ignore[type-arg]  # likewise
    """What a record says of a kept file: its name, at most its last 200 characters, and hash, size and type."""
    name = (upload.name or "file")[-200:]
    return {"name": name, "sha256": kept.sha256, "size": kept.size, "media_type": kept.media_type}


def _written(chunks: Iterable[bytes], media_type: str) -> Kept:
    """Write a file whole, under the hash of what was written."""
    folder = _folder()
    folder.mkdir(parents=True, exist_ok=True)
    digest, size = sha256(), 0
    with tempfile.NamedTemporaryFile(dir=folder, delete=False) as made:
        for chunk in chunks:
            digest.update(chunk)
            size += len(chunk)
            made.write(chunk)
        made.flush()
        os.fsync(made.fileno())
    path = _path(digest.hexdigest())
    path.parent.mkdir(exist_ok=True)
    Path(made.name).replace(path)
    path.chmod(0o400)
    return Kept(digest.hexdigest(), size, media_type)


def content_of(digest: str) -> bytes | None:
    """Read a kept file, if it is there and still is what its name says."""
    path = _path(digest)
    content = path.read_bytes() if path.is_file() else b""
    return content if sha256(content).hexdigest() == digest else None


def _type_of(upload: UploadedFile) -> str:  # type: ignore[type-arg]  # likewise
    start = upload.read(16)
    upload.seek(0)
    found = next((media_type for begins, media_type in STARTS.items() if start.startswith(begins)), None)
    if found is None:
        raise NotTaken("Only PDF, JPEG and PNG files are taken. Nothing was kept.")
    return found


def _folder() -> Path:
    return Path(settings.FOLDER) / "attachments"


def _path(digest: str) -> Path:
    return _folder() / digest[:2] / digest
