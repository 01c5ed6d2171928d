"""Whose account is whose: merchants, their people and keys, and who speaks for an influencer."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from feedback.models import ApiKey
from influencers.models import Influencer


class Merchant(models.Model):
    """A merchant: whoever pays influencers and wants to know beforehand."""

    name = models.CharField(_("name"), max_length=120)
    created_at = models.DateTimeField(_("created at"))
    members = models.ManyToManyField(
        settings.AUTH_USER_MODEL, through="MerchantMember", related_name="merchants", verbose_name=_("members")
    )

    class Meta:
        verbose_name = _("merchant")
        verbose_name_plural = _("merchants")

    def __str__(self) -> str:
        return self.name


class MerchantMember(models.Model):
    """Someone who acts for a merchant."""

    merchant = models.ForeignKey(Merchant, on_delete=models.PROTECT, related_name="memberships")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="merchant_memberships")
    since = models.DateTimeField(_("since"))

    class Meta:
        verbose_name = _("member of a merchant")
        verbose_name_plural = _("members of merchants")
        constraints = [models.UniqueConstraint(fields=["merchant", "user"], name="merchant_member_once")]

    def __str__(self) -> str:
        return f"{self.merchant_id} {self.user_id}"


class MerchantKey(models.Model):
    """A merchant's own key for machines."""

    merchant = models.ForeignKey(Merchant, on_delete=models.PROTECT, related_name="keys")
    key = models.OneToOneField(ApiKey, on_delete=models.CASCADE, related_name="merchant_key")

    class Meta:
        verbose_name = _("key of a merchant")
        verbose_name_plural = _("keys of merchants")

    def __str__(self) -> str:
        return f"{self.merchant_id} {self.key_id}"


class Claim(models.Model):
    """Someone says that they are this influencer, or speak for it; while it is approved, they do."""

    class State(models.TextChoices):
        PENDING = "pending", _("waiting for our decision")
        APPROVED = "approved", _("approved")
        REFUSED = "refused", _("refused")
        ENDED = "ended", _("ended")

    influencer = models.ForeignKey(
        Influencer, on_delete=models.PROTECT, related_name="claims", verbose_name=_("influencer")
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="claims", verbose_name=_("account")
    )
    statement = models.TextField(_("how we can tell"))
    state = models.CharField(_("state"), max_length=16, choices=State.choices, default=State.PENDING)
    made_at = models.DateTimeField(_("made at"))
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("decided by"),
    )
    reason = models.TextField(_("reason"), blank=True)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)

    class Meta:
        verbose_name = _("claim of an influencer")
        verbose_name_plural = _("claims of influencers")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["influencer", "user"],
                condition=models.Q(state__in=["pending", "approved"]),
                name="claim_once_at_a_time",
            ),
            models.CheckConstraint(
                condition=models.Q(state="pending", decided_at=None)
                | (models.Q(state__in=["approved", "refused"], decided_at__isnull=False) & ~models.Q(reason=""))
                | models.Q(state="ended", ended_at__isnull=False),
                name="claim_decided_with_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.influencer}: {self.user}"


class MemberEvent(models.Model):
    """A line of the log of what members and staff did here: append-only, the database refuses anything else."""

    class Kind(models.TextChoices):
        CLAIMED = "claimed", _("influencer claimed")
        CLAIM_APPROVED = "claim_approved", _("claim approved")
        CLAIM_REFUSED = "claim_refused", _("claim refused")
        CLAIM_ENDED = "claim_ended", _("claim ended")
        REPLIED = "replied", _("reply published")
        REPLY_TAKEN_BACK = "reply_taken_back", _("reply taken back")
        REPLY_REMOVED = "reply_removed", _("reply removed by staff")
        CONTESTED = "contested", _("evidence contested")
        CONTEST_UPHELD = "contest_upheld", _("contest upheld")
        CONTEST_REJECTED = "contest_rejected", _("contest rejected")
        CONTEST_WITHDRAWN = "contest_withdrawn", _("contest withdrawn")
        MERGED = "merged", _("influencers merged")
        UNMERGED = "unmerged", _("merge taken back")
        EXPORTED = "exported", _("own data exported")

    at = models.DateTimeField(_("at"))
    kind = models.CharField(_("event"), max_length=24, choices=Kind.choices)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("account")
    )
    influencer = models.ForeignKey(
        Influencer, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("influencer")
    )
    subject = models.CharField(_("about"), max_length=160, blank=True)
    reason = models.TextField(_("reason"), blank=True)

    class Meta:
        verbose_name = _("event of members")
        verbose_name_plural = _("events of members")
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject}"
