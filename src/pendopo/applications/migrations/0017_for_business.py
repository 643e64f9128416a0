"""What was filed for a business before papers and bills knew it: they learn it, so that they close with the mandate too.

An application that has a business although it was filed in nobody's name but the person's (no business in its first event, or typed
under a person's mandate, which reaches no business) brought the business about: a first NIB. Papers are written once: the guard is off
for these statements, which no measure explains.
"""

from django.db import migrations

MADE = """
UPDATE applications_application a SET made_business = true
WHERE a.business_id IS NOT NULL AND a.purpose = 'new' AND (a.typed_by LIKE 'person:%' OR EXISTS (
  SELECT 1 FROM kernel_event e WHERE e.subject = 'application:' || a.id AND e.verb = 'submit' AND e.on_behalf_of = ''));
"""
PAPERS = """
SET CONSTRAINTS ALL IMMEDIATE;
ALTER TABLE documents_document DISABLE TRIGGER document_guard;
UPDATE documents_document d SET business_id = a.business_id FROM applications_application a
WHERE a.business_id IS NOT NULL AND NOT a.made_business AND d.subject = 'application:' || a.id;
UPDATE documents_document d SET business_id = p.business_id
FROM documents_measuretaken m JOIN documents_document p ON p.id = m.document_id
WHERE p.business_id IS NOT NULL AND d.subject = 'measure:' || m.id;
UPDATE documents_document d SET business_id = p.business_id
FROM applications_appeal o JOIN documents_document p ON p.id = o.document_id
WHERE p.business_id IS NOT NULL AND d.subject = 'appeal:' || o.id;
SET CONSTRAINTS ALL IMMEDIATE;
ALTER TABLE documents_document ENABLE TRIGGER document_guard;
SET CONSTRAINTS ALL DEFERRED;
"""
BILLS = """
UPDATE payments_bill b SET business_id = a.business_id FROM applications_application a
WHERE a.business_id IS NOT NULL AND NOT a.made_business AND b.subject = 'application:' || a.id;
UPDATE payments_bill b SET business_id = p.business_id
FROM documents_measuretaken m JOIN documents_document p ON p.id = m.document_id
WHERE p.business_id IS NOT NULL AND b.subject = 'measure:' || m.id;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("applications", "0016_made_business"),
        ("documents", "0003_for_business"),
        ("payments", "0007_for_business"),
    ]
    operations = [migrations.RunSQL(sql, migrations.RunSQL.noop) for sql in (MADE, PAPERS, BILLS)]
