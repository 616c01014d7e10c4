"""The table of people who wait for a call."""

from typing import ClassVar

from django.db import migrations, models
from django.db.migrations.operations.base import Operation


class Migration(migrations.Migration):
    """Make the table."""

    dependencies: ClassVar[list[tuple[str, str]]] = [("identity", "0001_initial")]
    operations: ClassVar[list[Operation]] = [
        migrations.CreateModel(
            name="SealedCaller",
            fields=[
                ("id", models.CharField(max_length=36, primary_key=True, serialize=False)),
                ("site", models.CharField(max_length=200)),
                ("delete_on", models.DateField()),
                ("sealed", models.BinaryField()),
            ],
        ),
    ]
