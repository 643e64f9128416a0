"""Bills made before they knew their service learn it from what they are owed for."""

from django.db import migrations

LEARN = """
UPDATE payments_bill b SET service_id = a.service_id, agency_id = a.agency_id
FROM applications_application a WHERE b.subject = 'application:' || a.id;
UPDATE payments_bill b SET service_id = d.service_id, agency_id = d.agency_id
FROM documents_measuretaken m JOIN documents_document d ON d.id = m.document_id WHERE b.subject = 'measure:' || m.id;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("applications", "0012_register_wait"),
        ("documents", "0002_lifecycle"),
        ("payments", "0003_bill_of_service"),
    ]
    operations = [migrations.RunSQL(LEARN, migrations.RunSQL.noop)]
