"""Errors of the ledger room. Each has a stable `code`; a message says what happened and what to do.

    LedgerError
    ├── NotALedger           nothing that can be read as a ledger is there
    ├── UnknownStudy         a study was named that does not exist
    ├── StoreUnavailable     the database cannot be reached or used
    │   ├── LedgerBusy       somebody else holds what is needed
    │   └── LedgerClosed     the store, reading or transaction has ended
    ├── DamagedLedger        what is stored is not what was filed
    │   └── DamagedArchive   what is in an export is not what was exported
    └── AppendRefused        the ledger does not take what was handed in
        ├── ReadOnlyLedger   the ledger was opened for reading
        ├── StreamNotLocked  the transaction does not hold the stream
        ├── DuplicateRecord  the identifier is taken
        ├── WrongPosition    the record does not stand next in its stream
        ├── Malformed        the text is not that of such a record or document
        └── LedgerNotEmpty   an export is restored only into an empty ledger

A message names streams, positions and identifiers, never what a record says.
"""

from typing import ClassVar


class LedgerError(Exception):
    """The ledger could not do what was asked."""

    code: ClassVar[str] = "ledger"


class NotALedger(LedgerError):
    """The place holds no ledger, or one that this version of Triptych cannot read."""

    code = "not_a_ledger"


class UnknownStudy(LedgerError):
    """A study was named that is neither a folder nor bundled."""

    code = "unknown_study"


class StoreUnavailable(LedgerError):
    """The database behind the ledger cannot be reached or used; nothing was filed unless it says so."""

    code = "store_unavailable"


class LedgerBusy(StoreUnavailable):
    """Another process, or this thread's own open transaction, holds what is needed to write."""

    code = "ledger_busy"


class LedgerClosed(StoreUnavailable):
    """A store, reading or transaction was used after its end."""

    code = "ledger_closed"


class DamagedLedger(LedgerError):
    """What the database holds is not what was filed."""

    code = "damaged_ledger"


class DamagedArchive(DamagedLedger):
    """An export or a manifest is not what Triptych wrote."""

    code = "damaged_archive"


class AppendRefused(LedgerError):
    """The ledger does not take what was handed in; nothing of the transaction is kept."""

    code = "append_refused"


class ReadOnlyLedger(AppendRefused):
    """A ledger that was opened for reading was asked to write."""

    code = "read_only_ledger"


class StreamNotLocked(AppendRefused):
    """A record was appended to a stream that the transaction has not locked for appending."""

    code = "stream_not_locked"


class DuplicateRecord(AppendRefused):
    """A record with this identifier is already in the ledger, in this stream or another."""

    code = "duplicate_record"


class WrongPosition(AppendRefused):
    """A record does not stand at the position after the last of its stream."""

    code = "wrong_position"


class Malformed(AppendRefused):
    """A stream's name, a record or a document has not the form that the ledger keeps."""

    code = "malformed"


class LedgerNotEmpty(AppendRefused):
    """An export is restored only into an empty ledger, and this one holds records or documents."""

    code = "ledger_not_empty"
