from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("applications", "0013_bills_of_services")]
    operations = [
        migrations.AddField(
            model_name="submission", name="wants_person", field=models.BooleanField(db_default=False)
        ),
    ]
