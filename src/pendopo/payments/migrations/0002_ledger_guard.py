from django.db import migrations

GUARD = """
CREATE SEQUENCE payments_bill_serial MAXVALUE 99999999 CYCLE;

CREATE FUNCTION ledger_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE unbalanced bigint; outstanding bigint;
BEGIN
  SELECT sum(amount_idr) INTO unbalanced FROM payments_ledgerentry WHERE transaction = NEW.transaction;
  IF unbalanced <> 0 THEN
    RAISE EXCEPTION 'ledger transaction % does not balance: %', NEW.transaction, unbalanced
      USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'ledger_balanced';
  END IF;
  SELECT sum(amount_idr) INTO outstanding FROM payments_ledgerentry
    WHERE bill_id = NEW.bill_id AND account = 'receivable';
  IF outstanding < 0 THEN
    RAISE EXCEPTION 'bill % would be owed less than nothing: %', NEW.bill_id, outstanding
      USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'ledger_outstanding';
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER ledger_guard AFTER INSERT ON payments_ledgerentry
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger_guard();

CREATE TRIGGER ledger_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON payments_ledgerentry
  FOR EACH STATEMENT EXECUTE FUNCTION append_only();
CREATE TRIGGER bill_line_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON payments_billline
  FOR EACH STATEMENT EXECUTE FUNCTION append_only();
"""
UNGUARD = """
DROP TRIGGER bill_line_append_only ON payments_billline;
DROP TRIGGER ledger_append_only ON payments_ledgerentry;
DROP TRIGGER ledger_guard ON payments_ledgerentry;
DROP FUNCTION ledger_guard;
DROP SEQUENCE payments_bill_serial;
"""


class Migration(migrations.Migration):
    dependencies = [("payments", "0001_initial"), ("kernel", "0001_initial")]
    operations = [migrations.RunSQL(GUARD, UNGUARD)]
