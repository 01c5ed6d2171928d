"""A key in the place of another: both serve for a while, then the new one alone; a revoked one serves no more."""

import io
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from feedback.keys import create_api_key, revoke_api_key
from feedback.models import ApiKey

pytestmark = pytest.mark.django_db


def opens(secret: str) -> bool:
    answer = Client().post("/api/v1/ingest/reviews/", "[]", content_type="application/json",
                           headers={"Authorization": f"Api-Key {secret}"})  # fmt: skip
    return answer.status_code == 200


def told(*arguments: str) -> str:
    out = io.StringIO()
    call_command("api_key", *arguments, stdout=out, stderr=io.StringIO())
    return out.getvalue().strip()


def test_both_serve_for_a_while() -> None:
    old, first = create_api_key(name="platform", scope="ingest", source="ks")
    second = told("rotate", old.prefix, "--grace", "2")
    assert opens(first)
    assert opens(second)
    new = ApiKey.objects.exclude(pk=old.pk).get()
    assert (new.name, new.scope, new.source) == ("platform", "ingest", "ks")
    ApiKey.objects.filter(pk=old.pk).update(expiry_date=timezone.now() - timedelta(seconds=1))
    assert not opens(first)
    assert opens(second)
    with pytest.raises(CommandError):
        told("rotate", old.prefix)


def test_without_grace_the_old_one_ends_at_once() -> None:
    old, first = create_api_key(name="platform", scope="ingest")
    second = told("rotate", old.prefix, "--grace", "0")
    assert not opens(first)
    assert opens(second)


def test_a_leaked_key_ends_with_the_next_request() -> None:
    key, secret = create_api_key(name="platform", scope="ingest")
    assert opens(secret)
    revoke_api_key(prefix=key.prefix)
    assert not opens(secret)


def test_only_a_hash_is_kept() -> None:
    key, secret = create_api_key(name="platform", scope="ingest")
    key.refresh_from_db()
    assert secret.partition(".")[2] not in key.hashed_key
    assert len(secret.partition(".")[2]) >= 32
