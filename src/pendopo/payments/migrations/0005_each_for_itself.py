from django.db import migrations


class Migration(migrations.Migration):
    """Until now every attempt was a payment of its own."""

    dependencies = [("payments", "0004_payments_of_several")]
    operations = [
        migrations.RunSQL("UPDATE payments_attempt SET together = id", migrations.RunSQL.noop)
    ]
