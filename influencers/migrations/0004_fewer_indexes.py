"""Nobody looks for the beginning of an influencer's address; the whole of it has an index of its own."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("influencers", "0003_merged_into")]

    operations = [
        migrations.RunSQL("DROP INDEX IF EXISTS influencers_influencer_slug_4edd92e0_like", migrations.RunSQL.noop)
    ]
