"""Guessing and finding out: how often one may try, what an answer tells, how much work it takes, what a password is."""

from __future__ import annotations

from typing import Any

import pytest
from allauth.mfa.totp.internal import auth
from django.contrib.auth import hashers
from django.contrib.auth.models import User
from django.core.cache import cache
from django.test import Client
from pytest_django import Settings

from tests.accounts.people import PASSWORD, account

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nothing_counted() -> None:
    cache.clear()


@pytest.fixture
def limited(settings: Settings) -> None:
    settings.ACCOUNT_RATE_LIMITS = {"login_failed": "20/m/ip,100/h/key"}
    settings.AXES_ENABLED = True


def sign_in(name: str, password: str, address: str = "10.0.0.1", path: str = "/accounts/login/") -> int:
    return Client(REMOTE_ADDR=address).post(path, {"login": name, "password": password}).status_code


def test_one_address_is_held_whatever_names_it_tries(limited: None) -> None:
    account("lin")
    tried = [sign_in(f"name{number}", "wrong") for number in range(25)]
    assert tried[:19] == [200] * 19
    assert sign_in("lin", PASSWORD) != 302, "held"
    assert sign_in("lin", PASSWORD, "10.0.0.2") == 302, "the owner, from elsewhere"


def test_one_account_is_held_against_many_addresses_at_a_hundred_an_hour(limited: None) -> None:
    account("lin")
    for number in range(100):
        sign_in("lin", "wrong", f"10.1.{number}.1")
    assert sign_in("lin", PASSWORD, "10.2.0.1") != 302
    account("wang")
    assert sign_in("wang", PASSWORD, "10.2.0.1") == 302


@pytest.fixture
def hashed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every password that a hash is computed of."""
    counted: list[str] = []
    hasher = hashers.get_hasher().__class__
    encode = hasher.encode

    def counting(self: Any, password: str, salt: str, *more: Any) -> str:
        counted.append(password)
        return str(encode(self, password, salt, *more))

    monkeypatch.setattr(hasher, "encode", counting)
    return counted


def test_the_same_work_whether_an_account_exists_or_not(hashed: list[str]) -> None:
    """Time tells, too: a hash is computed once either way."""
    account("lin")
    work = {}
    for name in ("lin", "lin@example.org", "nobody", "nobody@example.org"):
        hashed.clear()
        sign_in(name, "wrong wrong wrong")
        work[name] = len(hashed)
    assert work["lin"] == work["nobody"] >= 1
    assert work["lin@example.org"] == work["nobody@example.org"] >= 1


def test_signing_up_is_the_same_work_for_an_address_that_is_taken(hashed: list[str]) -> None:
    account("lin")
    work = {}
    for email in ("lin@example.org", "nobody@example.org"):
        hashed.clear()
        fields = {"email": email, "password1": PASSWORD, "password2": PASSWORD}
        assert Client().post("/accounts/signup/", fields).status_code == 302
        work[email] = len(hashed)
    assert work["lin@example.org"] == work["nobody@example.org"] == 1


def test_an_account_that_is_shut_says_no_more_than_one_that_is_not_there() -> None:
    shut = account("shut")
    User.objects.filter(pk=shut.pk).update(is_active=False)
    pages = [Client().post("/accounts/login/", {"login": name, "password": "wrong"}) for name in ("shut", "nobody")]
    assert [page.status_code for page in pages] == [200, 200]
    assert "inactive" not in pages[0].content.decode().lower()


@pytest.mark.parametrize(
    "password", ["short", "elevenchars", "password1234", "123456789012", "new@example.org", "newexample.org", ""]
)
def test_weak_passwords(password: str) -> None:
    fields = {"email": "new@example.org", "password1": password, "password2": password}
    assert Client().post("/accounts/signup/", fields).status_code == 200
    assert not User.objects.exists()


@pytest.mark.parametrize(
    "password", ["twelve chars", "很长的一句话很难猜到的呀", "x" * 60 + "Y 7", "correct horse battery"]
)
def test_good_passwords_need_no_rules(password: str) -> None:
    fields = {"email": "new@example.org", "password1": password, "password2": password}
    assert Client().post("/accounts/signup/", fields).status_code == 302
    assert User.objects.get().check_password(password)


def test_codes_of_a_second_factor_cannot_be_tried_for_ever(limited: None) -> None:
    user = account("careful")
    auth.TOTP.activate(user, auth.generate_totp_secret())
    heard = 0
    for number in range(30):
        client = Client(REMOTE_ADDR=f"10.3.{number}.1")
        client.post("/accounts/login/", {"login": "careful", "password": PASSWORD})
        for code in range(5):
            page = client.post("/accounts/2fa/authenticate/", {"code": f"{number * 5 + code:06}"}).content.decode()
            heard += "Too many" not in page
    assert 90 <= heard <= 100, "a hundred an hour, from wherever"


def test_a_link_leads_nowhere_else() -> None:
    account("lin")
    for wanted in ("https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)"):
        answer = Client().post(
            f"/accounts/login/?next={wanted}", {"login": "lin", "password": PASSWORD, "next": wanted}
        )
        assert answer.status_code in (302, 400), wanted
        assert "evil" not in answer.get("Location", ""), wanted
        assert "javascript" not in answer.get("Location", ""), wanted
