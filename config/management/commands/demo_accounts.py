"""The people of the demo."""

import json
import secrets
from typing import Any

from allauth.account.models import EmailAddress
from django.contrib.auth.models import User
from django.core.management.base import BaseCommand
from django.utils import timezone

from config import state
from influencers.models import Influencer
from ratings.members import claims, merchants
from ratings.models import Claim, Merchant
from ratings.worlds.playing import STAFF, staff_account

KEPT = "demo_accounts.json"
HOST = "阿岩户外"  # the one whose growth plan the demo tells of
SUPERUSER = {"admin": {"is_staff": True, "is_superuser": True}}
PEOPLE = ("admin", *STAFF, "host", "merchant", "member")


class Command(BaseCommand):
    """Make one account of each kind, with passwords drawn once for this installation, and print them."""

    help = "Makes the demo's accounts: an administrator, staff of each group, a host, a merchant, a member."

    def handle(self, **options: Any) -> None:
        passwords = drawn()
        for name in PEOPLE:
            user = staff_account(name) if name in STAFF else self._account(name)
            if not user.check_password(passwords[name]):
                user.set_password(passwords[name])
                user.save(update_fields=["password"])
            EmailAddress.objects.get_or_create(
                user=user, defaults={"email": user.email or f"{name}@demo.invalid", "verified": True, "primary": True}
            )
            self.stdout.write(f"{name:<9} {passwords[name]}")
        give_roles(**{name: User.objects.get(username=name) for name in ("admin", "host", "merchant")})

    def _account(self, name: str) -> User:
        more = {"email": f"{name}@demo.invalid", **SUPERUSER.get(name, {})}
        return User.objects.get_or_create(username=name, defaults=more)[0]


def drawn() -> dict[str, str]:
    """Every name's password: the ones there are, and new ones for who has none."""
    known: dict[str, str] = json.loads(state.remembered(KEPT, "{}"))
    missing = {name: secrets.token_urlsafe(12) for name in PEOPLE if name not in known}
    if missing:
        known |= missing
        state.write_private(state.folder() / KEPT, json.dumps(known))
    return known


def give_roles(*, admin: User, host: User, merchant: User) -> None:
    """By the ordinary verbs, once; the host waits until there is somebody to speak for."""
    at = timezone.now()
    if not Merchant.objects.filter(members=merchant).exists():
        merchants.register(name="晨光优选 (demo)", user=merchant, at=at)
    listed = Influencer.objects.defer("search").filter(voided_at=None).exclude(slug=None)
    speaks_for = listed.filter(name=HOST).first() or listed.order_by("source_id").first()
    if speaks_for and not Claim.objects.filter(user=host, state__in=["pending", "approved"]).exists():
        made = claims.claim(influencer=speaks_for, user=host, statement="Demo", at=at)
        claims.decide(claim=made, approve=True, reason="Demo", by=admin, at=at)
