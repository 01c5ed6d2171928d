"""Keys that machines hold: made, found, taken back. No secret is stored."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils.encoding import force_bytes

from feedback import receipts
from feedback.models import ApiKey, ReceiptKey, Scope

OWN_SOURCE = "consumer"  # ids of what people leave here begin with it; no source may take it
SOURCE = re.compile(r"[A-Za-z0-9._-]{1,32}")
RECEIPT_SECRET = b"clearhost order receipts\0"


class KeyRefusedError(ValueError):
    """A key that cannot be made or found, with the reason in words."""


def create_api_key(*, name: str, scope: str, source: str = "") -> tuple[ApiKey, str]:
    """Make a key; the secret is given here and never again."""
    if not name.strip() or len(name) > 50:
        raise KeyRefusedError("a key needs a name of 1 to 50 characters")
    if scope not in Scope.values:
        raise KeyRefusedError(f"the scope is one of {', '.join(Scope.values)}")
    key = ApiKey(name=name.strip(), scope=scope, source=_source(source))
    secret = str(ApiKey.objects.assign_key(key))
    key.save(force_insert=True)
    return key, secret


def revoke_api_key(*, prefix: str) -> ApiKey:
    """Take a key back for good."""
    key: ApiKey | None = ApiKey.objects.filter(prefix=prefix).first()
    if key is None:
        raise KeyRefusedError(f"no key has the prefix {prefix!r}")
    if not key.revoked:
        key.revoked = True
        key.save(update_fields=["revoked"])
    return key


def rotate_api_key(*, prefix: str, at: datetime, grace: timedelta = timedelta(0)) -> tuple[ApiKey, str]:
    """Make a key like this one in its place; the old one serves on for so long, so that its holder can change over."""
    with transaction.atomic():
        old = ApiKey.objects.select_for_update().filter(prefix=prefix, revoked=False).first()
        if old is None or old.has_expired:
            raise KeyRefusedError(f"no key that is valid has the prefix {prefix!r}")
        if old.scope == Scope.CHECK:
            raise KeyRefusedError("a merchant makes another key on its own page, and revokes this one there")
        new, secret = create_api_key(name=old.name, scope=old.scope, source=old.source)
        if grace:
            old.expiry_date = at + grace
            old.save(update_fields=["expiry_date"])
        else:
            revoke_api_key(prefix=prefix)
    return new, secret


def create_receipt_key(*, platform: str, source: str = "") -> tuple[ReceiptKey, str]:
    """Make a platform's signing key; the secret is given here and never again."""
    if not platform.strip() or len(platform) > 64:
        raise KeyRefusedError("a receipt key needs the platform's name, 1 to 64 characters")
    key_id = "k" + secrets.token_hex(5)
    secret = _receipt_secret(settings.SECRET_KEY, key_id)
    key = ReceiptKey.objects.create(
        key_id=key_id, platform=platform.strip(), source=_source(source), fingerprint=_fingerprint(secret)
    )
    return key, secret


def revoke_receipt_key(*, key_id: str, at: datetime) -> ReceiptKey:
    """Take a signing key back: nothing it signed counts from now on, whatever date it bears."""
    key = ReceiptKey.objects.filter(key_id=key_id).first()
    if key is None:
        raise KeyRefusedError(f"no receipt key has the id {key_id!r}")
    ReceiptKey.objects.filter(pk=key.pk, revoked_at=None).update(revoked_at=at)
    key.refresh_from_db()
    return key


def receipt_key(key_id: str) -> receipts.Key | None:
    """Find the key a receipt names. One whose secret the service can no longer derive is unknown."""
    row = ReceiptKey.objects.filter(key_id=key_id).first()
    for master in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS) if row else ():
        secret = _receipt_secret(master, key_id)
        if row and hmac.compare_digest(_fingerprint(secret), row.fingerprint):
            return receipts.Key(key_id, secret, row.platform, row.source, revoked=row.revoked_at is not None)
    return None


def _receipt_secret(master: str | bytes, key_id: str) -> str:
    """Derive a signing secret, so that a stolen database signs nothing."""
    digest = hmac.new(force_bytes(master), RECEIPT_SECRET + key_id.encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def _fingerprint(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _source(source: str) -> str:
    if source and not SOURCE.fullmatch(source):
        raise KeyRefusedError("a source is up to 32 of the characters A-Z a-z 0-9 . _ -")
    if source == OWN_SOURCE:
        raise KeyRefusedError(f"the source {OWN_SOURCE!r} is taken by the service itself")
    return source
