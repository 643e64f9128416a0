"""An index over the age of notices, by which the old ones are found every night."""

from django.contrib.postgres.indexes import BrinIndex
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("notices", "0001_initial")]

    operations = [
        migrations.AddIndex(model_name="notice", index=BrinIndex(fields=["at"], name="notice_at")),
    ]
