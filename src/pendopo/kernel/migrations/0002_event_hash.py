from django.db import migrations

# What the hash of an event covers stands in one function, so that whoever checks a chain computes the very same.
FUNCTIONS = """
CREATE FUNCTION event_hash(before bytea, subject text, seq integer, verb text, actor text, on_behalf_of text, data jsonb, at timestamptz)
RETURNS bytea LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT sha256(coalesce(before, ''::bytea) || convert_to(jsonb_build_array(
    subject, seq, verb, actor, on_behalf_of, data, extract(epoch FROM at))::text, 'UTF8'))
$$;

CREATE OR REPLACE FUNCTION event_chain() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE v_seq integer; v_hash bytea;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended(NEW.subject, 0));
  SELECT e.seq, e.hash INTO v_seq, v_hash FROM kernel_event e WHERE e.subject = NEW.subject ORDER BY e.seq DESC LIMIT 1;
  NEW.seq := coalesce(v_seq, 0) + 1;
  NEW.hash := event_hash(v_hash, NEW.subject, NEW.seq, NEW.verb, NEW.actor, NEW.on_behalf_of, NEW.data, NEW.at);
  RETURN NEW;
END $$;
DROP TYPE event_tail;
"""


class Migration(migrations.Migration):
    dependencies = [("kernel", "0001_initial")]
    operations = [migrations.RunSQL(FUNCTIONS, migrations.RunSQL.noop)]
