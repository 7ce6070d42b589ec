from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("eligibility", "0003_what_was_asked"),
    ]

    operations = [
        migrations.AddField(
            model_name="eligibilitycheck",
            name="out_of_pocket_met",
            field=models.BooleanField(default=False),
        ),
    ]
