"""The influencer's voice: one public reply to a review, and evidence it contests."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from influencers.models import ID_COLLATION, Influencer


def account(label: Any, **options: Any) -> models.ForeignKey[Any, Any]:
    return models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=label, **options
    )


class Reply(models.Model):
    """A host's public answer to one review; at most one stands at a time. Shown while `ended_at` is empty."""

    influencer = models.ForeignKey(
        Influencer, on_delete=models.PROTECT, related_name="replies", verbose_name=_("influencer")
    )
    review_id = models.CharField(_("review id"), max_length=128, db_collation=ID_COLLATION)
    text = models.TextField(_("text"))
    at = models.DateTimeField(_("at"))
    by = account(_("by"))
    ended_at = models.DateTimeField(_("taken back or removed at"), null=True, blank=True)
    removed_by = account(_("removed by staff"), null=True, blank=True)
    reason = models.TextField(_("reason of the removal"), blank=True)

    class Meta:
        verbose_name = _("reply to a review")
        verbose_name_plural = _("replies to reviews")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["review_id"], condition=models.Q(ended_at=None), name="reply_once_to_a_review"
            ),
            models.CheckConstraint(
                condition=models.Q(removed_by=None) | (models.Q(ended_at__isnull=False) & ~models.Q(reason="")),
                name="reply_removed_with_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return self.review_id

    @classmethod
    def shown(cls, review_ids: Collection[str]) -> dict[str, Reply]:
        """The public replies to some reviews, by the review's source id."""
        return {reply.review_id: reply for reply in cls.objects.filter(review_id__in=review_ids, ended_at=None)}


class Contest(models.Model):
    """An influencer says that a piece of evidence is wrong; staff decide. Upheld, the evidence is voided."""

    class State(models.TextChoices):
        FILED = "filed", _("waiting for our decision")
        UPHELD = "upheld", _("upheld: the evidence is taken out")
        REJECTED = "rejected", _("rejected: the evidence stays")
        WITHDRAWN = "withdrawn", _("withdrawn")

    class Kind(models.TextChoices):
        REVIEWS = "reviews", _("review")
        REFUNDS = "refunds", _("refund")
        COMPLAINTS = "complaints", _("complaint")
        VIOLATIONS = "violations", _("violation")
        SESSIONS = "sessions", _("session")

    influencer = models.ForeignKey(
        Influencer, on_delete=models.PROTECT, related_name="contests", verbose_name=_("influencer")
    )
    kind = models.CharField(_("kind of evidence"), max_length=16, choices=Kind.choices)
    source_id = models.CharField(_("evidence"), max_length=128, db_collation=ID_COLLATION)
    text = models.TextField(_("what is wrong"))
    state = models.CharField(_("state"), max_length=16, choices=State.choices, default=State.FILED)
    filed_at = models.DateTimeField(_("filed at"))
    filed_by = account(_("filed by"))
    due_at = models.DateTimeField(_("to be decided by"))
    decided_at = models.DateTimeField(_("decided or withdrawn at"), null=True, blank=True)
    decided_by = account(_("decided by"), null=True, blank=True)
    reason = models.TextField(_("reason"), blank=True)

    class Meta:
        verbose_name = _("contest of evidence")
        verbose_name_plural = _("contests of evidence")
        ordering = ["-id"]
        indexes = [models.Index(fields=["state", "due_at"], name="contest_queue")]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "source_id"],
                condition=~models.Q(state="withdrawn"),
                name="contest_once_per_evidence",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=["filed", "withdrawn"])
                | (
                    models.Q(state__in=["upheld", "rejected"], decided_at__isnull=False, decided_by__isnull=False)
                    & ~models.Q(reason="")
                ),
                name="contest_decided_with_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind}:{self.source_id}"
