"""What every answer carries, and in which language it speaks."""

import json
import logging

import pytest
from django.test import Client

from config.logs import JsonLines

HEALTHZ = "/healthz"


def test_request_id_is_echoed(client: Client) -> None:
    assert client.get(HEALTHZ, headers={"X-Request-ID": "abc-1.2_3"})["X-Request-ID"] == "abc-1.2_3"


@pytest.mark.parametrize("bad", ["", "a" * 65, "a b", "x\u00e9", '{"a": 1}'])
def test_request_id_that_could_forge_a_log_is_replaced(client: Client, bad: str) -> None:
    answered = client.get(HEALTHZ, headers={"X-Request-ID": bad})["X-Request-ID"]
    assert answered != bad
    assert len(answered) == 32


def test_strict_headers(client: Client) -> None:
    response = client.get(HEALTHZ)
    policy = response["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["X-Frame-Options"] == "DENY"
    assert response["Referrer-Policy"] == "same-origin"
    assert response["Cross-Origin-Opener-Policy"] == "same-origin"


@pytest.mark.django_db
def test_docs_hold_no_inline_code(client: Client) -> None:
    page = client.get("/api/docs/").content.decode()
    assert "<style" not in page
    assert "<script>" not in page


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("query", "cookie", "accept", "language"),
    [
        ("", "", "zh-CN,zh;q=0.9", "zh-hans"),
        ("", "", "", "en"),
        ("", "en", "zh-CN", "en"),
        ("?lang=zh-hans", "en", "en", "zh-hans"),
        ("?lang=en", "zh-hans", "zh-CN", "en"),
        ("?lang=xx", "", "zh-CN", "zh-hans"),
    ],
)
def test_query_wins_over_cookie_over_browser(
    client: Client, query: str, cookie: str, accept: str, language: str
) -> None:
    if cookie:
        client.cookies["django_language"] = cookie
    response = client.get(f"/admin/login/{query}", headers={"Accept-Language": accept} if accept else {})
    assert response["Content-Language"] == language


def test_a_log_line_is_one_json_object() -> None:
    record = logging.LogRecord("x", logging.INFO, "f.py", 1, 'two\nlines "%s"', ("中",), None)
    record.fields = {"ms": 1.5}
    line = JsonLines().format(record)
    assert "\n" not in line
    assert json.loads(line) | {"time": ""} == {
        "time": "",
        "level": "info",
        "logger": "x",
        "message": 'two\nlines "中"',
        "ms": 1.5,
    }
