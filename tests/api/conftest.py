"""The API as a program meets it: a token for a person, and JSON both ways."""

from tests.web.conftest import norway, served, site, small

__all__ = ["norway", "served", "site", "small"]
