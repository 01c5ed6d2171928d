"""Signed order receipts: what a platform gives its buyer, and what makes a review verified.

A receipt is `chr1.PAYLOAD.SIGNATURE`: the payload is JSON, the signature HMAC-SHA256 over `chr1.PAYLOAD`, both in
base64url without padding (docs/receipts.md). Nothing here touches the database or reads a clock.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any, NoReturn

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

FORMAT = "chr1"
TOKEN_LENGTH = 2_048
ID_LENGTH = 128
AMOUNT_LIMIT = Decimal(10) ** 12
CLOCK_SKEW = timedelta(minutes=5)  # a platform's clock may run ahead of ours by this much
FORMULA = re.compile(r"=|[@+-].*[()|!*/+=]")  # what a spreadsheet would run
LAST_MOMENT = 4_102_444_800  # 2100-01-01: a time beyond it is milliseconds by mistake


class Problem(StrEnum):
    """Why a receipt does not count; the codes are part of the REST answers."""

    MALFORMED = "malformed"
    UNKNOWN_KEY = "unknown_key"
    REVOKED_KEY = "revoked_key"
    TAMPERED = "tampered"
    NOT_YET_VALID = "not_yet_valid"
    EXPIRED = "expired"
    WRONG_INFLUENCER = "wrong_influencer"
    USED = "used"


MESSAGES: dict[Problem, Promise] = {
    Problem.MALFORMED: _("This is not an order receipt. Copy the whole text, from “chr1.” to its end."),
    Problem.UNKNOWN_KEY: _("We do not know the platform key this receipt was signed with."),
    Problem.REVOKED_KEY: _("The platform key this receipt was signed with is no longer valid. Ask for a new receipt."),
    Problem.TAMPERED: _("The receipt was changed after the platform signed it, or was not copied whole."),
    Problem.NOT_YET_VALID: _("The receipt is dated in the future."),
    Problem.EXPIRED: _("The receipt has expired. Ask the platform for a new one."),
    Problem.WRONG_INFLUENCER: _("The receipt belongs to an order from another host."),
    Problem.USED: _("This order has been reviewed already; an order counts once."),
}


class ReceiptError(ValueError):
    """A receipt that does not count, with the reason as a code and in words."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.value)
        self.problem = problem

    @property
    def message(self) -> Promise:
        return MESSAGES[self.problem]


@dataclass(frozen=True)
class Key:
    """What a platform signs with. `source` is the prefix its ids carry here (`ingest --source`), often empty."""

    key_id: str
    secret: str
    platform: str
    source: str = ""
    revoked: bool = False


@dataclass(frozen=True)
class Receipt:
    """An order that a platform vouches for; ids as evidence files of that platform carry them."""

    key_id: str
    platform: str
    order_id: str
    influencer_id: str
    session_id: str
    buyer_id: str
    amount: Decimal | None
    currency: str
    issued: datetime
    expires: datetime

    @property
    def order_key(self) -> str:
        """The order's identity across platforms, without naming it: one review for each of these."""
        return hashlib.sha256(f"{self.platform}\0{self.order_id}".encode()).hexdigest()


def sign(claims: Mapping[str, Any], *, secret: str) -> str:
    """Make a receipt, as a platform does."""
    body = f"{FORMAT}.{_encode(json.dumps(claims, ensure_ascii=False, separators=(',', ':')).encode())}"
    return f"{body}.{_encode(_signature(body, secret))}"


def key_id(token: str) -> str:
    """Say which key a receipt names, before anything of it is believed."""
    return _text(_claims(token), "key", required=True)


def verify(token: str, *, key: Key | None, influencer_id: str, at: datetime) -> Receipt:
    """Give the order a receipt stands for.

    Raises
    ------
    ReceiptError
        with the first reason why it does not count: form, key, signature, time, influencer, in that order.
    """
    claims = _claims(token)
    if key is None or key.key_id != _text(claims, "key", required=True):
        raise ReceiptError(Problem.UNKNOWN_KEY)
    body, _dot, signature = token.strip().rpartition(".")
    if not hmac.compare_digest(_signature(body, key.secret), _decode(signature)):
        raise ReceiptError(Problem.TAMPERED)
    if key.revoked:
        raise ReceiptError(Problem.REVOKED_KEY)
    receipt = _receipt(claims, key)
    if receipt.issued > at + CLOCK_SKEW:
        raise ReceiptError(Problem.NOT_YET_VALID)
    if receipt.expires <= at:
        raise ReceiptError(Problem.EXPIRED)
    if receipt.influencer_id != influencer_id:
        raise ReceiptError(Problem.WRONG_INFLUENCER)
    return receipt


def _receipt(claims: Mapping[str, Any], key: Key) -> Receipt:
    def known_as(name: str, *, required: bool = False) -> str:
        own = _text(claims, name, required=required)
        return f"{key.source}:{own}" if own and key.source else own

    return Receipt(
        key_id=key.key_id,
        platform=key.platform,
        order_id=known_as("order", required=True),
        influencer_id=known_as("influencer", required=True),
        session_id=known_as("session"),
        buyer_id=known_as("buyer"),
        amount=_amount(claims),
        currency=_text(claims, "currency"),
        issued=_moment(claims, "issued"),
        expires=_moment(claims, "expires"),
    )


def _claims(token: str) -> dict[str, Any]:
    token = token.strip()
    parts = token.split(".")
    if len(token) > TOKEN_LENGTH or len(parts) != 3 or parts[0] != FORMAT:
        raise ReceiptError(Problem.MALFORMED)
    try:
        claims = json.loads(_decode(parts[1]), parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise ReceiptError(Problem.MALFORMED) from None
    if not isinstance(claims, dict):
        raise ReceiptError(Problem.MALFORMED)
    return claims


def _text(claims: Mapping[str, Any], name: str, *, required: bool = False) -> str:
    value = claims.get(name)
    if value is None and not required:
        return ""
    if not isinstance(value, str) or len(value) > ID_LENGTH or not value.isprintable() or (required and not value):
        raise ReceiptError(Problem.MALFORMED)
    if FORMULA.match(value):
        raise ReceiptError(Problem.MALFORMED)
    return value


def _amount(claims: Mapping[str, Any]) -> Decimal | None:
    value = claims.get("amount")
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise ReceiptError(Problem.MALFORMED)
    try:
        amount = Decimal(str(value))
    except InvalidOperation:
        raise ReceiptError(Problem.MALFORMED) from None
    if not amount.is_finite() or not 0 <= amount <= AMOUNT_LIMIT:
        raise ReceiptError(Problem.MALFORMED)
    return amount.quantize(Decimal("0.01"))


def _moment(claims: Mapping[str, Any], name: str) -> datetime:
    value = claims.get(name)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= LAST_MOMENT:
        raise ReceiptError(Problem.MALFORMED)
    return datetime.fromtimestamp(value, UTC)


def _signature(body: str, secret: str) -> bytes:
    return hmac.new(secret.encode(), body.encode(), hashlib.sha256).digest()


def _encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _decode(text: str) -> bytes:
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise ReceiptError(Problem.MALFORMED) from None


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)
