"""The files of the pages as they go over the wire: texts compressed once, and kept by browsers until they change.

Pages themselves are not compressed: their length would tell of what stands in them.
"""

import gzip
import mimetypes
from functools import lru_cache
from pathlib import Path

from django.contrib.staticfiles import finders
from django.contrib.staticfiles.handlers import ASGIStaticFilesHandler
from django.http import FileResponse, HttpRequest, HttpResponse

TEXTS = frozenset({".css", ".js", ".svg", ".txt"})
LASTING = "public, max-age=31536000, immutable"
"""For addresses that change when the file does."""


class Files(ASGIStaticFilesHandler):
    """Serves the files of the pages, and everything else by the application within."""

    def serve(self, request: HttpRequest) -> HttpResponse | FileResponse:
        """Give one file; compressed where it is a text and the browser takes that."""
        found = finders.find(self.file_path(request.path))
        if isinstance(found, str) and Path(found).suffix in TEXTS and _takes_gzip(request):
            kind = mimetypes.guess_type(found)[0] or "text/plain"
            head = {"Content-Encoding": "gzip", "Vary": "Accept-Encoding"}
            response: HttpResponse | FileResponse = HttpResponse(_packed(found), content_type=kind, headers=head)
        else:
            response = super().serve(request)
        if "v" in request.GET and response.status_code == 200:
            response["Cache-Control"] = LASTING
        return response


def _takes_gzip(request: HttpRequest) -> bool:
    return "gzip" in request.headers.get("Accept-Encoding", "")


@lru_cache(maxsize=64)
def _packed(path: str) -> bytes:
    return gzip.compress(Path(path).read_bytes(), 9, mtime=0)
