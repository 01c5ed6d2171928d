"""An alert's story only grows; moderators and seniors settle alerts, everyone on the staff sees them."""

from django.db import migrations

GUARD = """
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON ratings_alertevent
    FOR EACH ROW EXECUTE FUNCTION ratings_append_only();
"""
UNGUARD = "DROP TRIGGER append_only ON ratings_alertevent;"

STAFF = ("Moderator", "Senior", "Appeals reviewer", "Analyst")
SETTLE = ("Moderator", "Senior")


def permit(apps, schema_editor):
    kinds = apps.get_model("contenttypes", "ContentType").objects
    permissions = apps.get_model("auth", "Permission").objects
    groups = apps.get_model("auth", "Group").objects

    def give(model, codename, name, to):
        kind, _ = kinds.get_or_create(app_label="ratings", model=model)
        found, _ = permissions.get_or_create(content_type=kind, codename=codename, defaults={"name": name})
        for group in groups.filter(name__in=to):
            group.permissions.add(found)

    give("alert", "view_alert", "Can view alert", STAFF)
    give("alertevent", "view_alertevent", "Can view alert event", STAFF)
    give("alert", "settle_alert", "Can dismiss alerts and note that they were acted upon", SETTLE)


class Migration(migrations.Migration):
    dependencies = [("ratings", "0012_alerts")]
    operations = [
        migrations.RunSQL(GUARD, UNGUARD),
        migrations.RunPython(permit, migrations.RunPython.noop),
    ]
