import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('applications', '0011_recount_days'),
    ]

    operations = [
        migrations.CreateModel(
            name='RegisterWait',
            fields=[
                ('application', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='+', serialize=False, to='applications.application')),
                ('reason', models.CharField(max_length=40)),
                ('since', models.DateTimeField()),
                ('next_at', models.DateTimeField()),
            ],
            options={
                'indexes': [models.Index(fields=['next_at'], name='register_wait_next')],
                'constraints': [models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='register_wait_says_why')],
            },
        ),
    ]
