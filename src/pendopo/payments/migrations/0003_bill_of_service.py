from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("payments", "0002_ledger_guard")]
    operations = [
        migrations.AddField(
            model_name="bill", name="service_id", field=models.CharField(db_default="", max_length=64)
        ),
        migrations.AddField(
            model_name="bill", name="agency_id", field=models.CharField(db_default="", max_length=64)
        ),
    ]
