"""Who may do what: four groups that everyone has, before anyone is in them."""

from django.db import migrations

SEEN = {
    "ratings": (
        "case action appeal event notice outgoingemail standing run scorecard publicrun publication policyversion "
        "publicdocument"
    ),
    "feedback": "session review refund complaint violation case caseevent attachment coverage revision",
    "influencers": "influencer account category",
}
MAY = {
    "Moderator": {"ratings": ["open_case", "issue_action", "file_appeal"], "feedback": ["change_case"]},
    "Senior": {
        "ratings": ["open_case", "issue_action", "file_appeal", "approve_action", "lift_action", "publish_run"],
        "feedback": ["change_case"],
    },
    "Appeals reviewer": {"ratings": ["decide_appeal"]},
    "Analyst": {},
}
OF = {
    "open_case": ("case", "Can open and dismiss cases"),
    "issue_action": ("action", "Can issue actions and propose long suspensions and revocations"),
    "approve_action": ("action", "Can be the second person of a long suspension or revocation"),
    "lift_action": ("action", "Can lift or reverse actions"),
    "file_appeal": ("appeal", "Can file an appeal on a host's behalf"),
    "decide_appeal": ("appeal", "Can acknowledge and decide appeals"),
    "publish_run": ("run", "Can publish a run and go back to the one before"),
    "change_case": ("case", "Can change complaint case"),
}


def make(apps, schema_editor):
    groups = apps.get_model("auth", "Group").objects
    for name, may in MAY.items():
        group, _ = groups.get_or_create(name=name)
        for app, models in SEEN.items():
            group.permissions.add(*(permission(apps, app, model, f"view_{model}") for model in models.split()))
        for app, names in may.items():
            group.permissions.add(*(permission(apps, app, OF[codename][0], codename) for codename in names))


def permission(apps, app, model, codename):
    """Permissions come into being after all migrations; those that groups need, now."""
    kind, _ = apps.get_model("contenttypes", "ContentType").objects.get_or_create(app_label=app, model=model)
    name = OF[codename][1] if codename in OF else f"Can view {apps.get_model(app, model)._meta.verbose_name}"
    found, _ = apps.get_model("auth", "Permission").objects.get_or_create(
        content_type=kind, codename=codename, defaults={"name": name}
    )
    return found


def unmake(apps, schema_editor):
    apps.get_model("auth", "Group").objects.filter(name__in=MAY).delete()


class Migration(migrations.Migration):
    dependencies = [
        ("ratings", "0006_governance_guards"),
        ("feedback", "0006_evidence_without_foreign_keys"),
        ("influencers", "0001_initial"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]
    operations = [migrations.RunPython(make, unmake)]
