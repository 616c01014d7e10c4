"""The web as one Django app."""

from django.apps import AppConfig


class Web(AppConfig):
    """Pages and templates; it has no tables of its own."""

    name = "triptych.web"
    label = "triptych_web"
