"""Letters: in both languages, sent once, tried again later and later, given up at the end."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import User
from django.core import mail
from django.core.mail import EmailMultiAlternatives
from pytest_django import Settings

from influencers.models import Influencer
from ratings.governance import letters
from ratings.governance.letters import send_due, take_up
from ratings.models import Claim, Notice, OutgoingEmail
from tests.feedback.people import host

pytestmark = pytest.mark.django_db
AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def speaker(who: Influencer, name: str = "rain", *, state: str = "approved") -> User:
    user = User.objects.create_user(name, email=f"{name}@example.com")
    at = None if state == "pending" else AT
    Claim.objects.create(
        influencer=who,
        user=user,
        statement="x",
        state=state,
        made_at=AT,
        decided_at=at,
        decided_by=None if state == "pending" else User.objects.create_user(f"clerk of {name}"),
        reason="" if state == "pending" else "x",
        ended_at=AT if state == "ended" else None,
    )
    return user


def queued(who: Influencer, *, language: str = "zh-hans") -> OutgoingEmail:
    notice = Notice.objects.create(
        influencer=who,
        kind="action",
        language=language,
        subject_en="A warning <PRC-01>",
        subject_zh="一项警告",
        body_en="Facts & grounds.\n\nHow to appeal.",
        body_zh="事实与依据。\n\n如何申诉。",
        at=AT,
    )
    return OutgoingEmail.objects.create(notice=notice, next_attempt_at=AT)


def refuse(message: EmailMultiAlternatives) -> None:
    raise OSError("connection refused")


def test_a_letter_is_sent_once_in_both_languages_the_readers_first(settings: Settings) -> None:
    settings.PUBLIC_URL = "https://rating.example"
    who = host()
    speaker(who)
    queued(who)
    assert send_due(at=AT - MINUTE) == 0
    assert send_due(at=AT) == 1
    assert send_due(at=AT + 99 * MINUTE) == 0
    (message,) = mail.outbox
    assert (message.to, message.subject) == (["rain@example.com"], "一项警告")
    assert str(message.body).index("事实与依据") < str(message.body).index("Facts & grounds")
    assert isinstance(message, EmailMultiAlternatives)
    html, kind = message.alternatives[0]
    assert kind == "text/html"
    assert "A warning &lt;PRC-01&gt;" in str(html)
    page = f"https://rating.example/me/{who.slug}/"
    assert str(message.body).endswith(page)
    assert f'<a href="{page}">' in str(html)
    row = OutgoingEmail.objects.get()
    assert (row.state, row.sent_at, row.recipient, row.attempts) == ("sent", AT, "rain@example.com", 1)


def test_an_english_reader_reads_english_first() -> None:
    who = host()
    speaker(who)
    message = letters.written(queued(who, language="en"))
    assert message is not None
    assert str(message.body).startswith("A warning")


def test_what_fails_is_tried_again_later_and_later_and_then_given_up() -> None:
    who = host()
    speaker(who)
    queued(who)
    at, waits = AT, []
    for _ in range(20):
        assert send_due(at=at, deliver=refuse) == 0
        row = OutgoingEmail.objects.get()
        if row.state != "queued":
            break
        assert send_due(at=row.next_attempt_at - timedelta(seconds=1), deliver=refuse) == 0
        waits.append(int((row.next_attempt_at - at).total_seconds()) // 60)
        at = row.next_attempt_at
    assert waits == [1, 5, 30, 120, 720, 1440]
    assert (row.state, row.attempts, row.error) == ("failed", 7, "connection refused")
    assert send_due(at=at + timedelta(days=9)) == 0


def test_a_crash_between_sending_and_noting_sends_again_under_the_same_id() -> None:
    who = host()
    speaker(who)
    queued(who)
    ids = []

    def crash(message: EmailMultiAlternatives) -> None:
        ids.append(message.extra_headers["Message-ID"])
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        send_due(at=AT, deliver=crash)
    assert send_due(at=AT) == 0
    assert send_due(at=AT + MINUTE) == 1
    assert mail.outbox[0].extra_headers["Message-ID"] == ids[0]


def test_nobody_to_write_to_is_said() -> None:
    who = host()
    speaker(who, "old", state="ended")
    speaker(who, "new", state="pending")
    queued(who)
    assert send_due(at=AT) == 0
    assert OutgoingEmail.objects.get().state == "no_address"


def test_several_speakers_do_not_learn_each_others_address() -> None:
    who = host()
    speaker(who)
    speaker(who, "agent")
    queued(who)
    send_due(at=AT)
    assert (mail.outbox[0].to, mail.outbox[0].bcc) == (["rain@example.com"], ["agent@example.com"])


def test_it_goes_out_once_somebody_speaks_for_the_host() -> None:
    who = host()
    queued(who)
    send_due(at=AT)
    assert take_up(at=AT + MINUTE) == 0
    speaker(who)
    assert take_up(at=AT + 2 * MINUTE) == 1
    assert take_up(at=AT + 2 * MINUTE) == 0
    assert send_due(at=AT + 2 * MINUTE) == 1
    assert [message.to for message in mail.outbox] == [["rain@example.com"]]


def test_what_is_too_old_to_be_appealed_against_is_not_sent_late() -> None:
    who = host()
    queued(who)
    send_due(at=AT)
    speaker(who)
    assert take_up(at=AT + timedelta(days=184)) == 0


def test_of_a_merged_host_the_one_it_goes_on_as_is_written_to() -> None:
    old, new = host("h1"), host("h2")
    queued(old)
    send_due(at=AT)
    Influencer.objects.filter(pk=old.pk).update(merged_into=new, merged_at=AT)
    speaker(new)
    assert take_up(at=AT) == 1
    assert send_due(at=AT) == 1
    assert mail.outbox[0].to == ["rain@example.com"]
