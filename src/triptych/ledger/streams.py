"""Decoded records of streams, kept while their head is unchanged: what a store holds is read once."""

import threading
from collections import OrderedDict

import msgspec

from triptych.course import Record
from triptych.ledger.store import Head, Reading

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
    """A bounded cache of decoded streams. An entry is used only if its head equals the store's head."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: OrderedDict[str, tuple[Head, tuple[Record, ...]]] = OrderedDict()

    def records(self, reading: Reading, stream: str) -> tuple[Record, ...]:
        """Every record of a stream as the reading sees it, oldest first."""
        head = reading.head(stream)
        if head is None:
            return ()
        kept_head, kept = self._get(stream)
        if kept_head == head:
            return kept
        if kept_head is None or kept_head.position > head.position:
            kept = ()
        after = len(kept)
        records = (*kept, *(_decode(stored.body) for stored in reading.records(stream, after)))
        self._put(stream, head, records)
        return records

    def _get(self, stream: str) -> tuple[Head | None, tuple[Record, ...]]:
        with self._lock:
            if stream not in self._kept:
                return None, ()
            self._kept.move_to_end(stream)
            return self._kept[stream]

    def _put(self, stream: str, head: Head, records: tuple[Record, ...]) -> None:
        """Keep what was read. Rolled-back appends never get here: a filing is read back only after its commit."""
        with self._lock:
            self._kept[stream] = (head, records)
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
