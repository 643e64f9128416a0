import django.contrib.postgres.indexes
from django.contrib.postgres.operations import TrigramExtension
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("identity", "0003_sessions"),
    ]

    operations = [
        TrigramExtension(),
        migrations.AddIndex(
            model_name="person",
            index=django.contrib.postgres.indexes.GinIndex(
                fastupdate=False,
                fields=["full_name"],
                name="person_name_trigrams",
                opclasses=["gin_trgm_ops"],
            ),
        ),
    ]
