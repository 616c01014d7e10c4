"""Opening a ledger by its place: a folder, or the URL of a PostgreSQL database."""

from triptych.ledger.errors import StoreUnavailable
from triptych.ledger.sqlite import open_sqlite
from triptych.ledger.store import Store

__all__ = ["open_ledger"]


def open_ledger(where: str, *, write: bool) -> Store:
    """Open the ledger in a folder or at a `postgresql://` URL; to write, make it if it is not there.

    Raises `NotALedger` if there is none to read, `LedgerBusy` if another process writes to the folder,
    and `StoreUnavailable` if the place cannot be used.
    """
    if not where.startswith(("postgresql://", "postgres://")):
        return open_sqlite(where, write=write)
    try:
        from triptych.ledger.postgres import open_postgres  # noqa: PLC0415 -- its driver is an extra
    except ImportError as error:
        raise StoreUnavailable(
            "A ledger in PostgreSQL needs the driver psycopg. Install `triptych[postgresql]`."
        ) from error
    return open_postgres(where, write=write)
