"""The one table of the identity store. What stands in it can be read only with the key."""

from django.db import models


class SealedIdentity(models.Model):
    """One participant's identity as ciphertext; the pseudonym is all that stands in the clear."""

    participant = models.CharField(max_length=200, primary_key=True)
    sealed = models.BinaryField()

    class Meta:
        """Where it belongs."""

        app_label = "identity"
