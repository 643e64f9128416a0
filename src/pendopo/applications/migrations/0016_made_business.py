from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("applications", "0015_groups_purged")]
    operations = [
        migrations.AddField(
            model_name="application", name="made_business", field=models.BooleanField(db_default=False, default=False)
        ),
    ]
