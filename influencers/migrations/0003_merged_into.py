"""Who goes on as another host; said here and nowhere else."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import F, Q


class Migration(migrations.Migration):

    dependencies = [('influencers', '0002_index_revisions')]

    operations = [
        migrations.AlterModelOptions(
            name='influencer',
            options={'permissions': [('merge_influencer', 'Can merge two influencers and take it back')], 'verbose_name': 'influencer', 'verbose_name_plural': 'influencers'},
        ),
        migrations.AddField(
            model_name='influencer',
            name='merged_into',
            field=models.ForeignKey(blank=True, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='merged', to='influencers.influencer', verbose_name='goes on as'),
        ),
        migrations.AddField(
            model_name='influencer',
            name='merged_at',
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name='merged at'),
        ),
        migrations.AddIndex(
            model_name='influencer',
            index=models.Index(condition=Q(merged_into__isnull=False), fields=['merged_into'], name='influencer_merged'),
        ),
        migrations.AddConstraint(
            model_name='influencer',
            constraint=models.CheckConstraint(
                condition=Q(merged_into=None, merged_at=None)
                | Q(merged_into__isnull=False, merged_at__isnull=False) & ~Q(merged_into=F('id')),
                name='influencer_merged_into_another',
            ),
        ),
    ]
