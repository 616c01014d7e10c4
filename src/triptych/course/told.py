"""Records as derivations are told of them: whatever has these fields can be told, from a ledger or from a view."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol


class Version(Protocol):
    """A version of a record."""

    @property
    def id(self) -> str:
        """Its identifier."""

    @property
    def form(self) -> str:
        """Its form."""

    @property
    def values(self) -> Mapping[str, Any]:
        """Its answers."""

    @property
    def occurred_at(self) -> datetime:
        """When it happened."""


class Shown(Version, Protocol):
    """A record as it is seen by whoever asks."""

    @property
    def root(self) -> str:
        """The identifier of its first version."""

    @property
    def current(self) -> bool:
        """Whether it is the version that counts."""

    @property
    def status(self) -> str:
        """Whether it is filed, or held and counts nowhere."""
