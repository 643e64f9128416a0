from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("payments", "0003_bill_of_service")]
    operations = [
        migrations.AddField(
            model_name="attempt", name="together", field=models.UUIDField(null=True)
        ),
        migrations.AlterField(
            model_name="attempt",
            name="provider_reference",
            field=models.CharField(blank=True, max_length=64, null=True),
        ),
        migrations.RemoveConstraint(model_name="discrepancy", name="discrepancy_said_once"),
        migrations.AddConstraint(
            model_name="discrepancy",
            constraint=models.UniqueConstraint(
                fields=("provider", "provider_reference", "kind", "told_idr", "bill"),
                name="discrepancy_said_once",
                nulls_distinct=False,
            ),
        ),
    ]
