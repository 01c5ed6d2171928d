"""What closes have fixed about trust: one row per closed day, per judged review, per day of receipt, per day of orders.

Together they are a log from which trust can be replayed without the evidence, which may have been voided or revised.
"""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from influencers.models import ID_COLLATION


class TrustClose(models.Model):
    """A close: the days up to `day` are judged for good. The latest keeps the state it ended with."""

    day = models.IntegerField(_("last closed day"), primary_key=True, help_text=_("days since 1970, UTC+8"))
    closed_at = models.DateTimeField(_("closed at"))
    policy = models.CharField(_("policy"), max_length=32)
    reviews = models.PositiveIntegerField(_("reviews judged"))
    state = models.BinaryField(_("state of trust"), null=True)
    renamed = models.IntegerField(_("times its accounts were renamed"), default=0)

    class Meta:
        verbose_name = _("close")
        verbose_name_plural = _("closes")
        ordering = ["-day"]

    def __str__(self) -> str:
        return str(self.day)


class ReviewTrust(models.Model):
    """How much one review counts, as its day was closed; the links of its account may change at every close."""

    review_id = models.CharField(_("review id"), max_length=128, primary_key=True, db_collation=ID_COLLATION)
    influencer_id = models.CharField(_("influencer id"), max_length=128, db_collation=ID_COLLATION)
    reviewer_id = models.UUIDField(_("reviewer"), editable=False)
    receipt = models.IntegerField(_("day"))
    composite = models.SmallIntegerField(_("composite"))
    verified = models.BooleanField(_("verified"))
    repeat = models.IntegerField(_("earlier reviews of the same influencer"))
    trust = models.IntegerField(_("trust before buckets, ppm"))
    full_trust = models.IntegerField(_("trust by verification alone, ppm"))
    known = models.SmallIntegerField(_("account known"))
    band = models.SmallIntegerField(_("band"))
    why = models.IntegerField(_("reasons"))
    level = models.FloatField(_("links"))

    class Meta:
        verbose_name = _("trust of a review")
        verbose_name_plural = _("trust of reviews")
        indexes = [models.Index(fields=["influencer_id", "receipt"], name="trust_of_influencer")]

    def __str__(self) -> str:
        return f"{self.review_id}: {self.trust}"


class BucketDay(models.Model):
    """What the token buckets of an influencer let through of one day's reviews, by class and band."""

    influencer_id = models.CharField(_("influencer id"), max_length=128, db_collation=ID_COLLATION)
    receipt = models.IntegerField(_("day"))
    factor = ArrayField(models.FloatField(), size=6, verbose_name=_("share let through"))

    class Meta:
        verbose_name = _("bucket day")
        verbose_name_plural = _("bucket days")
        constraints = [models.UniqueConstraint(fields=["influencer_id", "receipt"], name="bucket_once_a_day")]

    def __str__(self) -> str:
        return f"{self.influencer_id} {self.receipt}"


class OrderDay(models.Model):
    """Orders of an influencer's day as its close used them."""

    influencer_id = models.CharField(_("influencer id"), max_length=128, db_collation=ID_COLLATION)
    day = models.IntegerField(_("day"))
    orders = models.FloatField(_("orders"))

    class Meta:
        verbose_name = _("orders of a closed day")
        verbose_name_plural = _("orders of closed days")
        constraints = [models.UniqueConstraint(fields=["day", "influencer_id"], name="orders_once_a_day")]

    def __str__(self) -> str:
        return f"{self.influencer_id} {self.day}"
