"""What nobody may read: not in a log, not in an error, not in the repository, and not in the clear in the database."""

from __future__ import annotations

import io
import logging
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core import mail
from django.db import DatabaseError, connection
from django.test import Client
from pytest_django import Settings

from config.logs import JsonLines, clean
from config.state import PROJECT
from feedback.keys import create_api_key
from ratings.members import merchants
from tests.accounts.people import PASSWORD, account, buyer_of
from tests.feedback.people import Platform, host

pytestmark = pytest.mark.django_db


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """Everything that is logged, down to debugging, as the service writes it."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(JsonLines())
    root = logging.getLogger()
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield written
    root.removeHandler(handler)
    root.setLevel(before)


def test_planted_secrets_are_in_no_log_and_no_answer(
    log: io.StringIO, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.METRICS_TOKEN = "planted-token-of-the-metrics"
    h1, client = host(), Client(raise_request_exception=False)
    account("lin")
    _row, key = create_api_key(name="planted", scope="ingest")
    receipt = Platform().receipt("A-1")
    good = {"influencer": h1.slug, "professionalism": 5, "service": 4, "as_described": 3, "receipt": receipt}
    left = client.post("/api/v1/reviews/", good, content_type="application/json").json()
    filed = client.post("/api/v1/complaints/", {"influencer": h1.slug, "topic": "other", "text": "x"},
                        content_type="application/json").json()  # fmt: skip
    planted = {
        "password": "planted-password-77",
        "new password": "planted-new-password-78",
        "session": "",
        "key": key,
        "key that is none": "abcdefgh.plantedplantedplantedplantedpl12",
        "review token": left["token"],
        "complaint token": filed["token"],
        "receipt": receipt,
        "metrics": settings.METRICS_TOKEN,
        "secret key": settings.SECRET_KEY,
        "reviewer key": settings.REVIEWER_KEYS[0],
        "database password": connection.settings_dict["PASSWORD"],
    }
    answers = []

    def sent(found: object) -> None:
        answers.append(getattr(found, "content", b"") if getattr(found, "status_code", 0) >= 400 else b"")

    def crash(*given: object, **more: object) -> None:
        raise DatabaseError(f"no row\nDETAIL:  Key (token)=({left['token']}) given: {given} {more}")

    for path in ("/accounts/login/", "/admin/login/"):
        sent(client.post(path, {"login": "lin", "username": "lin", "password": planted["password"]}))
    sent(client.post("/accounts/signup/", {"email": "a@example.org", "password1": planted["new password"],
                                           "password2": "another"}))  # fmt: skip
    for given in (planted["key"], planted["key that is none"]):
        headers = {"Authorization": f"Api-Key {given}"}
        sent(client.get("/api/v1/changes/", headers=headers))
        sent(client.post("/api/v1/ingest/nothing/", "[", content_type="application/json", headers=headers))
    sent(client.get("/metrics", headers={"Authorization": f"Bearer {planted['metrics']}x"}))
    monkeypatch.setattr("feedback.reviews.digest", crash)
    monkeypatch.setattr("feedback.complaints.digest", crash)
    monkeypatch.setattr("feedback.receipts.verify", crash)
    monkeypatch.setattr("django.contrib.auth.hashers.check_password", crash)
    for path in (
        f"reviews/{left['token']}/",
        f"complaints/{filed['token']}/",
        f"complaints/{filed['token']}/evidence/",
    ):
        sent(client.get(f"/{path}"))
        sent(client.get(f"/api/v1/{path}"))
        sent(client.delete(f"/api/v1/{path}"))
    sent(client.post("/api/v1/reviews/", good, content_type="application/json", headers={"Idempotency-Key": "k" * 20}))
    text = log.getvalue()
    assert "DETAIL" in text, "the crash was logged"
    for name, value in planted.items():
        assert not value or value not in text, name
        assert not value or not any(value.encode() in answer for answer in answers if "token" not in name), name
    assert client.session.session_key is None or client.session.session_key not in text


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("Authorization: Api-Key abcdefgh.secret", "Authorization: Api-Key ▇▇▇"),
        ("GET /api/v1/reviews/0123456789abcdef01234567/ 500", "GET /api/v1/reviews/▇▇▇/ 500"),
        ("GET /complaints/new/?influencer=host-1 200", "GET /complaints/new/?influencer=host-1 200"),
        ("postgres://clearhost:hunter2@db/clearhost", "postgres://clearhost:▇▇▇@db/clearhost"),
        ('{"password": "hunter2", "user": "li"}', '{"password": "▇▇▇", "user": "li"}'),
        ("no row\nDETAIL:  Key (x)=(y)\nmore", "no row\nDETAIL: ▇▇▇\nmore"),
        ("12 letters sent", "12 letters sent"),
    ],
)
def test_logs_are_cleaned(written: str, found: str) -> None:
    assert clean(written) == found


def test_what_lets_in_is_not_in_the_database_in_the_clear() -> None:
    user, merchant = buyer_of("zhao")
    _row, key = merchants.create_key(merchant=merchant, name="till")
    h1 = host()
    good = {"influencer": h1.slug, "professionalism": 5, "service": 4, "as_described": 3}
    token = Client().post("/api/v1/reviews/", good, content_type="application/json").json()["token"]
    secret = Platform().secret
    Client().post("/accounts/password/reset/", {"email": user.email})
    link = re.search(r"/accounts/password/reset/key/\S+", str(mail.outbox[0].body))
    assert link
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace")
        stored = ""
        for (table,) in cursor.fetchall():
            cursor.execute(f"SELECT coalesce(string_agg(t::text, chr(10)), '') FROM \"{table}\" t")
            stored += cursor.fetchone()[0]
    assert merchant.name in stored
    for value in (key, key.partition(".")[2], token, secret, PASSWORD, link[0].rsplit("-", 1)[1].strip("/")):
        assert value not in stored


KEYS = re.compile(
    r"-----BEGIN (?:RSA |EC |OPENSSH |)PRIVATE KEY-----|\bAKIA[0-9A-Z]{16}\b|\bgh[pousr]_[A-Za-z0-9]{36}\b"
    r"|\bxox[abprs]-[A-Za-z0-9-]{10,}|\b[A-Za-z0-9]{8}\.[A-Za-z0-9]{32}\b|://[^/\s:@]+:[^/\s:@{}$\"'<>]{6,}@"
    r"|(?i:secret_key|reviewer_key|metrics_token)\s*=\s*[\"'][A-Za-z0-9+/=_-]{20,}[\"']"
)
HARMLESS = {"smtp+tls://user:password@host:587", "postgres://clearhost:hunter2@db/clearhost"}


def test_no_secret_is_in_the_repository() -> None:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=PROJECT, capture_output=True, check=True, text=True).stdout
    names = [name for name in listed.split("\0") if name and not name.endswith((".po", ".mo", ".woff2", ".png"))]
    assert len(names) > 300
    assert not [
        name for name in names if re.search(r"(^|/)(\.env|.*\.(pem|p12|pfx|key)|id_rsa.*|address\.json)$", name)
    ]
    found = []
    for name in names:
        path = PROJECT / name
        if path.is_file() and path.stat().st_size < 2_000_000:
            text = path.read_text(errors="ignore")
            found += [f"{name}: {hit[0]}" for hit in KEYS.finditer(text) if not hit[0].startswith(tuple(HARMLESS))
                      and not any(harmless.find(hit[0]) >= 0 for harmless in HARMLESS)
                      and "planted" not in hit[0]]  # fmt: skip
    assert found == []


def test_secrets_of_an_installation_are_its_owner_s(tmp_path: Path) -> None:
    script = (
        "import os; from config import state; state.folder = lambda: __import__('pathlib').Path(os.environ['AT']);"
        "state.secret('secret_key'); print(oct((state.folder() / 'secret_key').stat().st_mode & 0o777))"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=PROJECT, env={**os.environ, "AT": str(tmp_path)},
                          capture_output=True, text=True, check=True)  # fmt: skip
    assert done.stdout.strip() == "0o600"
