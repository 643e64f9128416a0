import django.contrib.postgres.indexes
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("applications", "0019_before_correction"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="application",
            index=django.contrib.postgres.indexes.BrinIndex(
                autosummarize=True,
                fields=["decided_at"],
                name="application_decided",
                pages_per_range=32,
            ),
        ),
    ]
