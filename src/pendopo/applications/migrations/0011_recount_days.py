from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('applications', '0010_recount_by_id'),
    ]

    operations = [
        migrations.AddField(
            model_name='recount',
            name='days',
            field=models.JSONField(default=list),
        ),
    ]
