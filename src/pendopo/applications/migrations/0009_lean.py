import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

# An application and its steps change a dozen times in a few days and then rest for ever. Room left in each page lets a change stay in the
# page it began in, without touching the indexes; indexes that another one covers are gone, those of rare columns hold only what is there.
ROOM = """
ALTER TABLE applications_application SET (fillfactor = 75);
ALTER TABLE applications_step SET (fillfactor = 75);
"""
# Numbers go on after 999,999: lpad() would have cut them to six digits.
SERIAL = """
CREATE FUNCTION application_serial() RETURNS text LANGUAGE sql VOLATILE AS $$
  SELECT lpad(n, greatest(6, length(n)), '0') FROM (SELECT nextval('application_number')::text AS n) AS next
$$;
DO $$ BEGIN
  EXECUTE replace(pg_get_functiondef('application_submit'::regproc), 'lpad(nextval(''application_number'')::text, 6, ''0'')', 'application_serial()');
  ASSERT pg_get_functiondef('application_submit'::regproc) LIKE '%application_serial()%';
END $$;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('applications', '0008_groups'),
        ('catalogue', '0003_endings'),
        ('identity', '0002_mandates'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            model_name='application',
            name='applicant',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.person'),
        ),
        migrations.AlterField(
            model_name='application',
            name='business',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.business'),
        ),
        migrations.AlterField(
            model_name='application',
            name='number',
            field=models.CharField(max_length=24, null=True),
        ),
        migrations.AlterField(
            model_name='step',
            name='application',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='applications.application'),
        ),
        migrations.AlterField(
            model_name='step',
            name='assignee',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddIndex(
            model_name='application',
            index=models.Index(condition=models.Q(('business__isnull', False)), fields=['business'], name='application_of_business'),
        ),
        migrations.AddIndex(
            model_name='step',
            index=models.Index(condition=models.Q(('assignee__isnull', False)), fields=['assignee'], name='step_assigned'),
        ),
        migrations.AddConstraint(
            model_name='application',
            constraint=models.UniqueConstraint(fields=('number',), name='application_number_once'),
        ),
        migrations.RunSQL(ROOM, migrations.RunSQL.noop),
        migrations.RunSQL([(SERIAL, None)], migrations.RunSQL.noop),
    ]
