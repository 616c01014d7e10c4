"""Which database a table belongs to: identities to their own, everything else to the accounts."""

from django.db.models import Model

DATABASE = "identity"


class Router:
    """Keep the identity store apart from accounts and sessions."""

    def db_for_read(self, model: type[Model], **_: object) -> str | None:
        """Where to read."""
        return DATABASE if model._meta.app_label == DATABASE else None

    def db_for_write(self, model: type[Model], **_: object) -> str | None:
        """Where to write."""
        return DATABASE if model._meta.app_label == DATABASE else None

    def allow_migrate(self, db: str, app_label: str, **_: object) -> bool:
        """Which tables a database has."""
        return (app_label == DATABASE) == (db == DATABASE)
