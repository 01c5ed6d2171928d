"""Sign-up, confirmation, reset, second factor, sessions: by the pages, as a person goes through them."""

import base64
import hmac
import re
import struct
import time

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import User
from django.core import mail
from django.core.cache import cache
from django.test import Client
from pytest_django import Settings

from tests.accounts.people import PASSWORD, account

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nothing_counted() -> None:
    cache.clear()


def link_in(message: mail.EmailMessage) -> str:
    found = re.search(r"http://testserver(/\S+)", str(message.body))
    assert found
    return found[1]


def code_of(secret: str) -> str:
    """RFC 6238: what an authenticator app shows now."""
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    digest = hmac.new(key, struct.pack(">Q", int(time.time()) // 30), "sha1").digest()
    at = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[at : at + 4])[0] & 0x7FFFFFFF) % 1_000_000:06}"


def sign_up(client: Client, email: str) -> None:
    answer = client.post("/accounts/signup/", {"email": email, "password1": PASSWORD, "password2": PASSWORD})
    assert answer.status_code == 302
    assert answer["Location"] == "/accounts/confirm-email/"


def sign_in(client: Client, name: str, password: str = PASSWORD) -> int:
    return client.post("/accounts/login/", {"login": name, "password": password}).status_code


def test_sign_up_confirm_sign_in(client: Client) -> None:
    sign_up(client, "new@example.org")
    assert client.get("/me/").status_code == 302
    assert sign_in(client, "new@example.org") == 302
    assert client.get("/me/").status_code == 302, "an address that is not confirmed opens nothing"
    confirm = link_in(mail.outbox[0])
    assert client.get(confirm).status_code == 200
    assert not EmailAddress.objects.get().verified, "a mail scanner that opens links confirms nothing"
    client.post(confirm)
    assert EmailAddress.objects.get().verified
    Client().get("/")
    other = Client()
    assert sign_in(other, "new@example.org") == 302
    page = other.get("/me/")
    assert page.status_code == 200
    assert "no-cache" in page["Cache-Control"]
    assert "new@example.org" in page.content.decode()


def test_nobody_learns_who_has_an_account() -> None:
    account("known")
    answers = {}
    for email in ("known@example.org", "unknown@example.org"):
        client = Client()
        fields = {"email": email, "password1": PASSWORD, "password2": PASSWORD}
        signed = client.post("/accounts/signup/", fields)
        reset = client.post("/accounts/password/reset/", {"email": email})
        wrong = client.post("/accounts/login/", {"login": f"x{email}", "password": "wrong"})
        answers[email] = [(a.status_code, a.get("Location")) for a in (signed, reset, wrong)]
    assert answers["known@example.org"] == answers["unknown@example.org"]
    assert User.objects.filter(email__startswith="known").count() == 1
    wrong_known = Client().post("/accounts/login/", {"login": "known@example.org", "password": "wrong"})
    wrong_other = Client().post("/accounts/login/", {"login": "nobody@example.org", "password": "wrong"})
    told = [re.findall(r'role="alert">([^<]*)<', a.content.decode()) for a in (wrong_known, wrong_other)]
    assert told[0] == told[1] != []


def test_a_forgotten_password(client: Client) -> None:
    account("lin")
    client.post("/accounts/password/reset/", {"email": "lin@example.org"})
    page = client.get(link_in(mail.outbox[0]), follow=True)
    changed = client.post(
        page.request["PATH_INFO"], {"password1": "another long phrase", "password2": "another long phrase"}
    )
    assert changed.status_code == 302
    assert sign_in(Client(), "lin@example.org") == 200
    assert sign_in(Client(), "lin@example.org", "another long phrase") == 302
    assert client.get(link_in(mail.outbox[0]), follow=True).context["token_fail"], "a link works once"


def test_a_second_factor_is_asked_for_and_kept_encrypted(client: Client) -> None:
    user = account("careful")
    sign_in(client, "careful")
    assert client.get("/accounts/2fa/totp/activate/")["Location"].startswith("/accounts/reauthenticate/")
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    secret = re.search(
        r'id="authenticator_secret"[^>]*value="([A-Z2-7]+)"',
        client.get("/accounts/2fa/totp/activate/").content.decode(),
    )
    assert secret

    assert client.post("/accounts/2fa/totp/activate/", {"code": code_of(secret[1])}).status_code == 302
    kept = Authenticator.objects.get(user=user, type=Authenticator.Type.TOTP)
    assert secret[1] not in str(kept.data)
    other = Client()
    entered = other.post("/accounts/login/", {"login": "careful", "password": PASSWORD})
    assert entered["Location"].startswith("/accounts/2fa/authenticate/")
    assert other.get("/me/").status_code == 302, "half signed in is not signed in"
    cache.clear()  # a code is taken once
    assert other.post("/accounts/2fa/authenticate/", {"code": "000000"}).status_code == 200
    assert other.post("/accounts/2fa/authenticate/", {"code": code_of(secret[1])}).status_code == 302
    assert other.get("/me/").status_code == 200


def test_other_sessions_can_be_ended(client: Client) -> None:
    account("two")
    phone = Client(HTTP_USER_AGENT="Phone 9")
    sign_in(client, "two")
    sign_in(phone, "two")
    listed = client.get("/accounts/sessions/")
    assert "Phone 9" in listed.content.decode()
    client.post("/accounts/sessions/")
    assert phone.get("/me/").status_code == 302
    assert client.get("/me/").status_code == 200


def test_who_fails_too_often_waits_and_nobody_else(settings: Settings) -> None:
    settings.AXES_ENABLED = True
    account("held")
    for _attempt in range(settings.AXES_FAILURE_LIMIT - 1):
        assert sign_in(Client(REMOTE_ADDR="10.0.0.1"), "held@example.org", "wrong") == 200
    last = Client(REMOTE_ADDR="10.0.0.1").post("/accounts/login/", {"login": "held@example.org", "password": "wrong"})
    assert last.status_code == 429
    assert "3600" in last["Retry-After"]
    assert sign_in(Client(REMOTE_ADDR="10.0.0.1"), "held@example.org") in (200, 429)
    assert Client(REMOTE_ADDR="10.0.0.1").get("/me/").status_code == 302
    assert sign_in(Client(REMOTE_ADDR="10.0.0.2"), "held@example.org") == 302, "its owner, from elsewhere"


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_the_pages_have_the_house_around_them(client: Client, language: str) -> None:
    account("looks")
    for path in ("login", "signup", "password/reset"):
        page = client.get(f"/accounts/{path}/?lang={language}").content.decode()
        assert 'class="brand"' in page
        assert "<script>" not in page
    sign_in(client, "looks")
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    for path in ("email", "password/change", "2fa", "sessions", "logout", "2fa/totp/activate", "reauthenticate"):
        answer = client.get(f"/accounts/{path}/?lang={language}")
        assert answer.status_code == 200, path
        assert 'class="brand"' in answer.content.decode()
