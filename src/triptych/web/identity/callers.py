"""People who asked to be called back: a name, a number, until when it may be kept, and nothing else.

They are no participants. The list stands apart from the ledger, sealed like identities, and in no export. What has
passed its day of deletion is erased whenever the list is touched, when the site starts and when its clock looks.
"""

from datetime import date, timedelta
from functools import partial

from django.conf import settings

from triptych.web.identity.models import SealedCaller
from triptych.web.identity.sealing import Caller, seal_caller, unseal_caller
from triptych.web.identity.store import key

LONGEST = timedelta(days=90)
"""How long a number may be kept at most. A choice of Triptych; no source was read for it."""


def keep_caller(name: str, site: str, caller: Caller, delete_on: date, today: date) -> None:
    """Keep somebody who agreed to be called back, until a day; `name` is a new identifier for the entry.

    Raises:
        ValueError: there is no name or number, or the day is not between today and the longest time.
    """
    if not (caller.name.strip() and caller.phone.strip()):
        raise ValueError("Give a name and a number.")
    if not today <= delete_on <= today + LONGEST:
        raise ValueError(f"The day of deletion is today at the earliest, and in {LONGEST.days} days at the latest.")
    sealed = seal_caller(key(settings.IDENTITY_KEY), name, caller)
    SealedCaller.objects.create(id=name, site=site, delete_on=delete_on, sealed=sealed)


def count_callers(site: str) -> int:
    """How many people wait for a call."""
    return SealedCaller.objects.filter(site=site).count()


def callers_of(site: str) -> list[tuple[str, date, Caller]]:
    """Everybody of a site who waits for a call, with the day of deletion. Callers have recorded the look before."""
    opened = partial(unseal_caller, key(settings.IDENTITY_KEY))
    rows = SealedCaller.objects.filter(site=site).order_by("delete_on", "id")
    return [(row.id, row.delete_on, opened(row.id, bytes(row.sealed))) for row in rows]


def erase_caller(site: str, name: str) -> bool:
    """Erase somebody; whether there was anybody."""
    count, _ = SealedCaller.objects.filter(site=site, id=name).delete()
    return count > 0


def erase_expired(today: date) -> int:
    """Erase everybody whose day of deletion has come; how many there were."""
    count, _ = SealedCaller.objects.filter(delete_on__lte=today).delete()
    return count
