"""The table of people who wait for a call."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """Make the table."""

    dependencies = [("identity", "0001_initial")]  # noqa: RUF012
    operations = [  # noqa: RUF012
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
