"""What was observed. One table per kind; columns are named as in the canonical files. Null means not known."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from feedback.models.fields import (
    bounds,
    by_time_and_influencer,
    choice,
    count,
    moment,
    number,
    source_key,
    voided,
    words,
)
from influencers.models import ID_COLLATION, Influencer, Sourced


class Evidence(Sourced):
    """Evidence about one influencer. Sessions, orders and products are known by their source ids alone."""

    # without a constraint: intake, the only writer, joins influencers anyway, and checking each row again costs a third
    # of a bulk load
    influencer = models.ForeignKey(
        Influencer,
        on_delete=models.PROTECT,
        db_index=False,
        db_constraint=False,
        related_name="+",
        verbose_name=_("influencer"),
    )

    class Meta(Sourced.Meta):
        abstract = True


class Session(Evidence):
    """One live show."""

    started_at = models.DateTimeField(_("started at"))
    orders = models.BigIntegerField(_("orders"))
    ended_at = moment(_("ended at"))
    platform = words(_("platform"), 64)
    show_type = choice("sessions", "show_type", _("show type"))
    viewers = count(_("viewers"))
    views = count(_("views"))
    peak_online = count(_("peak online"))
    avg_online = number(_("average online"))
    avg_watch_seconds = number(_("average seconds watched"))
    paid_viewers = count(_("viewers by advertising"))
    commenters = count(_("commenters"))
    comments = count(_("comments"))
    likes = count(_("likes"))
    new_followers = count(_("new followers"))
    buyers = count(_("buyers"))
    gmv = number(_("gross sales"))
    gmv_low = number(_("gross sales, lower end"))
    gmv_high = number(_("gross sales, upper end"))
    cancelled_orders = count(_("cancelled orders"))
    refund_orders = count(_("refunded orders"))
    refund_amount = number(_("refunded amount"))
    refunds_as_of = moment(_("refunds as of"))
    questions = count(_("questions"))
    answered = count(_("questions answered"))
    ad_spend = number(_("advertising spend"))
    placement_fee = number(_("placement fee"))
    ai_host = models.BooleanField(_("AI host"), null=True, blank=True)
    currency = words(_("currency"), 8)

    class Meta(Evidence.Meta):
        verbose_name = _("session")
        verbose_name_plural = _("sessions")
        constraints = [*Sourced.Meta.constraints, *bounds("sessions")]
        indexes = by_time_and_influencer("session", "started_at")


class Review(Evidence):
    """One buyer's marks, 1 to 5. The reviewer is a keyed hash: the same person, but not who."""

    reviewer_id = models.UUIDField(_("reviewer"), editable=False)
    created_at = models.DateTimeField(_("created at"))
    professionalism = models.SmallIntegerField(_("professionalism"))
    service = models.SmallIntegerField(_("service"))
    as_described = models.SmallIntegerField(_("as described"))
    session_id = source_key(_("session"))
    order_id = source_key(_("order"))
    product_id = source_key(_("product"))
    verified = models.BooleanField(_("verified purchase"), null=True, blank=True)
    text = models.TextField(_("text"), null=True, blank=True)
    language = words(_("language"), 16)

    class Meta(Evidence.Meta):
        verbose_name = _("review")
        verbose_name_plural = _("reviews")
        constraints = [*Sourced.Meta.constraints, *bounds("reviews")]
        indexes = by_time_and_influencer("review", "created_at")


class Refund(Evidence):
    """One order, or part of one, given back."""

    created_at = models.DateTimeField(_("created at"))
    reason = choice("refunds", "reason", _("reason"), null=False, blank=False)
    session_id = source_key(_("session"))
    order_id = source_key(_("order"))
    amount = number(_("amount"))
    fault = choice("refunds", "fault", _("fault"))
    stage = choice("refunds", "stage", _("stage"))
    kind = choice("refunds", "kind", _("kind"))
    product_id = source_key(_("product"))
    category = words(_("category"), 64)
    reason_text = models.TextField(_("reason in words"), null=True, blank=True)

    class Meta(Evidence.Meta):
        verbose_name = _("refund")
        verbose_name_plural = _("refunds")
        constraints = [*Sourced.Meta.constraints, *bounds("refunds")]
        indexes = by_time_and_influencer("refund", "created_at")


