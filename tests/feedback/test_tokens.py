"""Tokens that people carry away may be given to a command as they are."""

import secrets

import pytest

from feedback.tokens import new_token


def test_none_begins_like_an_option(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = iter(["-abc", "_abc", "Abc-"])
    monkeypatch.setattr(secrets, "token_urlsafe", lambda _size: next(drawn))
    assert new_token() == "Abc-"


def test_none_comes_twice() -> None:
    tokens = {new_token() for _ in range(1_000)}
    assert len(tokens) == 1_000
    assert all(len(token) == 32 and token[0].isalnum() for token in tokens)
