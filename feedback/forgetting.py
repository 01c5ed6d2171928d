"""One person's data: given to them whole, or forgotten, so that what was counted stays countable.

Marks, dates and amounts stay, for ratings are made of them; words, files, and what leads back to the person go.
"""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Collection
from datetime import datetime
from functools import partial
from typing import Any

from django.db import connection, transaction
from django.forms.models import model_to_dict

from feedback import complaints, pack, pseudonyms
from feedback.attachments import location
from feedback.kinds import COMPLAINTS
from feedback.models import Attachment, Case, Complaint, Order, Review, Revision, Ticket
from feedback.reviews import digest

FORGOTTEN = "[…]"  # where words were


def reviewers_of(*, ids: Collection[str] = (), tokens: Collection[str] = ()) -> set[uuid.UUID]:
    """Pseudonyms of a person, by the ids a platform knows them under and by tokens of reviews they left here."""
    found = {uuid.UUID(pseudonyms.pseudonym(one)) for one in ids}
    left = Ticket.objects.filter(token_digest__in=[digest(token) for token in tokens]).values("review_id")
    return found | set(Review.objects.filter(source_id__in=left).values_list("reviewer_id", flat=True))


def kept(*, reviewers: Collection[uuid.UUID], cases: Collection[Case], at: datetime) -> dict[str, Any]:
    """All that is stored about a person, as JSON."""
    return {
        "reviews": [_row(found) for found in Review.objects.filter(reviewer_id__in=reviewers).order_by("pk")],
        "orders": [_row(found) for found in Order.objects.filter(buyer_id__in=reviewers).order_by("pk")],
        "earlier_revisions": [found.row for found in _history(reviewers)],
        "complaints": [pack.evidence_pack(case, at=at) for case in cases],
    }


def cases_of(tokens: Collection[str]) -> list[Case]:
    """The cases that these tokens follow."""
    return [complaints.case_of(token) for token in tokens]


@transaction.atomic
def forget_reviewers(*, reviewers: Collection[uuid.UUID]) -> tuple[dict[str, str], int]:
    """Take the words of these people out of their reviews.

    Answers the pseudonyms to be renamed, one nobody for each, and how many reviews there were: they stay together, so
    that trust comes out the same, and lead back to nobody.
    """
    with connection.cursor() as cursor:
        cursor.execute(pseudonyms.LOCK.format(shared=""))
    own = Review.objects.filter(reviewer_id__in=reviewers)
    tickets = Ticket.objects.filter(review_id__in=own.values("source_id"))
    for ticket in tickets.select_for_update():
        ticket.token_digest = secrets.token_hex(32)
        ticket.save(update_fields=["token_digest"])
    count = own.update(text=None, language=None)
    for found in _history(reviewers):
        found.row |= {name: None for name in ("text", "language") if name in found.row}
        found.save(update_fields=["row"])
    return {one.hex: pseudonyms.nobody() for one in reviewers}, count


@transaction.atomic
def forget_case(*, case: Case) -> int:
    """Take the consumer's words and files out of a case; how it was decided stays on record."""
    case = Case.objects.select_for_update().get(pk=case.pk)
    files = list(Attachment.objects.filter(case=case))
    case.text, case.order_id, case.token_digest = FORGOTTEN, "", secrets.token_hex(32)
    case.save(update_fields=["text", "order_id", "token_digest"])
    Complaint.objects.filter(source_id=case.complaint_id).update(text=None, order_id=None)
    for found in Revision.objects.filter(kind=COMPLAINTS.name, source_id=case.complaint_id):
        found.row |= {name: None for name in ("text", "order_id") if name in found.row}
        found.save(update_fields=["row"])
    with connection.cursor() as cursor:
        cursor.execute("SELECT feedback_forget_words(%s)", [case.pk])
    Attachment.objects.filter(case=case).delete()
    for file in files:
        transaction.on_commit(partial(location(file.name).unlink, missing_ok=True))
    return len(files)


def _history(reviewers: Collection[uuid.UUID]) -> list[Revision]:
    names = [str(one) for one in reviewers]
    return [
        *Revision.objects.filter(kind="reviews", row__reviewer_id__in=names),
        *Revision.objects.filter(kind="orders", row__buyer_id__in=names),
    ]


def _row(found: Review | Order) -> dict[str, Any]:
    own = {"reviewer_id": found.reviewer_id} if isinstance(found, Review) else {"buyer_id": found.buyer_id}
    return {**model_to_dict(found), **own}
