"""Who was merged is said on the influencer alone; a merge may be taken back."""

from django.db import migrations, models

MOVE = """
UPDATE influencers_influencer i SET merged_into_id = s.merged_into_id, merged_at = s.updated_at
FROM ratings_standing s WHERE s.influencer_id = i.id AND s.merged_into_id IS NOT NULL
"""
BACK = """
UPDATE ratings_standing s SET merged_into_id = i.merged_into_id
FROM influencers_influencer i WHERE i.id = s.influencer_id AND i.merged_into_id IS NOT NULL
"""


class Migration(migrations.Migration):

    dependencies = [
        ('influencers', '0003_merged_into'),
        ('ratings', '0023_renamed_accounts'),
    ]

    operations = [
        migrations.RunSQL(MOVE, BACK),
    ]
