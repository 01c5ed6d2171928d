from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("ratings", "0029_scorecards_without_foreign_keys")]

    operations = [
        migrations.AddField(
            "outcome",
            "borne_out",
            models.BooleanField(
                "borne out",
                db_default=False,
                default=False,
                help_text="half of its orders were reported by the platform: other merchants hear of it",
            ),
        ),
    ]
