from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("applications", "0018_reviewed_rules"),
    ]

    operations = [
        migrations.AddField(
            model_name="application",
            name="before",
            field=models.JSONField(null=True),
        ),
    ]
