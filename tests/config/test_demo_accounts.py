"""The people of the demo: made once, with passwords of this installation alone, each with its role."""

import io
import json
from pathlib import Path

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth.models import User
from django.core.management import call_command

from config import state
from ratings.members import roles
from ratings.models import Claim, Merchant
from tests.feedback.people import host

pytestmark = pytest.mark.django_db
PEOPLE = ["admin", "moderator", "senior", "reviewer", "analyst", "host", "merchant", "member"]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(state, "folder", lambda: tmp_path)
    return tmp_path


def demo_accounts() -> dict[str, str]:
    out = io.StringIO()
    call_command("demo_accounts", stdout=out)
    return dict(line.split() for line in out.getvalue().splitlines())


def test_each_can_sign_in_and_is_what_it_says(folder: Path) -> None:
    other, told = host("h1", name="甲"), host("h2", name="阿岩户外")
    passwords = demo_accounts()
    assert list(passwords) == PEOPLE
    assert len(set(passwords.values())) == len(PEOPLE)
    users = {user.username: user for user in User.objects.filter(username__in=PEOPLE)}
    assert all(users[name].check_password(passwords[name]) for name in PEOPLE)
    assert [name for name in PEOPLE if users[name].is_superuser] == ["admin"]
    assert [name for name in PEOPLE if users[name].is_staff] == ["admin", "moderator", "senior", "reviewer", "analyst"]
    groups = {name: [group.name for group in users[name].groups.all()] for name in PEOPLE}
    assert groups["reviewer"] == ["Appeals reviewer"]
    assert groups["host"] == groups["admin"] == []
    assert EmailAddress.objects.filter(verified=True, primary=True).count() == len(PEOPLE)
    assert roles.influencers_of(users["host"]) == [told]
    assert [merchant.name for merchant in roles.merchants_of(users["merchant"])] == ["晨光优选 (demo)"]
    assert roles.influencers_of(users["member"]) == roles.merchants_of(users["member"]) == []
    assert other not in roles.influencers_of(users["admin"])


def test_a_second_start_changes_nothing_but_restores_a_password(folder: Path) -> None:
    host("h1")
    first = demo_accounts()
    kept = folder / "demo_accounts.json"
    assert json.loads(kept.read_text()) == first
    assert kept.stat().st_mode & 0o077 == 0, "for its owner's eyes alone"
    member = User.objects.get(username="member")
    member.set_password("forgotten")
    member.save()
    assert demo_accounts() == first
    member.refresh_from_db()
    assert member.check_password(first["member"])
    assert (User.objects.filter(username__in=PEOPLE).count(), Merchant.objects.count()) == (len(PEOPLE), 1)
    assert Claim.objects.filter(state="approved").count() == 1


def test_the_host_waits_until_there_is_somebody_to_speak_for(folder: Path) -> None:
    demo_accounts()
    assert not Claim.objects.exists()
    only = host("h1")
    demo_accounts()
    assert Claim.objects.get().influencer == only
