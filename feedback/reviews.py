"""A consumer's own review: left with or without a receipt, withdrawn with its token."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime

from django.core import signing
from django.db import IntegrityError, transaction

from feedback import intake, receipts
from feedback.keys import OWN_SOURCE, receipt_key
from feedback.kinds import REVIEWS
from feedback.models import Review, Ticket
from feedback.pace import demand_pace_about
from feedback.receipts import Problem, Receipt, ReceiptError
from feedback.rows import record_own
from feedback.tokens import new_token
from influencers.models import Influencer

MOST_UNVERIFIED = 600  # of one influencer in an hour
WITHDRAWN = "withdrawn by its author"
REVIEWER_SALT = "clearhost.reviewer"


class UnknownTokenError(LookupError):
    """Nothing belongs to this token."""


@dataclass(frozen=True)
class Left:
    """A review that was taken in: what its author keeps, and whether the receipt counted."""

    review_id: str
    token: str
    reviewer: str
    verified: bool
    problem: Problem | None


@dataclass(frozen=True)
class Marks:
    """Whole numbers from 1 to 5."""

    professionalism: int
    service: int
    as_described: int


def leave_review(
    *,
    influencer: Influencer,
    marks: Marks,
    text: str,
    at: datetime,
    receipt: str = "",
    reviewer: str = "",
    language: str = "",
) -> Left:
    """Take in a review. A receipt that does not count leaves it unverified and is named in the answer."""
    order, problem = read_receipt(receipt, influencer=influencer, at=at)
    if order is None:
        demand_pace_about(influencer.pk, scope="reviews-about", most=MOST_UNVERIFIED)
    person = _person(reviewer)
    review_id, token = f"{OWN_SOURCE}:{secrets.token_hex(12)}", new_token()
    with transaction.atomic():
        ticket = Ticket(review_id=review_id, token_digest=digest(token), created_at=at)
        if order and not _claim(ticket, order, influencer):
            order, problem = None, Problem.USED
        if order is None:
            ticket.save(force_insert=True)
        record_own(
            kind=REVIEWS,
            row={
                "review_id": review_id,
                "influencer_id": influencer.source_id,
                "reviewer_id": (order and order.buyer_id) or f"{OWN_SOURCE}:{person}",
                "created_at": at,
                "professionalism": marks.professionalism,
                "service": marks.service,
                "as_described": marks.as_described,
                "session_id": (order and order.session_id) or None,
                "order_id": order.order_id if order else None,
                "verified": order is not None,
                "text": text or None,
                "language": language or None,
            },
            at=at,
        )
    return Left(review_id, token, signing.dumps(person, salt=REVIEWER_SALT), order is not None, problem)


def withdraw_review(*, token: str, at: datetime) -> Ticket:
    """Take a review out again, for its author. Doing it twice changes nothing."""
    with transaction.atomic():
        ticket = Ticket.objects.select_for_update().filter(token_digest=digest(token)).first()
        if ticket is None:
            raise UnknownTokenError
        if ticket.withdrawn_at is None:
            intake.void(kind=REVIEWS, ids=[ticket.review_id], reason=WITHDRAWN, at=at)
            ticket.withdrawn_at = at
            ticket.save(update_fields=["withdrawn_at"])
    return ticket


def ticket_of(token: str) -> Ticket:
    """Find what a token belongs to."""
    ticket = Ticket.objects.filter(token_digest=digest(token)).first()
    if ticket is None:
        raise UnknownTokenError
    return ticket


def read_receipt(text: str, *, influencer: Influencer, at: datetime) -> tuple[Receipt | None, Problem | None]:
    """Give the order of a receipt, or why it does not count; neither when there is none."""
    if not text.strip():
        return None, None
    try:
        key = receipt_key(receipts.key_id(text))
        return receipts.verify(text, key=key, influencer_id=influencer.source_id, at=at), None
    except ReceiptError as error:
        return None, error.problem


def reviewed_already(order: Receipt, influencer: Influencer) -> bool:
    """Say whether an order was reviewed, here or in the evidence its platform sent."""
    return (
        Ticket.objects.filter(order_key=order.order_key).exists()
        or Review.objects.filter(influencer=influencer, order_id=order.order_id, verified=True, voided_at=None).exists()
    )


def digest(token: str) -> str:
    """Give the form in which a token is kept."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def _claim(ticket: Ticket, order: Receipt, influencer: Influencer) -> bool:
    """Use an order up; of two that race for it one wins."""
    if reviewed_already(order, influencer):
        return False
    ticket.order_key = order.order_key
    try:
        with transaction.atomic():
            ticket.save(force_insert=True)
    except IntegrityError:
        ticket.pk = ticket.order_key = None
        return False
    return True


def _person(reviewer: str) -> str:
    """Recognise the author of earlier reviews by a token only we can make, or take them for somebody new."""
    try:
        return str(signing.loads(reviewer, salt=REVIEWER_SALT))
    except signing.BadSignature:
        return secrets.token_hex(16)
