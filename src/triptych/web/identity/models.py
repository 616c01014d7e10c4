"""The two tables of the identity store. What stands in them can be read only with the key."""

from django.db import models


class SealedIdentity(models.Model):
    """One participant's identity as ciphertext; the pseudonym is all that stands in the clear."""

    participant = models.CharField(max_length=200, primary_key=True)
    sealed = models.BinaryField()

    class Meta:
        """Where it belongs."""

        app_label = "identity"


class SealedCaller(models.Model):
    """Somebody who waits for a call, as ciphertext; the site and the day of deletion stand in the clear."""

    id = models.CharField(max_length=36, primary_key=True)
    site = models.CharField(max_length=200)
    delete_on = models.DateField()
    sealed = models.BinaryField()

    class Meta:
        """Where it belongs."""

        app_label = "identity"
