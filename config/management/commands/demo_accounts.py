"""The people of the demo."""

import json
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError

from config import state


class Command(BaseCommand):
    """Make the demo's accounts, with the passwords that this installation drew for them."""

    help = "Makes the demo's accounts; their passwords were drawn when the demo first started."

    def handle(self, **options: Any) -> None:
        kept = state.folder() / "demo_accounts.json"
        if not kept.exists():
            raise CommandError("the demo has not been started here yet: make demo")
        users = get_user_model().objects
        for name, password in json.loads(kept.read_text()).items():
            user, _ = users.get_or_create(username=name, defaults={"is_staff": True, "is_superuser": True})
            if not user.check_password(password):
                user.set_password(password)
                user.save(update_fields=["password"])
