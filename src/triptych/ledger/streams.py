"""Decoded records of streams, kept between readings: what a store holds is read and decoded once."""

import threading
from collections import OrderedDict
from collections.abc import Iterable, Sequence

import msgspec

from triptych.course import Record
from triptych.ledger.store import Reading, Stored

_decode = msgspec.json.Decoder(Record).decode

STUDY = "study"
KEPT = 512


def site_stream(site: str) -> str:
    """The stream of a site."""
    return f"site:{site}"


def participant_stream(participant: str) -> str:
    """The stream of a participant."""
    return f"participant:{participant}"


class Streams:
    """A bounded cache of decoded streams. What it keeps is used only if the state that is read still holds it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: OrderedDict[str, tuple[bytes, tuple[Record, ...]]] = OrderedDict()

    def records(self, reading: Reading, stream: str) -> tuple[Record, ...]:
        """Every record of a stream as the reading sees it, oldest first."""
        return self.load(reading, (stream,))[stream]

    def load(self, reading: Reading, streams: Iterable[str]) -> dict[str, tuple[Record, ...]]:
        """Every record of each of several streams as the reading sees them, by one look at the store.

        The last record kept of each is asked for again: its digest tells whether all that is kept still stands.
        """
        kept = {stream: self._get(stream) for stream in streams}
        news: dict[str, list[Stored]] = {stream: [] for stream in kept}
        for stored in reading.tails({stream: max(len(records) - 1, 0) for stream, (_, records) in kept.items()}):
            news[stored.stream].append(stored)
        return {stream: self._joined(reading, stream, *kept[stream], news[stream]) for stream in kept}

    def kept(self, stream: str) -> tuple[Record, ...] | None:
        """What is kept of a stream, which may have grown since; none if nothing is."""
        return self._get(stream)[1] or None

    def _joined(
        self, reading: Reading, stream: str, digest: bytes, kept: tuple[Record, ...], news: Sequence[Stored]
    ) -> tuple[Record, ...]:
        if kept and news and news[0].sha256 == digest:
            news = news[1:]
        elif kept:  # the reading's state is an older one than what is kept, or the ledger was restored
            kept, news = (), list(reading.records(stream))
        if not news:
            return kept
        records = (*kept, *(_decode(stored.body) for stored in news))
        self._put(stream, news[-1].sha256, records)
        return records

    def _get(self, stream: str) -> tuple[bytes, tuple[Record, ...]]:
        with self._lock:
            if stream not in self._kept:
                return b"", ()
            self._kept.move_to_end(stream)
            return self._kept[stream]

    def _put(self, stream: str, digest: bytes, records: tuple[Record, ...]) -> None:
        """Keep what was read. Rolled-back appends never get here: a filing is read back only after its commit."""
        with self._lock:
            self._kept[stream] = (digest, records)
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
