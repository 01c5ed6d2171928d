"""Sends the letters that carry notices: queued with the notice, tried again later and later, given up at the end.

One that found nobody to read it goes out when somebody speaks for the host.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.db.models import Q, QuerySet
from django.template.loader import render_to_string
from django.utils.translation import override

from influencers.models import Influencer
from ratings.models import Claim, Notice, OutgoingEmail
from ratings.models.governance import EmailState

PAUSES = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 30, 120, 720, 1440))
"""Between attempts; after the last of them a letter has failed."""

STILL_CONCERNS = timedelta(days=183)
"""In which a decision can be reviewed."""

AT_ONCE = 100
OTHER = {"en": "zh-hans", "zh-hans": "en"}
log = logging.getLogger("clearhost.worker")

Deliver = Callable[[EmailMultiAlternatives], object]


def take_up(*, at: datetime) -> int:
    """Queue again the letters nobody could be found for, where somebody can be now; how many.

    Older ones than an appeal may concern stay as they are: the page has them.
    """
    since = at - STILL_CONCERNS
    heard = _speaking().values("influencer")
    readers = Q(notice__influencer__in=heard) | Q(notice__influencer__merged_into__in=heard)
    lost = OutgoingEmail.objects.filter(readers, state=EmailState.NO_ADDRESS, notice__at__gt=since)
    again = OutgoingEmail.objects.filter(pk__in=lost.values("pk"), state=EmailState.NO_ADDRESS)
    return again.update(state=EmailState.QUEUED, next_attempt_at=at, attempts=0)


def send_due(*, at: datetime, deliver: Deliver = EmailMultiAlternatives.send) -> int:
    """Send what is due; how many letters went out.

    Each is put off before it is sent and marked after it: one that a crash caught between the two goes out again, under
    the same Message-ID.
    """
    sent = 0
    for letter in _take(at):
        message = written(letter)
        if message is None:
            _note(letter, state=EmailState.NO_ADDRESS)
            continue
        try:
            deliver(message)
        except Exception as problem:  # whatever a mail server, or the way to it, may come up with
            log.warning("letter %s: %s", letter.pk, problem)
            given_up = letter.attempts > len(PAUSES)
            _note(letter, error=str(problem)[:2000], **({"state": EmailState.FAILED} if given_up else {}))
        else:
            _note(letter, state=EmailState.SENT, sent_at=at, error="", recipient=message.to[0])
            sent += 1
    return sent


@transaction.atomic
def _take(at: datetime) -> list[OutgoingEmail]:
    """What is due, put off so that nobody else takes it meanwhile."""
    due = OutgoingEmail.objects.filter(state=EmailState.QUEUED, next_attempt_at__lte=at).order_by("next_attempt_at")
    letters = list(due.select_for_update(skip_locked=True)[:AT_ONCE])
    for letter in letters:
        letter.next_attempt_at = at + PAUSES[min(letter.attempts, len(PAUSES) - 1)]
        letter.attempts += 1
    OutgoingEmail.objects.bulk_update(letters, ["next_attempt_at", "attempts"])
    return letters


def _note(letter: OutgoingEmail, **what: object) -> None:
    OutgoingEmail.objects.filter(pk=letter.pk).update(**what)


def written(letter: OutgoingEmail) -> EmailMultiAlternatives | None:
    """The message: plain text and simple HTML, the reader's language first; none without an address."""
    notice = letter.notice
    readers = [letter.recipient] if letter.recipient else speakers(notice)
    if not readers:
        return None
    parts = texts(notice)
    message = EmailMultiAlternatives(
        subject=notice.subject,
        body="\n\n— — —\n\n".join([*(f"{part['subject']}\n\n{part['body']}" for part in parts), page_of(notice)]),
        to=readers[:1],
        bcc=readers[1:],
        headers={
            "Message-ID": f"<notice-{notice.pk}.{letter.pk}@clearhost>",
            "Content-Language": notice.language,
            "Auto-Submitted": "auto-generated",
        },
    )
    message.attach_alternative(as_html(notice), "text/html")
    return message


def as_html(notice: Notice) -> str:
    """The letter as simple HTML, for the message and for who wants to see it before."""
    with override(notice.language):
        return render_to_string(
            "ratings/email/notice.html", {"notice": notice, "parts": texts(notice), "page": page_of(notice)}
        )


def page_of(notice: Notice) -> str:
    """The whole address of the page where who speaks for the influencer finds the same text."""
    slug = notice.influencer.slug
    return f"{settings.PUBLIC_URL}/me/{slug}/" if slug else f"{settings.PUBLIC_URL}/me/"


def texts(notice: Notice) -> list[dict[str, str]]:
    """Subject and text in both languages, the reader's first."""
    both = {
        "en": {"lang": "en", "subject": notice.subject_en, "body": notice.body_en},
        "zh-hans": {"lang": "zh-Hans", "subject": notice.subject_zh, "body": notice.body_zh},
    }
    return [both[notice.language], both[OTHER[notice.language]]]


def speakers(notice: Notice) -> list[str]:
    """Addresses of those who speak for the influencer, or for the host it goes on as, the first one first."""
    found = _speaking().filter(influencer__in=_reading(notice.influencer_id))
    return list(dict.fromkeys(found.order_by("decided_at", "pk").values_list("user__email", flat=True)))


def _speaking() -> QuerySet[Claim]:
    return Claim.objects.filter(state=Claim.State.APPROVED, user__is_active=True).exclude(user__email="")


def _reading(influencer: int) -> set[int]:
    """This host and the one it goes on as."""
    return {influencer, *Influencer.survivors([influencer]).values()}
