"""Pictures without what a camera wrote into them: place, time, device, owner, previews. The image is not touched.

JPEG (ITU-T T.81) and PNG (W3C PNG, third edition) are read part by part, and only parts that draw the picture stay.
Whatever follows the end of the picture is dropped: telephones put a film, with its place, there. How a JPEG has to be
turned is kept, by itself. No picture is decoded, so nothing is lost and nothing is run over what somebody sent.
"""

import re
import struct
from collections.abc import Iterator

JPEG, PNG = "image/jpeg", "image/png"
DRAWN = frozenset({0xDB, 0xDC, 0xDD, 0xDA, *(mark for mark in range(0xC0, 0xD0) if mark != 0xC8)})
"""The markers of a JPEG that draw it: tables, frames, scans, restart interval."""
CHUNKS = frozenset(
    {
        b"IHDR",
        b"PLTE",
        b"IDAT",
        b"IEND",
        b"tRNS",
        b"gAMA",
        b"cHRM",
        b"sRGB",
        b"iCCP",
        b"cICP",
        b"sBIT",
        b"bKGD",
        b"pHYs",
    }
)
"""The chunks of a PNG that draw it or say what its colors mean."""
EOI, SCAN, JFIF, CAMERA, COLORS, ADOBE = 0xD9, 0xDA, 0xE0, 0xE1, 0xE2, 0xEE
TURNED, SHORT, MOST = 0x0112, 3, 200_000
"""The tag of the orientation, the type of its value, and the most parts that a picture may have."""
_MARK = re.compile(rb"\xff+([^\x00\xd0-\xd7\xff])")


class NotAPicture(Exception):
    """A file begins as a picture and is none, or is cut off."""

    code = "not_a_picture"


def without_metadata(content: bytes, media_type: str) -> bytes:
    """The same picture without its metadata; any other file as it is. Done twice it changes nothing.

    Raises `NotAPicture` where it cannot be read to its end: what cannot be cleaned is not kept.
    """
    try:
        if media_type == JPEG:
            return b"".join(_jpeg(content))
        return b"".join(_png(content)) if media_type == PNG else content
    except (struct.error, IndexError) as error:
        raise NotAPicture from error


def _jpeg(content: bytes) -> Iterator[bytes]:
    yield content[:2]
    turned, at, drawn = b"", 2, False
    for _ in range(MOST):
        found = _MARK.match(content, at)
        if found is None:
            raise NotAPicture
        mark, at = found[1][0], found.end()
        if mark == EOI:
            if not drawn:
                raise NotAPicture
            yield b"\xff\xd9"
            return
        (size,) = struct.unpack_from(">H", content, at)
        body = content[at + 2 : at + size]
        if size < 2 or len(body) != size - 2:
            raise NotAPicture
        at += size
        if mark == CAMERA and not turned:
            turned = _turned(body)
            yield turned
        elif kept := _kept(mark, body):
            yield bytes((0xFF, mark)) + struct.pack(">H", len(kept) + 2) + kept
        if mark == SCAN:
            end = _MARK.search(content, at)
            if end is None:
                raise NotAPicture
            yield content[at : end.start()]
            at, drawn = end.start(), True
    raise NotAPicture


def _kept(mark: int, body: bytes) -> bytes:
    """What stays of a part of a JPEG; nothing where it draws nothing."""
    if mark == JFIF and body.startswith(b"JFIF\0"):
        return body[:12] + b"\0\0"  # without the preview
    is_color = (mark == COLORS and body.startswith(b"ICC_PROFILE\0")) or (mark == ADOBE and body.startswith(b"Adobe"))
    return body if mark in DRAWN or is_color else b""


def _turned(body: bytes) -> bytes:
    """A part that says how the picture is turned and nothing else; empty where it is upright or does not say."""
    order = {b"Exif\0\0II": "<", b"Exif\0\0MM": ">"}.get(body[:8])
    if order is None:
        return b""
    try:
        (first,) = struct.unpack_from(order + "I", body, 10)
        (count,) = struct.unpack_from(order + "H", body, 6 + first)
        tags = (struct.unpack_from(order + "HHIH", body, 8 + first + 12 * number) for number in range(count))
        value = next((value for tag, kind, _, value in tags if (tag, kind) == (TURNED, SHORT)), 1)
    except struct.error:
        return b""
    if not 1 < value <= 8:
        return b""
    told = b"Exif\0\0MM\0*" + struct.pack(">IHHHIHHI", 8, 1, TURNED, SHORT, 1, value, 0, 0)
    return b"\xff\xe1" + struct.pack(">H", len(told) + 2) + told


def _png(content: bytes) -> Iterator[bytes]:
    yield content[:8]
    at = 8
    for _ in range(MOST):
        size, kind = struct.unpack_from(">I4s", content, at)
        chunk = content[at : at + 12 + size]
        if len(chunk) != 12 + size:
            raise NotAPicture
        at += len(chunk)
        if kind in CHUNKS:
            yield chunk
        if kind == b"IEND":
            return
    raise NotAPicture
