from django.db import migrations

# Versions never change; the function stands in the kernel's first migration.
IMMUTABLE = """
CREATE TRIGGER service_version_immutable BEFORE UPDATE OR DELETE ON catalogue_serviceversion
  FOR EACH STATEMENT EXECUTE FUNCTION append_only();
"""


class Migration(migrations.Migration):
    dependencies = [("catalogue", "0001_initial"), ("kernel", "0001_initial")]
    operations = [
        migrations.RunSQL(IMMUTABLE, "DROP TRIGGER service_version_immutable ON catalogue_serviceversion"),
    ]
