"""Playing a recording: opened piece by piece, whole or by byte ranges, and not a byte more once it may not be shown."""

import re
from collections.abc import AsyncIterator, Callable, Iterator
from itertools import accumulate

from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIRequest
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase

from triptych.web.recording.kept import Recording
from triptych.web.recording.shelf import NotReadable, Shelf

AT_ONCE = 4_000_000
"""The most bytes in the answer to one range; a browser asks on from there, and is asked anew whether it may."""
TYPES = ((b"\x1a\x45\xdf\xa3", 0, "webm"), (b"ftyp", 4, "mp4"), (b"OggS", 0, "ogg"), (b"RIFF", 0, "wav"))
"""How files that are taken begin, at which byte, and what they are."""
_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")


def kind_of(content: bytes) -> str | None:
    """What a recording is by its first bytes; none where it is of no kind that is taken."""
    return next((kind for begins, at, kind in TYPES if content[at : at + len(begins)] == begins), None)


def played(request: HttpRequest, place: Shelf, recording: Recording, may: Callable[[], bool]) -> HttpResponseBase:
    """The sound and pictures that a request asks for. `may` is asked before each piece is opened."""
    try:
        kind = kind_of(place.read(recording.id, 0))
        wanted = _wanted(request.headers.get("Range", ""), sum(sizes := place.sizes(recording.id)))
        if wanted is None:
            answer: HttpResponseBase = StreamingHttpResponse(_parts(request, place, recording, may))
        elif not wanted:
            answer = HttpResponse(status=416, headers={"Content-Range": f"bytes */{sum(sizes)}"})
        else:
            within = f"bytes {wanted[0]}-{wanted[-1]}/{sum(sizes)}"
            content = _cut(place, recording, sizes, wanted)
            answer = HttpResponse(content, status=206, headers={"Content-Range": within})
    except NotReadable:
        raise Http404 from None
    answer["Content-Type"] = f"{'video' if recording.kind == 'video' else 'audio'}/{kind or 'webm'}"
    answer["Accept-Ranges"] = "bytes"
    answer["Cache-Control"] = "no-store"
    answer["Content-Disposition"] = "inline"
    return answer


def _wanted(asked: str, total: int) -> range | None:
    """The bytes of a single range, at most so many at once; empty where there are none, none where none is asked."""
    found = _RANGE.fullmatch(asked.strip())
    if found is None or not (found[1] or found[2]):
        return None  # several ranges, or another unit: the whole may be given (RFC 9110, 14.2)
    first = int(found[1]) if found[1] else max(total - int(found[2]), 0)
    last = min(int(found[2]), total - 1) if found[1] and found[2] else total - 1
    return range(first, min(last + 1, first + AT_ONCE))


def _cut(place: Shelf, recording: Recording, sizes: list[int], wanted: range) -> bytes:
    """Some bytes, from those pieces alone in which they lie."""
    found = []
    for number, end in enumerate(accumulate(sizes)):
        begin = end - sizes[number]
        if begin < wanted.stop and wanted.start < end:
            found.append(place.read(recording.id, number)[max(wanted.start - begin, 0) : wanted.stop - begin])
    return b"".join(found)


def _parts(
    request: HttpRequest, place: Shelf, recording: Recording, may: Callable[[], bool]
) -> Iterator[bytes] | AsyncIterator[bytes]:
    def part(number: int) -> bytes | None:
        """The piece of a number; none at the end, and once it may not be shown any more."""
        if number >= place.count(recording.id) or not may():
            return None
        try:
            return place.read(recording.id, number)
        except NotReadable:
            return None

    return _later(part) if isinstance(request, ASGIRequest) else _now(part)


def _now(part: Callable[[int], bytes | None]) -> Iterator[bytes]:
    number = 0
    while (found_part := part(number)) is not None:
        yield found_part
        number += 1


async def _later(part: Callable[[int], bytes | None]) -> AsyncIterator[bytes]:
    number, read = 0, sync_to_async(part)
    while (found_part := await read(number)) is not None:
        yield found_part
        number += 1
