"""The site's own music for the player of a session's screen: what there is, and a piece, whole or in part."""

import re
from collections.abc import AsyncIterator, Iterator

from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIRequest
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.views.decorators.http import require_GET

from triptych.web.live.music import folder, may_play
from triptych.web.live.stream import board_for
from triptych.web.music import Track, content, read_music, track_of
from triptych.web.people import Asker, found, page

RANGE = re.compile(r"bytes=(\d{0,15})-(\d{0,15})")
"""The one form of range that is answered in part; with any other the whole piece is sent (RFC 9110, 14.2)."""
KEPT = "private, max-age=86400, immutable"
"""An address names the content: what a browser has kept is right."""


def _opened(asker: Asker, participant: str) -> None:
    """Whoever sees the session and may record what is played; nobody else finds anything here."""
    found(board_for(asker.view, participant))
    if not may_play(asker):
        raise Http404


@require_GET
@page
def music(request: HttpRequest, asker: Asker, participant: str) -> HttpResponse:
    """List the playlists of the site's own folder as it is now, with their pieces and where each is."""
    _opened(asker, participant)
    place = folder()
    if place is None:
        raise Http404
    read = read_music(place)
    playlists = [
        {"title": one.title, "tracks": [_told(track, participant) for track in one.tracks]} for one in read.playlists
    ]
    answer = JsonResponse({"playlists": playlists, "left_out": list(read.left_out)})
    answer["Cache-Control"] = "no-store"
    return answer


def _told(track: Track, participant: str) -> dict[str, object]:
    url = reverse("session_music_piece", kwargs={"participant": participant, "digest": track.digest})
    return {"title": track.title, "phase": track.phase, "digest": track.digest, "size": track.size, "url": url}


@require_GET
@page
def piece(request: HttpRequest, asker: Asker, participant: str, digest: str) -> HttpResponseBase:
    """Send a piece by the hash of its content, or the part of it that is asked for."""
    _opened(asker, participant)
    place = folder()
    track = found(track_of(place, digest) if place is not None else None)
    part = _part(request.headers.get("Range", ""), track.size)
    if part is not None and part[0] > part[1]:
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{track.size}"})
    first, last = part or (0, track.size - 1)
    read = content(track, first, last)
    answer = StreamingHttpResponse(_later(read) if isinstance(request, ASGIRequest) else read)
    answer.status_code = 200 if part is None else 206
    answer["Content-Type"] = track.media_type
    answer["Content-Length"] = str(last - first + 1)
    answer["Accept-Ranges"] = "bytes"
    answer["Cache-Control"] = KEPT
    answer["ETag"] = f'"{track.digest}"'
    if part is not None:
        answer["Content-Range"] = f"bytes {first}-{last}/{track.size}"
    return answer


def _part(asked: str, size: int) -> tuple[int, int] | None:
    """The first and last byte that are asked for; none for the whole. A first after the last cannot be sent."""
    match = RANGE.fullmatch(asked)
    if match is None or not any(match.groups()):
        return None
    begins, ends = match.groups()
    if not begins:
        return (max(0, size - int(ends)), size - 1) if int(ends) else (1, 0)
    first, last = int(begins), min(int(ends), size - 1) if ends else size - 1
    if ends and int(ends) < first:
        return None  # no range at all: it is passed over
    return first, last


async def _later(read: Iterator[bytes]) -> AsyncIterator[bytes]:
    """The same, off the loop that serves everybody."""
    following = sync_to_async(lambda: next(read, None))
    while (part := await following()) is not None:
        yield part
