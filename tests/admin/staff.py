"""People of each group at the admin's door."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import Group, User
from django.test import Client

GROUPS = ("Moderator", "Senior", "Appeals reviewer", "Analyst")


def member(group: str, name: str = "") -> User:
    user, _new = User.objects.get_or_create(username=name or group.split()[0].lower(), defaults={"is_staff": True})
    user.groups.add(Group.objects.get(name=group))
    return user


def as_of(group: str, name: str = "") -> Client:
    client = Client()
    client.force_login(member(group, name))
    return client


def filled(client: Client, address: str, **given: Any) -> dict[str, Any]:
    """What the form at this address holds already, and what is typed into it."""
    form = client.get(address).context["form"]
    values = {name: form.get_initial_for_field(field, name) for name, field in form.fields.items()}
    shown = {name: form.fields[name].prepare_value(value) for name, value in values.items() if value is not None}
    return {**{k: v for k, v in shown.items() if v is not False}, **given}
