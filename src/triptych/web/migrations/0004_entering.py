"""The tables by which participants get in without a password."""

from typing import ClassVar

from django.conf import settings
from django.db import migrations, models
from django.db.migrations.operations.base import Operation


class Migration(migrations.Migration):
    """Make the tables."""

    dependencies: ClassVar = [
        ("triptych_web", "0003_written_protocol"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations: ClassVar[list[Operation]] = [
        migrations.CreateModel(
            name="Reached",
            fields=[
                (
                    "user",
                    models.OneToOneField(
                        on_delete=models.CASCADE, primary_key=True, serialize=False, to=settings.AUTH_USER_MODEL
                    ),
                ),
                ("phone", models.CharField(default="", max_length=40)),
                ("code", models.CharField(default="", max_length=200)),
            ],
        ),
        migrations.CreateModel(
            name="Link",
            fields=[
                ("key", models.CharField(max_length=16, primary_key=True, serialize=False)),
                ("digest", models.CharField(max_length=64)),
                ("made_at", models.DateTimeField()),
                ("used_at", models.DateTimeField(null=True)),
                ("wrong", models.IntegerField(default=0)),
                ("user", models.ForeignKey(on_delete=models.CASCADE, to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name="Passkey",
            fields=[
                ("credential", models.CharField(max_length=1400, primary_key=True, serialize=False)),
                ("public_key", models.BinaryField()),
                ("signed", models.BigIntegerField(default=0)),
                ("made_at", models.DateTimeField()),
                ("user", models.ForeignKey(on_delete=models.CASCADE, to=settings.AUTH_USER_MODEL)),
            ],
        ),
    ]
