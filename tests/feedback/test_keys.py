"""Keys by command: shown once, told apart by prefix, taken back; no secret in the database."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from feedback.keys import KeyRefusedError, create_api_key, create_receipt_key
from feedback.models import ApiKey, ReceiptKey


def run(*words: str) -> str:
    out = StringIO()
    call_command(*words, stdout=out, stderr=StringIO())
    return out.getvalue()


def everything_stored() -> str:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (SELECT json_agg(k) FROM feedback_apikey k)::text || "
            "(SELECT json_agg(k) FROM feedback_receiptkey k)::text"
        )
        return str(cursor.fetchone()[0])


@pytest.mark.django_db
def test_a_life_of_an_api_key() -> None:
    secret = run("api_key", "create", "Shop A", "--scope", "ingest", "--source", "douyin").strip()
    key = ApiKey.objects.get()
    assert secret.startswith(f"{key.prefix}.")
    assert (key.name, key.scope, key.source) == ("Shop A", "ingest", "douyin")
    listed = run("api_key", "list")
    assert key.prefix in listed
    assert "valid" in listed
    assert secret not in listed
    run("api_key", "revoke", key.prefix)
    run("api_key", "revoke", key.prefix)
    assert "revoked" in run("api_key", "list")


@pytest.mark.django_db
def test_a_life_of_a_receipt_key() -> None:
    key_id, secret = run("receipt_key", "create", "Kuaishou").split()
    assert ReceiptKey.objects.get().key_id == key_id
    assert len(secret) == 43
    run("api_key", "create", "Shop", "--scope", "read")
    assert secret not in everything_stored()
    assert f"{key_id}\tvalid" in run("receipt_key", "list")
    run("receipt_key", "revoke", key_id)
    assert f"{key_id}\trevoked" in run("receipt_key", "list")


@pytest.mark.django_db
@pytest.mark.parametrize(
    "words",
    [
        ("api_key", "create", "Shop"),
        ("api_key", "create", "Shop", "--scope", "everything"),
        ("api_key", "create", " ", "--scope", "read"),
        ("api_key", "create", "x" * 51, "--scope", "read"),
        ("api_key", "create", "Shop", "--scope", "read", "--source", "a b"),
        ("api_key", "create", "Shop", "--scope", "read", "--source", "consumer"),
        ("api_key", "revoke", "nothing"),
        ("receipt_key", "create", ""),
        ("receipt_key", "revoke", "k1"),
        ("receipt_key",),
    ],
)
def test_what_cannot_be_done_is_said(words: tuple[str, ...]) -> None:
    with pytest.raises(CommandError):
        run(*words)
    assert not ApiKey.objects.exists()


@pytest.mark.django_db
def test_two_keys_never_share_a_secret() -> None:
    assert create_receipt_key(platform="A")[1] != create_receipt_key(platform="A")[1]
    with pytest.raises(KeyRefusedError):
        create_api_key(name="x", scope="")