class Complaint(Evidence):
    """One consumer's complaint, as its source reports it."""

    created_at = models.DateTimeField(_("created at"))
    severity = choice("complaints", "severity", _("severity"), null=False, blank=False)
    status = choice("complaints", "status", _("status"), null=False, blank=False)
    session_id = source_key(_("session"))
    order_id = source_key(_("order"))
    kind = words(_("kind"))
    fault = choice("complaints", "fault", _("fault"))
    channel = choice("complaints", "channel", _("channel"))
    responded_at = moment(_("responded at"))
    resolved_at = moment(_("resolved at"))
    remedy = words(_("remedy"))
    remedied_at = moment(_("remedied at"))
    text = models.TextField(_("text"), null=True, blank=True)

    class Meta(Evidence.Meta):
        verbose_name = _("complaint")
        verbose_name_plural = _("complaints")
        constraints = [*Sourced.Meta.constraints, *bounds("complaints")]
        indexes = by_time_and_influencer("complaint", "created_at")


class Violation(Evidence):
    """One breach of the rules, alleged, confirmed or overturned."""

    occurred_at = models.DateTimeField(_("occurred at"))
    code = choice("violations", "code", _("code"), null=False, blank=False)
    status = choice("violations", "status", _("status"), null=False, blank=False)
    session_id = source_key(_("session"))
    violation_class = choice("violations", "class", _("class"), db_column="class")
    subject = choice("violations", "subject", _("subject"))
    reported_by = words(_("reported by"))
    authority = words(_("authority"))
    document_no = words(_("document number"))
    note = models.TextField(_("note"), null=True, blank=True)

    class Meta(Evidence.Meta):
        verbose_name = _("violation")
        verbose_name_plural = _("violations")
        constraints = [*Sourced.Meta.constraints, *bounds("violations")]
        indexes = by_time_and_influencer("violation", "occurred_at")


class Deal(Evidence):
    """What a merchant and an influencer agreed, and what came of it."""

    agreed_at = models.DateTimeField(_("agreed at"))
    fee = models.FloatField(_("placement fee"))
    session_id = source_key(_("session"))
    commission_rate = number(_("commission rate"))
    ad_budget = number(_("advertising budget"))
    promised_amount = number(_("promised sales"))
    promise_basis = choice("deals", "promise_basis", _("basis of the promise"))
    max_return_rate = number(_("highest return rate"))
    clawback = choice("deals", "clawback", _("clawback"))
    due_days = count(_("days until due"))
    delivered_amount = number(_("delivered sales"))
    fee_returned = number(_("fee returned"))
    disputed = models.BooleanField(_("disputed"), null=True, blank=True)

    class Meta(Evidence.Meta):
        verbose_name = _("deal")
        verbose_name_plural = _("deals")
        constraints = [*Sourced.Meta.constraints, *bounds("deals")]
        indexes = by_time_and_influencer("deal", "agreed_at")


class Slot(Sourced):
    """One product's time within a show; its influencer is the session's."""

    session_id = models.CharField(_("session"), max_length=128, db_collation=ID_COLLATION)
    deal_id = source_key(_("deal"))
    merchant_id = source_key(_("merchant"))
    product_id = source_key(_("product"))
    category = words(_("category"), 64)
    minutes = number(_("minutes"))
    price = number(_("price"))
    stock_claimed = count(_("stock claimed"))
    stock = count(_("stock"))
    clickers = count(_("people who clicked"))
    orders = count(_("orders"))
    amount = number(_("amount"))
    refund_orders = count(_("refunded orders"))
    cancelled_orders = count(_("cancelled orders"))

    class Meta(Sourced.Meta):
        verbose_name = _("slot")
        verbose_name_plural = _("slots")
        constraints = [*Sourced.Meta.constraints, *bounds("slots")]
        indexes = [models.Index(fields=["session_id"], name="slot_of_session"), voided("slot")]


class Order(Evidence):
    """One paid order and what became of it. The buyer is a keyed hash: the same person, but not who."""

    paid_at = models.DateTimeField(_("paid at"))
    amount = models.FloatField(_("amount"))
    status = choice("orders", "status", _("status"), null=False, blank=False)
    session_id = source_key(_("session"))
    slot_id = source_key(_("slot"))
    product_id = source_key(_("product"))
    category = words(_("category"), 64)
    quantity = count(_("quantity"))
    buyer_id = models.UUIDField(_("buyer"), null=True, blank=True, editable=False)
    commission_rate = number(_("commission rate"))
    shipped_at = moment(_("shipped at"))
    delivered_at = moment(_("delivered at"))
    refunded_at = moment(_("refunded at"))
    cancelled_at = moment(_("cancelled at"))
    settled_at = moment(_("settled at"))

    class Meta(Evidence.Meta):
        verbose_name = _("order")
        verbose_name_plural = _("orders")
        constraints = [*Sourced.Meta.constraints, *bounds("orders")]
        indexes = by_time_and_influencer("order", "paid_at")
