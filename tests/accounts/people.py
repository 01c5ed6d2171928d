"""Accounts for tests of what belongs to whom."""

from datetime import UTC, date, datetime

from allauth.account.models import EmailAddress
from django.contrib.auth.models import User

from influencers.models import Influencer
from ratings.members import claims, merchants
from ratings.models import Merchant

LAST = date(2026, 2, 25)
AT = datetime(2026, 2, 26, 4, tzinfo=UTC)
PASSWORD = "a long enough phrase"


def account(name: str, **options: bool) -> User:
    user = User.objects.create_user(name, f"{name}@example.org", PASSWORD, **options)
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


def speaker(name: str, influencer: Influencer) -> User:
    """Someone who speaks for an influencer."""
    user = account(name)
    staff, _made = User.objects.get_or_create(username="approver", defaults={"is_staff": True})
    made = claims.claim(influencer=influencer, user=user, statement="It is me.", at=AT)
    claims.decide(claim=made, approve=True, reason="Seen in the back office.", by=staff, at=AT)
    return user


def buyer_of(name: str) -> tuple[User, Merchant]:
    """Someone who acts for a merchant of that name."""
    user = account(name)
    return user, merchants.register(name=name, user=user, at=AT)
