import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("payments", "0006_together"), ("identity", "0002_mandates")]
    operations = [
        migrations.AddField(
            model_name="bill",
            name="business",
            field=models.ForeignKey(
                db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="identity.business"
            ),
        ),
    ]
