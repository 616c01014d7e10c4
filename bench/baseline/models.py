"""Participants, and the 15 items of the measured form, with their history."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from simple_history.models import HistoricalRecords


def ranged(low: int, high: int, *, required: bool = False) -> models.IntegerField:
    """An integer within limits."""
    limits = [MinValueValidator(low), MaxValueValidator(high)]
    return models.IntegerField(validators=limits, null=not required, blank=not required)


def measured(low: int, high: int) -> models.DecimalField:
    """A decimal number within limits."""
    limits = [MinValueValidator(low), MaxValueValidator(high)]
    return models.DecimalField(validators=limits, max_digits=6, decimal_places=2, null=True, blank=True)


def coded(*codes: str, required: bool = False) -> models.CharField:
    """One of a list of codes."""
    return models.CharField(max_length=20, choices=[(code, code.title()) for code in codes], blank=not required)


class Participant(models.Model):
    """A participant."""

    name = models.CharField(max_length=40, unique=True)
    history = HistoricalRecords()


class SessionCheck(models.Model):
    """The form."""

    participant = models.ForeignKey(Participant, on_delete=models.PROTECT)
    visit = models.CharField(max_length=40)
    occurred_at = models.DateTimeField()
    systolic = ranged(40, 300, required=True)
    diastolic = ranged(20, 200, required=True)
    heart_rate = ranged(20, 250, required=True)
    breaths = ranged(4, 60)
    saturation = ranged(50, 100)
    temperature = measured(30, 43)
    weight = measured(30, 300)
    pain = ranged(0, 10)
    anxiety = ranged(0, 100)
    calmness = ranged(0, 100)
    nausea = coded("none", "mild", "moderate", "severe")
    posture = coded("sitting", "lying", "standing", required=True)
    oriented = models.BooleanField()
    jaw_tension = models.BooleanField(null=True)
    note = models.TextField(blank=True)
    history = HistoricalRecords()
