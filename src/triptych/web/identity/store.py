"""Reading and writing identities. Callers have recorded why before they look."""

from functools import lru_cache
from pathlib import Path

from django.conf import settings

from triptych.web.identity.models import SealedIdentity
from triptych.web.identity.sealing import Person, read_key, seal, unseal


@lru_cache(maxsize=1)
def key(path: Path) -> bytes:
    """The key of the identity store, read once."""
    return read_key(path)


def identity_of(participant: str) -> Person:
    """Who a participant is; an empty person if nothing was entered. Raises `NotOpened`."""
    row = SealedIdentity.objects.filter(participant=participant).first()
    return unseal(key(settings.IDENTITY_KEY), participant, bytes(row.sealed)) if row else Person()


def keep_identity(participant: str, person: Person) -> None:
    """Keep who a participant is, in place of what was kept before."""
    sealed = seal(key(settings.IDENTITY_KEY), participant, person)
    SealedIdentity.objects.update_or_create(participant=participant, defaults={"sealed": sealed})


def erase_identity(participant: str) -> bool:
    """Erase who a participant is; whether there was anything. The pseudonym's records stay as they are."""
    count, _ = SealedIdentity.objects.filter(participant=participant).delete()
    return count > 0
