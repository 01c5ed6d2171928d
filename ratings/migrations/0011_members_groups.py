"""What the groups of staff may do about claims, contests and replies."""

from django.db import migrations

SEEN = ("claim", "contest", "reply", "merchant", "memberevent")
MAY = {"Moderator": ("claim", "contest", "reply"), "Senior": ("claim", "contest", "reply")}
GROUPS = ("Moderator", "Senior", "Appeals reviewer", "Analyst")


def make(apps, schema_editor):
    groups = apps.get_model("auth", "Group").objects
    for name in GROUPS:
        group, _ = groups.get_or_create(name=name)
        group.permissions.add(*(permission(apps, model, "view") for model in SEEN))
        group.permissions.add(*(permission(apps, model, "change") for model in MAY.get(name, ())))


def permission(apps, model, verb):
    kind, _ = apps.get_model("contenttypes", "ContentType").objects.get_or_create(app_label="ratings", model=model)
    name = f"Can {verb} {apps.get_model('ratings', model)._meta.verbose_name}"
    found, _ = apps.get_model("auth", "Permission").objects.get_or_create(
        content_type=kind, codename=f"{verb}_{model}", defaults={"name": name}
    )
    return found


class Migration(migrations.Migration):
    dependencies = [("ratings", "0010_replies_and_contests"), ("contenttypes", "0002_remove_content_type_name")]
    operations = [migrations.RunPython(make, migrations.RunPython.noop)]
