"""The web as one Django app."""

from django.apps import AppConfig


class Web(AppConfig):
    """Pages and templates, and in the accounts file its tables of tokens and saved lists."""

    name = "triptych.web"
    label = "triptych_web"
