"""Staff come in by one door: a password, a second factor where it is required, and a guard against guessing."""

import re

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import User
from django.core import mail
from django.core.cache import cache
from django.test import Client
from pytest_django import Settings

from tests.accounts.people import PASSWORD, account
from tests.accounts.test_sign_up import code_of, sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nothing_counted() -> None:
    cache.clear()


@pytest.fixture
def required(settings: Settings) -> None:
    settings.STAFF_SECOND_FACTOR = True


def enrol(client: Client) -> tuple[str, list[str]]:
    """As a person does it: the secret, and the recovery codes as the page shows them."""
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    page = client.get("/accounts/2fa/totp/activate/").content.decode()
    secret = re.search(r'id="authenticator_secret"[^>]*value="([A-Z2-7]+)"', page)
    assert secret
    codes = client.post("/accounts/2fa/totp/activate/", {"code": code_of(secret[1])}, follow=True)
    found = re.findall(r"\b[0-9a-z]{8}\b", codes.content.decode())
    return secret[1], found


def codes_of(user: User) -> list[str]:
    kept = Authenticator.objects.get(user=user, type=Authenticator.Type.RECOVERY_CODES)
    return list(kept.wrap().get_unused_codes())


def test_the_admin_has_no_door_of_its_own(client: Client) -> None:
    account("mo", is_staff=True)
    for path in ("/admin/", "/admin/queue/", "/admin/login/?next=/admin/queue/"):
        answer = client.get(path, follow=True)
        assert answer.request["PATH_INFO"] == "/accounts/login/", path
    by_form = client.post("/admin/login/", {"username": "mo", "password": PASSWORD})
    assert by_form["Location"] == "/accounts/login/?next=/admin/"
    assert client.get("/admin/").status_code == 302
    away = client.get("/admin/login/?next=https://evil.example/")
    assert away["Location"] == "/accounts/login/?next=/admin/"
    come = client.post("/accounts/login/?next=/admin/queue/", {"login": "mo", "password": PASSWORD})
    assert come["Location"] == "/admin/queue/"
    assert client.get("/admin/queue/").status_code == 200


def test_members_read_that_it_is_not_theirs(client: Client) -> None:
    account("lin")
    sign_in(client, "lin")
    answer = client.get("/admin/queue/", follow=True)
    assert answer.status_code == 403
    assert 'class="brand"' in answer.content.decode()


def test_an_account_made_on_the_command_line_comes_in_without_a_letter(client: Client) -> None:
    User.objects.create_superuser("root", "", PASSWORD)
    assert sign_in(client, "root") == 302
    assert client.get("/admin/").status_code == 200
    assert EmailAddress.objects.get().verified
    assert mail.outbox == []


@pytest.mark.usefixtures("required")
def test_without_a_second_factor_the_admin_stays_shut(client: Client) -> None:
    user = account("mo", is_staff=True, is_superuser=True)
    sign_in(client, "mo")
    for path in ("/admin/", "/admin/queue/", "/admin/audit/", "/admin/ratings/run/", "/admin/auth/user/1/change/"):
        assert client.get(path)["Location"] == "/accounts/2fa/totp/activate/", path
    assert client.post("/admin/queue/", {}).status_code == 302
    told = client.get("/admin/queue/", follow=True)
    assert "Staff sign in with a second factor here" in told.content.decode()
    secret, shown = enrol(client)
    assert client.get("/admin/queue/").status_code == 200
    assert set(codes_of(user)) <= set(shown), "they are shown once it is set up"

    other = Client()
    assert other.post("/accounts/login/", {"login": "mo", "password": PASSWORD})["Location"] == (
        "/accounts/2fa/authenticate/"
    )
    assert other.get("/admin/queue/").status_code == 302
    cache.clear()  # a code is taken once
    assert other.post("/accounts/2fa/authenticate/", {"code": code_of(secret)}).status_code == 302
    assert other.get("/admin/queue/").status_code == 200


@pytest.mark.usefixtures("required")
def test_a_recovery_code_opens_once(client: Client) -> None:
    user = account("mo", is_staff=True)
    sign_in(client, "mo")
    enrol(client)
    code = codes_of(user)[0]
    for expected in (302, 200):
        other = Client()
        sign_in(other, "mo")
        assert other.post("/accounts/2fa/authenticate/", {"code": code}).status_code == expected
        assert (other.get("/admin/queue/").status_code == 200) == (expected == 302)


@pytest.mark.usefixtures("required")
def test_members_need_none(client: Client) -> None:
    account("lin")
    sign_in(client, "lin")
    assert client.get("/me/").status_code == 200


def test_guessing_a_staff_password_ends(client: Client, settings: Settings) -> None:
    settings.AXES_ENABLED = True
    account("mo", is_staff=True)
    for _attempt in range(settings.AXES_FAILURE_LIMIT):
        answer = client.post("/accounts/login/?next=/admin/", {"login": "mo", "password": "wrong"})
    assert answer.status_code == 429
    sign_in(client, "mo")
    assert client.get("/admin/").status_code == 302


def test_staff_see_and_end_their_other_sessions(client: Client) -> None:
    account("mo", is_staff=True)
    desk = Client(HTTP_USER_AGENT="Desk 1")
    sign_in(client, "mo")
    sign_in(desk, "mo")
    assert desk.get("/admin/queue/").status_code == 200
    page = client.get("/admin/queue/").content.decode()
    assert 'href="/accounts/sessions/"' in page
    assert 'href="/accounts/2fa/"' in page
    assert "Desk 1" in client.get("/accounts/sessions/").content.decode()
    client.post("/accounts/sessions/")
    assert desk.get("/admin/queue/").status_code == 302
