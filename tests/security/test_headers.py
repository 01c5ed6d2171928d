"""The headers of the house on every answer, whoever gives it: pages, API, errors, files, admin, or no view at all."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django import Settings

from feedback import complaints
from feedback.attachments import examine
from feedback.models import Topic
from ratings.models import PublicDocument, Run
from tests.accounts.people import AT, PASSWORD, account

pytestmark = pytest.mark.django_db
YEAR = 365 * 24 * 3600


@pytest.fixture
def https(settings: Settings) -> None:
    """As behind a proxy that speaks TLS."""
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    settings.SECURE_HSTS_SECONDS = YEAR
    settings.SECURE_HSTS_INCLUDE_SUBDOMAINS = settings.SECURE_HSTS_PRELOAD = True
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = settings.LANGUAGE_COOKIE_SECURE = True
    settings.SECURE_SSL_REDIRECT = True


@pytest.fixture
def answers(closed: Run, https: None, settings: Settings, tmp_path: Any) -> dict[str, Any]:
    """One answer of every kind."""
    settings.ATTACHMENTS_ROOT = tmp_path
    settings.METRICS_TOKEN = "t" * 32
    document = PublicDocument.objects.order_by("pk").first()
    assert document is not None
    upload = SimpleUploadedFile("bill.pdf", b"%PDF-1.4 x %%EOF")
    files = examine([upload])
    filed = complaints.file_complaint(
        influencer=document.influencer, topic=Topic.OTHER, text="It never came.", files=files, at=AT
    )
    staff = Client()
    staff.force_login(account("boss", is_staff=True, is_superuser=True))
    client = Client(raise_request_exception=False)
    secure = {"HTTP_X_FORWARDED_PROTO": "https"}
    slug, name = document.slug, filed.case.attachments.get().name

    def get(path: str, who: Client = client, **more: Any) -> Any:
        return who.get(path, **{**secure, **more})

    def read(answer: Any) -> Any:
        """To its end; closing it would also close the connection of this test."""
        b"".join(answer.streaming_content)
        for close in answer._resource_closers:
            close()
        return answer

    card = f"/api/v1/influencers/{slug}/scorecard/"
    settings.DEBUG = False
    return {
        "home": get("/"),
        "card page": get(f"/influencers/{slug}/"),
        "stored document": get(card),
        "stored document, unchanged": get(card, HTTP_IF_NONE_MATCH=get(card)["ETag"]),
        "list": get("/api/v1/rankings/"),
        "list, kept": get("/api/v1/rankings/"),
        "list, unchanged": get("/api/v1/rankings/", HTTP_IF_NONE_MATCH=get("/api/v1/rankings/")["ETag"]),
        "badge": get(f"/api/v1/influencers/{slug}/badge.svg"),
        "schema": get("/api/schema/"),
        "documentation": get("/api/docs/"),
        "robots": get("/robots.txt"),
        "health": get("/healthz"),
        "ready": get("/readyz"),
        "metrics": get("/metrics", HTTP_AUTHORIZATION=f"Bearer {'t' * 32}"),
        "static file": read(get("/static/ratings/css/clearhost.css")),
        "no static file": get("/static/nothing.css"),
        "no page": get("/nothing/"),
        "nothing under the API": get("/api/v1/nothing/"),
        "bad request": get("/api/v1/rankings/?x=1"),
        "method not allowed": client.put("/api/v1/rankings/", **secure),
        "method not allowed for a page": client.put("/rankings/", **secure),
        "not authenticated": get("/api/v1/watchlist/"),
        "forbidden": get("/api/v1/me/"),
        "forgery": Client(enforce_csrf_checks=True).post("/accounts/login/", {"login": "x"}, **secure),
        "too large": client.post("/accounts/login/", b"x" * 4_000_000, content_type="text/plain", **secure),
        "host that is not ours": get("/", HTTP_HOST="evil.example"),
        "host that is not ours, document": get(card, HTTP_HOST="evil.example"),
        "redirect to TLS": client.get("/"),
        "sign in": get("/accounts/login/"),
        "admin sign in": get("/admin/login/"),
        "admin": get("/admin/", staff),
        "admin list": get("/admin/feedback/case/", staff),
        "attachment": read(get(f"/api/v1/complaints/{filed.token}/attachments/{name}/")),
        "complaint": get(f"/complaints/{filed.token}/"),
        "evidence as PDF": get(f"/api/v1/complaints/{filed.token}/evidence.pdf"),
    }


def test_every_answer_carries_them(answers: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(*args: object) -> None:
        raise RuntimeError

    monkeypatch.setattr("ratings.publication.public_run", crash)
    broken = Client(raise_request_exception=False)
    for name, path in (("our fault", "/rankings/"), ("our fault, API", "/api/v1/rankings/?by=p_top10")):
        answers[name] = broken.get(path, HTTP_X_FORWARDED_PROTO="https")
    seen = set()
    for name, answer in answers.items():
        headers = answer.headers
        seen.add(answer.status_code)
        assert headers["X-Content-Type-Options"] == "nosniff", name
        assert headers["X-Frame-Options"] == "DENY", name
        assert headers["Referrer-Policy"] == "same-origin", name
        assert headers["Cross-Origin-Opener-Policy"] == "same-origin", name
        policy = headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy, name
        assert "frame-ancestors 'none'" in policy or "sandbox" in policy, name
        assert "unsafe" not in policy, name
        assert "http:" not in policy, name
        assert headers["X-Request-ID"], name
        if name != "redirect to TLS":
            expected = f"max-age={YEAR}; includeSubDomains; preload"
            assert headers.get("Strict-Transport-Security") == expected, name
        assert "Server" not in headers, name
        assert "X-Powered-By" not in headers, name
    assert {200, 301, 302, 304, 400, 401, 403, 404, 405, 413} <= seen


def test_what_is_personal_is_kept_by_no_cache(answers: dict[str, Any]) -> None:
    for name in ("attachment", "complaint", "evidence as PDF", "forbidden", "admin", "admin list"):
        said = answers[name]["Cache-Control"]
        assert "no-store" in said or "private" in said or "no-cache" in said, name


def test_cookies(https: None) -> None:
    account("lin")
    client = Client(HTTP_X_FORWARDED_PROTO="https")
    client.get("/accounts/login/")
    client.post("/accounts/login/", {"login": "lin", "password": PASSWORD})
    client.post("/i18n/setlang/", {"language": "zh-hans"})
    assert {"sessionid", "csrftoken", "django_language"} <= set(client.cookies)
    for name, cookie in client.cookies.items():
        assert cookie["secure"], name
        assert cookie["samesite"] == "Lax", name
        assert not cookie["domain"], name
        assert cookie["httponly"] or name in ("csrftoken", "django_language"), name
    assert int(client.cookies["sessionid"]["max-age"] or 0) <= 7 * 24 * 3600, "until the browser closes, or a week"


def test_a_session_is_another_after_signing_in_and_none_after_signing_out() -> None:
    account("lin")
    client = Client()
    client.get("/accounts/login/")
    session = client.session
    session["planted"] = "by somebody else"
    session.save()
    client.cookies["sessionid"] = planted = session.session_key or ""
    client.post("/accounts/login/", {"login": "lin", "password": PASSWORD})
    signed_in = client.cookies["sessionid"].value
    assert signed_in != planted
    client.post("/accounts/logout/")
    thief = Client()
    thief.cookies["sessionid"] = signed_in
    assert thief.get("/me/").status_code == 302


def test_another_password_ends_every_other_session() -> None:
    account("lin")
    here, there = Client(), Client()
    for client in (here, there):
        client.post("/accounts/login/", {"login": "lin", "password": PASSWORD})
    new = {"oldpassword": PASSWORD, "password1": "another long phrase", "password2": "another long phrase"}
    assert here.post("/accounts/password/change/", new).status_code == 302
    assert there.get("/me/").status_code == 302


def test_staff_sessions_end_when_idle_and_after_a_shift(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1_000_000.0
    monkeypatch.setattr("config.guards.time.time", lambda: now)
    boss = account("boss", is_staff=True, is_superuser=True)
    client = Client()
    client.force_login(boss)
    assert client.get("/admin/").status_code == 200
    for _quarter in range(47):
        now += 15 * 60
        assert client.get("/admin/").status_code == 200
    now += 16 * 60  # twelve hours and a minute
    assert client.get("/admin/").status_code == 302
    client.force_login(boss)
    assert client.get("/admin/").status_code == 200
    now += 31 * 60
    assert client.get("/admin/").status_code == 302
    assert client.get("/admin/").status_code == 302, "it does not come back"


def test_forgery_is_refused_everywhere_a_session_writes() -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(account("boss", is_staff=True, is_superuser=True))
    for path in ("/admin/feedback/case/", "/accounts/logout/", "/accounts/password/change/", "/me/register/",
                 "/api/v1/me/replies/", "/api/v1/watchlist/", "/api/v1/checks/"):  # fmt: skip
        assert client.post(path, {}, content_type="application/json").status_code == 403, path
