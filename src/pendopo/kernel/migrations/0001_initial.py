from django.db import migrations, models

APPEND_ONLY = """
CREATE FUNCTION event_chain() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE before event_tail;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended(NEW.subject, 0));
  SELECT seq, hash INTO before FROM kernel_event WHERE subject = NEW.subject ORDER BY seq DESC LIMIT 1;
  NEW.seq := coalesce(before.seq, 0) + 1;
  NEW.hash := sha256(coalesce(before.hash, ''::bytea) || convert_to(jsonb_build_array(
    NEW.subject, NEW.seq, NEW.verb, NEW.actor, NEW.on_behalf_of, NEW.data, extract(epoch FROM NEW.at))::text, 'UTF8'));
  RETURN NEW;
END $$;
CREATE TRIGGER event_chain BEFORE INSERT ON kernel_event FOR EACH ROW EXECUTE FUNCTION event_chain();

CREATE FUNCTION append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER event_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON kernel_event
  FOR EACH STATEMENT EXECUTE FUNCTION append_only();
"""


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [
        migrations.CreateModel(
            name="Event",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("subject", models.CharField(max_length=64)),
                ("seq", models.IntegerField()),
                ("verb", models.CharField(max_length=48)),
                ("actor", models.CharField(max_length=64)),
                ("on_behalf_of", models.CharField(default="", max_length=64)),
                ("data", models.JSONField(default=dict)),
                ("at", models.DateTimeField()),
                ("hash", models.BinaryField()),
            ],
            options={"constraints": [models.UniqueConstraint(fields=("subject", "seq"), name="event_chain")]},
        ),
        migrations.CreateModel(
            name="Outbox",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("topic", models.CharField(max_length=48)),
                ("payload", models.JSONField(default=dict)),
                ("at", models.DateTimeField()),
            ],
        ),
        migrations.RunSQL(
            "CREATE TYPE event_tail AS (seq integer, hash bytea);" + APPEND_ONLY, migrations.RunSQL.noop
        ),
    ]
