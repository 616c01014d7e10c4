"""The identity store as one Django app with one table, in a database of its own."""

from django.apps import AppConfig


class Identity(AppConfig):
    """Sealed identities."""

    name = "triptych.web.identity"
    label = "identity"
    default_auto_field = "django.db.models.BigAutoField"
