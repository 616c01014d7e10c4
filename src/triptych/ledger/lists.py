"""Lists across participants: a row per participant and audience, kept and used as long as it cannot have changed.

An audience is a role with a blinding status: what it sees follows from the document. A row holds what lists show of
a course (`triptych.course.Listed`). It is used while its key and its time hold: the key is made from the study
document, the heads of the study's, the site's and the participant's stream, and the program that derives; the time
is from when it was derived until the course's `next_change`. Any other row is derived again and kept.

Some people see a little more than their audience: what they themselves sent or signed. For them, and those
participants, the row is not used.
"""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from functools import cache
from hashlib import sha256
from importlib.resources import files
from importlib.resources.abc import Traversable

import msgspec

from triptych.course import Listed
from triptych.ledger.errors import LedgerBusy, ReadOnlyLedger
from triptych.ledger.store import Head, Mark, Row, Store
from triptych.ledger.streams import STUDY, participant_stream, site_stream

DERIVING = ("rules", "study", "safety", "course", "ledger", "library")
"""The parts of the program that a row rests on."""

_decode = msgspec.json.Decoder(Listed).decode


class Heads:
    """The heads of every stream at one instant: the participants there are, and the keys of their rows."""

    def __init__(self, digest: str, heads: Mapping[str, Head]) -> None:
        self._digest, self._heads = digest, heads

    @property
    def participants(self) -> list[str]:
        """Everybody who has a stream, by name."""
        prefix = participant_stream("")
        return sorted(stream.removeprefix(prefix) for stream in self._heads if stream.startswith(prefix))

    def key(self, participant: str, site: str | None) -> str:
        """What the row of a participant at a site rests on, as one digest."""
        streams = [STUDY, participant_stream(participant), *([site_stream(site)] if site else [])]
        heads = [self._heads[stream].sha256.hex() if stream in self._heads else "" for stream in streams]
        return sha256("\n".join([program(), self._digest, *heads]).encode()).hexdigest()

    def known(self, participants: Iterable[str]) -> list[str]:
        """Those of the named who have a stream, by name."""
        return sorted(name for name in set(participants) if participant_stream(name) in self._heads)

    def stands(self, mark: Mark) -> bool:
        """Whether nothing was filed since a row was derived."""
        return mark.key == self.key(mark.participant, mark.site)

    def holds(self, mark: Mark, now: datetime, person: str) -> bool:
        """Whether a kept row is what would be derived now for somebody of its audience."""
        if not self.stands(mark) or person in mark.own.splitlines():
            return False
        ends = datetime.fromisoformat(mark.until) if mark.until else None
        return datetime.fromisoformat(mark.since) <= now and (ends is None or now < ends)

    def agree(self, participant: str, site: str | None, known: Mapping[str, Sequence[object]]) -> bool:
        """Whether the records that a row was derived from reach exactly to these heads."""
        streams = [STUDY, participant_stream(participant), *([site_stream(site)] if site else [])]
        return all(len(known.get(stream, ())) == self._position(stream) for stream in streams)

    def _position(self, stream: str) -> int:
        return self._heads[stream].position if stream in self._heads else 0

    def row(self, line: Listed, site: str | None, own: Iterable[str]) -> Row:
        """The row to be kept of a line about somebody at a site. It does not hold for those who see more."""
        mark = Mark(
            participant=line.participant,
            site=site,
            key=self.key(line.participant, site),
            since=line.now.isoformat(),
            until=line.next_change.isoformat() if line.next_change else None,
            own="\n".join(sorted(own)),
        )
        return Row(mark, msgspec.json.encode(line, order="deterministic").decode())


def read_line(body: str, now: datetime) -> Listed:
    """The line in a row, as it stands now."""
    return msgspec.structs.replace(_decode(body), now=now)


def keep_rows(store: Store, audience: str, rows: Sequence[Row]) -> None:
    """Keep rows, unless the ledger is open for reading only or busy: they can be derived again."""
    with suppress(ReadOnlyLedger, LedgerBusy), store.transaction(append=[]) as transaction:
        transaction.keep_rows(audience, rows)


@cache
def program() -> str:
    """The digest of the program and the tables that derive rows, so that another version uses none of this one's."""
    digest = sha256()
    for part in DERIVING:
        for name, content in sorted(_contents(files("triptych") / part, part)):
            digest.update(f"{name}\n{len(content)}\n".encode() + content)
    return digest.hexdigest()


def _contents(folder: Traversable, path: str) -> list[tuple[str, bytes]]:
    found: list[tuple[str, bytes]] = []
    for entry in folder.iterdir():
        name = f"{path}/{entry.name}"
        if entry.is_dir():
            found += _contents(entry, name) if entry.name not in ("__pycache__", "studies") else []
        elif entry.name.endswith((".py", ".csv", ".yaml")):
            found.append((name, entry.read_bytes()))
    return found
