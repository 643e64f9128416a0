import datetime
import django.contrib.postgres.constraints
import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.comparison
import pendopo.identity.models
from django.contrib.postgres.operations import BtreeGistExtension
from django.db import migrations, models


FROM_THE_REGISTER = '''
UPDATE identity_mandate m SET given_how = 'register', accepted_at = m.valid_from, given_at = m.valid_from, agent_name = p.full_name,
  agent_digest = coalesce(p.nik_digest, sha256(p.id::text::bytea))
  FROM identity_person p WHERE p.id = m.agent_id;
SET CONSTRAINTS ALL IMMEDIATE;
'''  # until now every mandate came from the business register


class Migration(migrations.Migration):

    dependencies = [
        ('identity', '0001_initial'),
    ]

    operations = [
        BtreeGistExtension(),
        migrations.RemoveConstraint("mandate", "mandate_once"),
        migrations.RenameField("mandate", "person", "agent"),
        migrations.AddField(
            model_name='mandate',
            name='accepted_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='mandate',
            name='agent_digest',
            field=models.BinaryField(default=b''),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='mandate',
            name='agent_name',
            field=models.CharField(default='', max_length=120),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='mandate',
            name='given_at',
            field=models.DateTimeField(default=datetime.datetime(2026, 1, 1, 0, 0, tzinfo=datetime.timezone.utc)),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='mandate',
            name='given_by',
            field=models.CharField(default='system', max_length=64),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='mandate',
            name='given_how',
            field=models.CharField(default='online', max_length=10),
        ),
        migrations.AddField(
            model_name='mandate',
            name='paper_reference',
            field=models.CharField(default='', max_length=120),
        ),
        migrations.AddField(
            model_name='mandate',
            name='principal',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.person'),
        ),
        migrations.AddField(
            model_name='mandate',
            name='purpose',
            field=models.CharField(default='', max_length=200),
        ),
        migrations.AddField(
            model_name='mandate',
            name='reach',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=80), default=['all'], size=None),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='mandate',
            name='revoked_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='mandate',
            name='revoked_by',
            field=models.CharField(default='', max_length=64),
        ),
        migrations.AlterField(
            model_name='mandate',
            name='agent',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.person'),
        ),
        migrations.AlterField(
            model_name='mandate',
            name='business',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.business'),
        ),
        migrations.RunSQL(FROM_THE_REGISTER, migrations.RunSQL.noop),
        migrations.AddIndex(
            model_name='mandate',
            index=models.Index(fields=['agent'], name='mandate_of_agent'),
        ),
        migrations.AddIndex(
            model_name='mandate',
            index=models.Index(fields=['principal'], name='mandate_of_principal'),
        ),
        migrations.AddConstraint(
            model_name='mandate',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('business__isnull', False), ('principal__isnull', True)), models.Q(('business__isnull', True), ('principal__isnull', False)), _connector='OR'), name='mandate_of_one_principal'),
        ),
        migrations.AddConstraint(
            model_name='mandate',
            constraint=models.CheckConstraint(condition=models.Q(('principal__isnull', True), ('agent__isnull', True), models.Q(('principal', models.F('agent')), _negated=True), _connector='OR'), name='mandate_to_somebody_else'),
        ),
        migrations.AddConstraint(
            model_name='mandate',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('accepted_at__isnull', True), ('agent__isnull', True)), models.Q(('accepted_at__isnull', False), ('agent__isnull', False)), _connector='OR'), name='mandate_accepted_by_agent'),
        ),
        migrations.AddConstraint(
            model_name='mandate',
            constraint=models.CheckConstraint(condition=models.Q(('valid_until__isnull', True), ('valid_until__gte', models.F('valid_from')), _connector='OR'), name='mandate_days_in_order'),
        ),
        migrations.AddConstraint(
            model_name='mandate',
            constraint=models.CheckConstraint(condition=models.Q(('reach__len__gt', 0)), name='mandate_reaches_something'),
        ),
        migrations.AddConstraint(
            model_name='mandate',
            constraint=models.CheckConstraint(condition=models.Q(('given_how__in', ['online', 'counter', 'register'])), name='mandate_given_how'),
        ),
        migrations.AddConstraint(
            model_name='mandate',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('given_how', 'counter'), _negated=True), models.Q(('paper_reference', ''), _negated=True), _connector='OR'), name='mandate_on_paper_has_reference'),
        ),
        migrations.AddConstraint(
            model_name='mandate',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('revoked_at__isnull', True), ('revoked_by', '')), models.Q(('revoked_at__isnull', False), models.Q(('revoked_by', ''), _negated=True)), _connector='OR'), name='mandate_revoked_by_somebody'),
        ),
        migrations.AddConstraint(
            model_name='mandate',
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(condition=models.Q(('revoked_at__isnull', True)), expressions=[(django.db.models.functions.comparison.Coalesce('principal_id', 'business_id'), '='), ('agent_digest', '='), (pendopo.identity.models.Days('valid_from', 'valid_until'), '&&')], name='mandate_once_at_a_time'),
        ),
    ]

