from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("payments", "0007_for_business")]
    operations = [
        migrations.AddField(
            model_name="billline",
            name="explanation_en",
            field=models.TextField(blank=True, db_default="", default=""),
        ),
    ]
