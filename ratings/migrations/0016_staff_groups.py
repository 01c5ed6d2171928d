"""Who may load and take out evidence, and that every group reads the audit trail."""

from django.db import migrations

SEEN = {
    "feedback": ("ingest", "outbox", "deal", "slot", "order"),
    "ratings": ("historypoint", "keptdocument"),
    "admin": ("logentry",),
}
MAY = {"Senior": ("load_evidence", "void_evidence")}
GROUPS = ("Moderator", "Senior", "Appeals reviewer", "Analyst")
NAMES = {
    "load_evidence": "Can load evidence files in the admin",
    "void_evidence": "Can take out evidence that never was",
}


def make(apps, schema_editor):
    groups = apps.get_model("auth", "Group").objects
    for name in GROUPS:
        group, _ = groups.get_or_create(name=name)
        for app, models in SEEN.items():
            group.permissions.add(*(permission(apps, app, model, f"view_{model}") for model in models))
        group.permissions.add(*(permission(apps, "feedback", "ingest", may) for may in MAY.get(name, ())))


def permission(apps, app, model, codename):
    """Permissions come into being after all migrations; those that groups need, now."""
    kind, _ = apps.get_model("contenttypes", "ContentType").objects.get_or_create(app_label=app, model=model)
    name = NAMES.get(codename) or f"Can view {apps.get_model(app, model)._meta.verbose_name}"
    found, _ = apps.get_model("auth", "Permission").objects.get_or_create(
        content_type=kind, codename=codename, defaults={"name": name}
    )
    return found


class Migration(migrations.Migration):
    dependencies = [
        ("ratings", "0015_growth_plans"),
        ("feedback", "0010_staff_permissions"),
        ("admin", "0003_logentry_add_action_flag_choices"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]
    operations = [migrations.RunPython(make, migrations.RunPython.noop)]
