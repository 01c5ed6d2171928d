"""Who may say that two hosts are one."""

from django.db import migrations


def make(apps, schema_editor):
    kind, _ = apps.get_model("contenttypes", "ContentType").objects.get_or_create(
        app_label="influencers", model="influencer"
    )
    permission, _ = apps.get_model("auth", "Permission").objects.get_or_create(
        content_type=kind,
        codename="merge_influencer",
        defaults={"name": "Can merge two influencers and take it back"},
    )
    group, _ = apps.get_model("auth", "Group").objects.get_or_create(name="Senior")
    group.permissions.add(permission)


class Migration(migrations.Migration):
    dependencies = [
        ("ratings", "0025_merges_may_be_taken_back"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]
    operations = [migrations.RunPython(make, migrations.RunPython.noop)]
