"""The next version of the protocol as somebody writes it: a text kept for its author, in force for nobody."""

from datetime import datetime
from typing import ClassVar

from django.contrib.auth.models import User
from django.db import models

from triptych.web.saved import Owner

LONGEST = 1_500_000
"""Characters of a document; the largest bundled one has about 120,000."""


class WrittenProtocol(models.Model):
    """What one person is writing."""

    objects: ClassVar[models.Manager["WrittenProtocol"]]

    id = models.BigAutoField(primary_key=True)
    user = models.OneToOneField(User, on_delete=models.CASCADE)
    text = models.TextField()
    saved_at = models.DateTimeField()

    class Meta:
        """Where the model belongs."""

        app_label = "triptych_web"

    def __str__(self) -> str:
        return f"Protocol written by {self.user}"


def written_by(owner: Owner) -> WrittenProtocol | None:
    """What a person is writing, if anything is kept."""
    return WrittenProtocol.objects.filter(user_id=owner.pk).first()


def keep_written(owner: Owner, text: str, at: datetime) -> None:
    """Keep the text as what a person is writing, in place of what was kept."""
    WrittenProtocol.objects.update_or_create(user_id=owner.pk, defaults={"text": text, "saved_at": at})


def discard_written(owner: Owner) -> None:
    """Keep nothing of what a person was writing."""
    WrittenProtocol.objects.filter(user_id=owner.pk).delete()
