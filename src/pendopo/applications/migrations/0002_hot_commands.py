from pathlib import Path

from django.db import migrations

FUNCTIONS = (Path(__file__).parent / "0002_hot_commands.sql").read_text(encoding="utf-8")


class Migration(migrations.Migration):
    dependencies = [("applications", "0001_initial"), ("kernel", "0001_initial")]
    operations = [migrations.RunSQL([(FUNCTIONS, None)], migrations.RunSQL.noop)]
