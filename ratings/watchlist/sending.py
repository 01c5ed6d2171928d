"""Sends what waits: web-hooks signed and retried with patience, e-mails to the merchant's people."""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import http.client
import json
import logging
import socket
import ssl
import threading
from collections.abc import Callable
from datetime import datetime, timedelta

from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.template.loader import render_to_string
from django.utils.translation import gettext, override

from influencers.models import Influencer
from ratings.models import Delivery, Hook, WatchEvent
from ratings.watchlist.addresses import AddressRefused, Resolve, Target, resolved, target_of
from ratings.watchlist.verbs import secret_of

PATIENCE = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 30, 120, 360, 1440))
LEASE = timedelta(minutes=5)  # a sender that died leaves its message to the next
TIMEOUT = 10.0
DEADLINE = 30.0  # seconds for a whole call: one that answers a byte at a time holds up all others
AT_ONCE = 200
HEARD = 1024  # bytes of an answer that are read
State = Delivery.State
log = logging.getLogger("clearhost.watchlist")


class NotTaken(Exception):
    """The other side did not take the message."""


Post = Callable[[Target, bytes, dict[str, str]], int]


def deliver(*, at: datetime, resolve: Resolve = resolved, post: Post | None = None) -> int:
    """Send what is due; how many messages went out. Each at most once at a time, whoever else is sending."""
    sent = 0
    for _turn in range(AT_ONCE):
        delivery = _taken(at)
        if delivery is None:
            break
        try:
            if delivery.hook is None:
                _mail(delivery.event)
            else:
                _call(delivery.event, delivery.hook, at=at, resolve=resolve, post=post or posted)
        except (NotTaken, AddressRefused, OSError, http.client.HTTPException) as why:
            _failed(delivery, str(why) or type(why).__name__, at)
        else:
            sent += 1
            Delivery.objects.filter(pk=delivery.pk).update(state=State.SENT, sent_at=at, error="")
    return sent


@transaction.atomic
def _taken(at: datetime) -> Delivery | None:
    due = Delivery.objects.select_for_update(skip_locked=True, of=("self",)).select_related("event", "hook")
    found = due.filter(state=State.QUEUED, next_at__lte=at).order_by("next_at", "pk").first()
    if found is not None:
        found.attempts += 1
        found.next_at = at + LEASE
        found.save(update_fields=["attempts", "next_at"])
    return found


def _failed(delivery: Delivery, why: str, at: datetime) -> None:
    log.warning("delivery %s: attempt %s failed: %s", delivery.pk, delivery.attempts, why)
    ended = delivery.hook is not None and delivery.hook.ended_at is not None
    patience = PATIENCE[delivery.attempts - 1] if delivery.attempts <= len(PATIENCE) and not ended else None
    again = at + (patience or timedelta(0))
    Delivery.objects.filter(pk=delivery.pk).update(
        error=why[:300], state=State.QUEUED if patience else State.FAILED, next_at=again
    )
    if patience and delivery.hook is not None:  # whoever does not answer is not asked for each message anew
        Delivery.objects.filter(hook=delivery.hook, state=State.QUEUED, next_at__lt=again).update(next_at=again)


def message_of(event: WatchEvent) -> bytes:
    """What is sent: the same bytes at every attempt."""
    body = {"id": str(event.pk), "type": event.kind, "at": event.at.isoformat(timespec="seconds"), "data": event.data}
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()


def signature(secret: str, stamp: int, body: bytes) -> str:
    """`t=…,v1=…`: HMAC-SHA256 of the time, a dot and the body."""
    mark = hmac.new(secret.encode(), f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={stamp},v1={mark}"


def _call(event: WatchEvent, hook: Hook, *, at: datetime, resolve: Resolve, post: Post) -> None:
    if hook.ended_at is not None:
        raise NotTaken("the web-hook was taken back")
    body = message_of(event)
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "Clearhost-Webhook/1",
        "Clearhost-Event": str(event.pk),
        "Clearhost-Signature": signature(secret_of(hook), int(at.timestamp()), body),
    }
    status = post(target_of(hook.url, resolve=resolve), body, headers)
    if 300 <= status < 400:
        raise NotTaken(f"answered {status}: redirects are not followed")
    if not 200 <= status < 300:
        raise NotTaken(f"answered {status}")


class _Pinned(http.client.HTTPConnection):
    """Connects to the address that was judged, whatever the name says by now."""

    def __init__(self, target: Target) -> None:
        super().__init__(target.host, target.port, timeout=TIMEOUT)
        self.target = target
        self.line: socket.socket | None = None  # `sock` is let go of before the answer is read

    def connect(self) -> None:
        self.sock = self.line = socket.create_connection((self.target.ip, self.target.port), TIMEOUT)
        if self.target.secure:
            secure = ssl.create_default_context().wrap_socket(
                self.sock, server_hostname=self.target.host, do_handshake_on_connect=False
            )
            self.sock = self.line = secure
            secure.do_handshake()

    def give_up(self) -> None:
        """From another thread: whatever is waited for ends at once."""
        if self.line is not None:
            with contextlib.suppress(OSError):
                self.line.shutdown(socket.SHUT_RDWR)


def posted(target: Target, body: bytes, headers: dict[str, str]) -> int:
    """Call, and answer the status."""
    connection = _Pinned(target)
    watch = threading.Timer(DEADLINE, connection.give_up)
    watch.daemon = True
    watch.start()
    try:
        connection.request("POST", target.path, body, headers)
        answer = connection.getresponse()
        answer.read(HEARD)
        return answer.status
    finally:
        watch.cancel()
        connection.close()


def _mail(event: WatchEvent) -> None:
    """To all people of the merchant, in both languages."""
    people = event.merchant.members.filter(is_active=True).exclude(email="")
    host = Influencer.objects.only("name").get(pk=event.influencer_id).name
    parts = []
    for language in ("en", "zh-hans"):
        with override(language):
            context = {"event": event, "data": event.data, "host": host, "site": settings.PUBLIC_URL}
            parts.append(render_to_string("ratings/email/watch.txt", context).strip())
    with override("en"):
        english = gettext("%(host)s: %(what)s") % {"host": host, "what": event.get_kind_display()}
    with override("zh-hans"):
        subject = f"{english} / {event.get_kind_display()}"
    for person in people:
        send_mail(" ".join(subject.split()), "\n\n".join(parts), None, [person.email])
