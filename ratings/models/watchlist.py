"""What merchants follow, what happened, and the messages that carry it."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from influencers.models import Influencer
from ratings.models.members import Merchant


class Follow(models.Model):
    """A merchant follows an influencer, or whom that goes on as; `seen` is what it was last told of."""

    merchant = models.ForeignKey(Merchant, on_delete=models.PROTECT, related_name="follows", verbose_name=_("merchant"))
    influencer = models.ForeignKey(
        Influencer, on_delete=models.PROTECT, related_name="follows", verbose_name=_("influencer")
    )
    since = models.DateTimeField(_("since"))
    etag = models.CharField(_("ETag of the card last looked at"), max_length=64, blank=True)
    seen = models.JSONField(_("last told of"), default=dict)

    class Meta:
        verbose_name = _("watched influencer")
        verbose_name_plural = _("watched influencers")
        constraints = [models.UniqueConstraint(fields=["merchant", "influencer"], name="follow_once")]

    def __str__(self) -> str:
        return f"{self.merchant_id} {self.influencer_id}"


class Hook(models.Model):
    """Where a merchant wants to be called. Its secret is derived and never written down."""

    merchant = models.ForeignKey(Merchant, on_delete=models.PROTECT, related_name="hooks", verbose_name=_("merchant"))
    url = models.URLField(_("address"), max_length=500)
    nonce = models.UUIDField(default=uuid.uuid4, editable=False)
    created_at = models.DateTimeField(_("created at"))
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)

    class Meta:
        verbose_name = _("web-hook")
        verbose_name_plural = _("web-hooks")
        constraints = [
            models.UniqueConstraint(
                fields=["merchant", "url"], condition=models.Q(ended_at=None), name="hook_once_per_address"
            )
        ]

    def __str__(self) -> str:
        return self.url


class WatchEvent(models.Model):
    """Something that happened to a watched influencer; `key` makes it happen once."""

    class Kind(models.TextChoices):
        GRADE = "grade", _("grade changed")
        SANCTION = "sanction", _("public sanction")
        SUSPENDED = "suspended", _("card suspended")
        INFLATED = "inflated", _("inflated session")
        MERGED = "merged", _("goes on as another host")
        SEPARATED = "separated", _("no longer one host")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    merchant = models.ForeignKey(Merchant, on_delete=models.PROTECT, related_name="events", verbose_name=_("merchant"))
    influencer = models.ForeignKey(Influencer, on_delete=models.PROTECT, related_name="+", verbose_name=_("influencer"))
    kind = models.CharField(_("event"), max_length=16, choices=Kind.choices)
    key = models.CharField(max_length=200, editable=False)
    data = models.JSONField(_("details"))
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("event of a watchlist")
        verbose_name_plural = _("events of watchlists")
        ordering = ["-at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["merchant", "influencer", "kind", "key"], name="watch_event_once")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.influencer_id}"


class Delivery(models.Model):
    """One message about one event: to a web-hook, or without one by e-mail to the merchant's people."""

    class State(models.TextChoices):
        QUEUED = "queued", _("queued")
        SENT = "sent", _("sent")
        FAILED = "failed", _("given up")

    event = models.ForeignKey(WatchEvent, on_delete=models.PROTECT, related_name="deliveries", verbose_name=_("event"))
    hook = models.ForeignKey(
        Hook, on_delete=models.PROTECT, null=True, blank=True, related_name="deliveries", verbose_name=_("web-hook")
    )
    state = models.CharField(_("state"), max_length=16, choices=State.choices, default=State.QUEUED)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    next_at = models.DateTimeField(_("next attempt at"))
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True)
    error = models.CharField(_("last error"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        ordering = ["-id"]
        indexes = [models.Index(fields=["state", "next_at"], name="delivery_queue")]
        constraints = [
            models.UniqueConstraint(
                fields=["event", "hook"], nulls_distinct=False, name="delivery_once_per_event_and_way"
            )
        ]

    def __str__(self) -> str:
        return f"{self.event_id}: {self.state}"
