"""Lists that a person saved: a name for the filters and the order of one list. A preference, and no trial data.

What a saved list shows is made anew each time it is opened, by what its owner may see then.
"""

from typing import ClassVar

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser, User
from django.db import models
from django.http import QueryDict

LONGEST_NAME = 60
LONGEST_QUERY = 2000
MOST = 20
"""Saved lists of one person for one page."""


class SavedList(models.Model):
    """One list as somebody saved it: the page, and the end of the address that filters and sorts it."""

    objects: ClassVar[models.Manager["SavedList"]]

    id = models.BigAutoField(primary_key=True)
    user = models.ForeignKey(User, on_delete=models.CASCADE)
    path = models.CharField(max_length=200)
    name = models.CharField(max_length=LONGEST_NAME)
    query = models.CharField(max_length=LONGEST_QUERY)

    class Meta:
        """Where the model belongs; a person's names for one page differ."""

        app_label = "triptych_web"
        constraints: ClassVar = [models.UniqueConstraint(fields=["user", "path", "name"], name="saved_list_name")]

    def __str__(self) -> str:
        return self.name


Owner = User | AbstractBaseUser | AnonymousUser


def saved_for(owner: Owner, path: str) -> list[SavedList]:
    """What a person saved for a page, by name."""
    return list(SavedList.objects.filter(user_id=owner.pk, path=path).order_by("name"))


def save(owner: Owner, path: str, name: str, query: str) -> str | None:
    """Save a list under a name, in place of what had that name; why not, if it was not saved."""
    asked = QueryDict(query, mutable=True)
    for passing in ("page", "format"):
        asked.pop(passing, None)
    query = asked.urlencode()
    if not name or len(name) > LONGEST_NAME:
        return f"Give it a name of up to {LONGEST_NAME} characters; nothing was saved."
    if len(query) > LONGEST_QUERY:
        return "The filters are too long to be saved; nothing was saved."
    others = SavedList.objects.filter(user_id=owner.pk, path=path).exclude(name=name)
    if others.count() >= MOST:
        return f"{MOST} lists are saved here already. Forget one first; nothing was saved."
    SavedList.objects.update_or_create(user_id=owner.pk, path=path, name=name, defaults={"query": query})
    return None


def forget(owner: Owner, saved: str) -> str | None:
    """Forget a list of the person's own; the path it was for, or none if there is no such list."""
    found = SavedList.objects.filter(user_id=owner.pk, pk=int(saved)).first() if _is_number(saved) else None
    if found is None:
        return None
    found.delete()
    return found.path


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 18
