"""The table of devices that their owners want to be woken."""

from typing import ClassVar

from django.conf import settings
from django.db import migrations, models
from django.db.migrations.operations.base import Operation


class Migration(migrations.Migration):
    """Make the table."""

    dependencies: ClassVar = [
        ("triptych_web", "0004_entering"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations: ClassVar[list[Operation]] = [
        migrations.CreateModel(
            name="Device",
            fields=[
                ("endpoint", models.CharField(max_length=1000, primary_key=True, serialize=False)),
                ("made_at", models.DateTimeField()),
                ("user", models.ForeignKey(on_delete=models.CASCADE, to=settings.AUTH_USER_MODEL)),
            ],
        ),
    ]
