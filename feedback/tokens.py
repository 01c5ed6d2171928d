"""Secrets that people carry away: in the link to a review or a complaint of theirs."""

from __future__ import annotations

import secrets

BYTES = 24


def new_token() -> str:
    """A secret of 192 bits, safe in links; not beginning with "-", which a command takes for an option."""
    while not (token := secrets.token_urlsafe(BYTES))[0].isalnum():
        pass
    return token
