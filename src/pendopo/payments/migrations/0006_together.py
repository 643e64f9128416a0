from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("payments", "0005_each_for_itself")]
    operations = [
        migrations.AlterField(model_name="attempt", name="together", field=models.UUIDField()),
        migrations.AddConstraint(
            model_name="attempt",
            constraint=models.UniqueConstraint(
                fields=("together", "bill"), name="attempt_once_in_a_payment"
            ),
        ),
        migrations.AddConstraint(
            model_name="attempt",
            constraint=models.UniqueConstraint(
                fields=("provider_reference", "bill"), name="attempt_of_reference"
            ),
        ),
    ]
