"""Staff, hosts and cases to act upon."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from django.contrib.auth.models import User

from influencers.models import Influencer
from ratings.governance import actions
from ratings.models.governance import Action, Case, Ground, Level, Origin
from tests.pages.published import influencer

AT = datetime(2026, 1, 5, 4, tzinfo=UTC)  # a Monday
numbers = count(1)


def staff(name: str) -> User:
    return User.objects.get_or_create(username=name, defaults={"is_staff": True})[0]


def host(name: str = "") -> Influencer:
    return influencer(name or f"Host {next(numbers):05d}")


def case(influencer: Influencer, code: str = "PRM-01", *, at: datetime = AT, **more: Any) -> Case:
    given: dict[str, Any] = {
        "occurred_at": at - timedelta(days=1),
        "facts": "The host said that the cream heals acne.",
        "evidence": ["sessions:s1#00:12:31"],
        "source": Origin.OWN_INITIATIVE,
        "by": staff("mo"),
    }
    return actions.open_case(influencer=influencer, code=code, at=at, **{**given, **more})


def issued(case: Case, *, at: datetime = AT, by: User | None = None, **more: Any) -> Action:
    given: dict[str, Any] = {
        "ground": Ground.PLATFORM_RULE,
        "ground_reference": "Rules of the platform, 4.2",
        "public_summary": "A misleading claim about a cosmetic product.",
        "language": "en",
    }
    return actions.issue(case=case, by=by or staff("mo"), at=at, **{**given, **more})


def acted(influencer: Influencer, code: str = "PRM-01", *, at: datetime = AT, **more: Any) -> Action:
    """A case and its action; one that needs two people is approved by the other."""
    action = issued(case(influencer, code, at=at), at=at, **more)
    if action.state == "proposed":
        action = actions.approve(action=action, by=staff("senior"), reason="Agreed.", at=at)
    return action


__all__ = ["AT", "Level", "acted", "case", "host", "issued", "staff"]
