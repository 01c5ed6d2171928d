"""What consumers hold: the token of a review, a complaint's case with its timeline and attachments."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from influencers.models import ID_COLLATION, Influencer


class Ticket(models.Model):
    """Ties a review to the token that withdraws it, and to the order it used up; the token is kept as a hash."""

    review_id = models.CharField(_("review id"), max_length=128, unique=True, db_collation=ID_COLLATION)
    token_digest = models.CharField(max_length=64, unique=True, db_collation=ID_COLLATION, editable=False)
    order_key = models.CharField(
        max_length=64, unique=True, null=True, blank=True, db_collation=ID_COLLATION, editable=False
    )
    created_at = models.DateTimeField(_("created at"))
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True, blank=True)

    class Meta:
        verbose_name = _("review ticket")
        verbose_name_plural = _("review tickets")

    def __str__(self) -> str:
        return self.review_id


class State(models.TextChoices):
    """Where a case stands."""

    RECEIVED = "received", _("received")
    ACKNOWLEDGED = "acknowledged", _("acknowledged")
    ANSWERED = "answered", _("answered")
    UPHELD = "upheld", _("upheld")
    REMEDIED = "remedied", _("remedied")
    REJECTED = "rejected", _("rejected")
    WITHDRAWN = "withdrawn", _("withdrawn")


class Topic(models.TextChoices):
    """What a complaint is about."""

    NOT_AS_SHOWN = "not_as_shown", _("The goods are not what was shown")
    QUALITY = "quality", _("The goods are faulty or fake")
    UNSAFE = "unsafe", _("The goods are dangerous")
    DELIVERY = "delivery", _("Not delivered, or late")
    REFUND = "refund", _("Return or refund refused")
    PROMISE = "promise", _("A promised price, gift or discount was not given")
    CONDUCT = "conduct", _("Insults or misleading talk in the show")
    OTHER = "other", _("Something else")


class Severity(models.TextChoices):
    MINOR = "minor", _("minor")
    MODERATE = "moderate", _("moderate")
    SEVERE = "severe", _("severe")


class Fault(models.TextChoices):
    """Whose fault it was; only the first two count in a rating."""

    INFLUENCER = "influencer", _("the host")
    MERCHANT = "merchant", _("the merchant")
    COURIER = "courier", _("the courier")
    BUYER = "buyer", _("the buyer")


class Remedy(models.TextChoices):
    REFUND = "refund", _("refund")
    REPLACEMENT = "replacement", _("replacement")
    COMPENSATION = "compensation", _("compensation")
    APOLOGY = "apology", _("apology")
    NONE = "none", _("none")


class Role(models.TextChoices):
    """In what capacity someone acts in a case; the timeline shows no more of a person than this."""

    CONSUMER = "consumer", _("consumer")
    HOST = "host", _("host")
    MERCHANT = "merchant", _("merchant")
    OPERATOR = "operator", _("room operator")
    AGENCY = "agency", _("agency")
    STAFF = "staff", _("staff")


class Against(models.TextChoices):
    """Whose case it is; only the host's own touch its rating."""

    HOST = "host", _("the host")
    OPERATOR = "operator", _("the room operator")
    AGENCY = "agency", _("the agency")
    MERCHANT = "merchant", _("the merchant")


class Desk(models.TextChoices):
    """Who is to take the next step for the service."""

    MODERATORS = "moderators", _("moderators")
    SENIORS = "seniors", _("seniors")


class Case(models.Model):
    """The life around one complaint. What counts in the rating is the evidence of the same `complaint_id`."""

    complaint_id = models.CharField(_("complaint id"), max_length=128, unique=True, db_collation=ID_COLLATION)
    token_digest = models.CharField(max_length=64, unique=True, db_collation=ID_COLLATION, editable=False)
    influencer = models.ForeignKey(
        Influencer, on_delete=models.PROTECT, related_name="cases", verbose_name=_("influencer")
    )
    state = models.CharField(_("state"), max_length=16, choices=State.choices, default=State.RECEIVED)
    topic = models.CharField(_("about"), max_length=16, choices=Topic.choices)
    wish = models.CharField(_("wished remedy"), max_length=16, choices=Remedy.choices, blank=True)
    text = models.TextField(_("text"))
    order_id = models.CharField(_("order"), max_length=128, blank=True)
    session_id = models.CharField(_("session"), max_length=128, blank=True)
    amount = models.DecimalField(_("amount paid"), max_digits=15, decimal_places=2, null=True, blank=True)
    verified = models.BooleanField(_("order verified by a receipt"), default=False)
    opened_at = models.DateTimeField(_("received at"))
    acknowledged_at = models.DateTimeField(_("acknowledged at"), null=True, blank=True)
    answered_at = models.DateTimeField(_("answered at"), null=True, blank=True)
    closed_at = models.DateTimeField(_("decided or withdrawn at"), null=True, blank=True)
    remedied_at = models.DateTimeField(_("remedied at"), null=True, blank=True)
    revised_at = models.DateTimeField(_("last step at"))
    severity = models.CharField(_("severity"), max_length=16, choices=Severity.choices, default=Severity.MODERATE)
    fault = models.CharField(_("fault"), max_length=16, choices=Fault.choices, blank=True)
    remedy = models.CharField(_("remedy"), max_length=16, choices=Remedy.choices, blank=True)
    shares = models.JSONField(
        _("fault, split"), default=dict, blank=True, help_text=_("per cent of each, where several are to blame")
    )
    reason = models.TextField(_("reason of the decision"), blank=True)
    against = models.CharField(_("against"), max_length=16, choices=Against.choices, default=Against.HOST)
    against_name = models.CharField(_("name of who it is against"), max_length=200, blank=True)
    reopened_at = models.DateTimeField(_("reopened at"), null=True, blank=True)
    desk = models.CharField(_("desk"), max_length=16, choices=Desk.choices, default=Desk.MODERATORS)
    escalated = ArrayField(
        models.CharField(max_length=16), verbose_name=_("clocks that ran out"), default=list, blank=True
    )

    class Meta:
        verbose_name = _("complaint case")
        verbose_name_plural = _("complaint cases")
        indexes = [models.Index(fields=["state", "opened_at"], name="case_queue")]
        constraints = [
            models.CheckConstraint(condition=models.Q(state__in=State.values), name="case_state"),
            models.CheckConstraint(condition=models.Q(severity__in=Severity.values), name="case_severity"),
            models.CheckConstraint(
                condition=(models.Q(state__in=["received", "acknowledged", "answered"]) & models.Q(closed_at=None))
                | (
                    models.Q(state__in=["upheld", "remedied", "rejected", "withdrawn"])
                    & models.Q(closed_at__isnull=False)
                ),
                name="case_closed_when_decided",
            ),
            models.CheckConstraint(
                condition=~models.Q(state__in=["upheld", "remedied"])
                | (models.Q(fault__in=Fault.values) & models.Q(remedy__in=Remedy.values) & ~models.Q(reason="")),
                name="case_upheld_says_whose_fault",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="rejected") | ~models.Q(reason=""), name="case_rejected_says_why"
            ),
            models.CheckConstraint(
                condition=models.Q(state="remedied", remedied_at__isnull=False)
                | (~models.Q(state="remedied") & models.Q(remedied_at=None)),
                name="case_remedied_when",
            ),
            models.CheckConstraint(condition=models.Q(against__in=Against.values), name="case_against"),
            models.CheckConstraint(
                condition=models.Q(escalated=[]) | models.Q(desk="seniors"), name="case_overdue_is_a_seniors"
            ),
        ]

    def __str__(self) -> str:
        return self.complaint_id


class CaseEvent(models.Model):
    """One line of a case's timeline; the database lets none be changed or deleted."""

    class Kind(models.TextChoices):
        RECEIVED = "received", _("complaint received")
        ACKNOWLEDGED = "acknowledged", _("receipt acknowledged")
        ANSWERED = "answered", _("answered")
        UPHELD = "upheld", _("decided: upheld")
        REJECTED = "rejected", _("decided: rejected")
        WITHDRAWN = "withdrawn", _("withdrawn")
        REMEDIED = "remedied", _("remedy carried out")
        REOPENED = "reopened", _("decision taken back")
        REASSIGNED = "reassigned", _("turned to somebody else")
        ESCALATED = "escalated", _("overdue: passed to a senior")

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="events", verbose_name=_("case"))
    at = models.DateTimeField(_("at"))
    kind = models.CharField(_("event"), max_length=16, choices=Kind.choices)
    role = models.CharField(_("by"), max_length=16, choices=Role.choices)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("account"),
    )
    text = models.TextField(_("text"), blank=True)

    class Meta:
        verbose_name = _("case event")
        verbose_name_plural = _("case events")
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.case_id} {self.kind}"


class MediaType(models.TextChoices):
    """What may be attached."""

    JPEG = "image/jpeg", "JPEG"
    PNG = "image/png", "PNG"
    WEBP = "image/webp", "WebP"
    PDF = "application/pdf", "PDF"


class Attachment(models.Model):
    """A file a consumer sent along; its bytes lie outside everything the web server serves by itself."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="attachments", verbose_name=_("case"))
    name = models.CharField(_("name"), max_length=40, unique=True, db_collation=ID_COLLATION)
    media_type = models.CharField(_("type"), max_length=32, choices=MediaType.choices)
    size = models.PositiveIntegerField(_("bytes"))
    width = models.PositiveIntegerField(_("width"), null=True, blank=True)
    height = models.PositiveIntegerField(_("height"), null=True, blank=True)
    digest = models.CharField(_("SHA-256"), max_length=64)
    created_at = models.DateTimeField(_("created at"))

    class Meta:
        verbose_name = _("attachment")
        verbose_name_plural = _("attachments")
        ordering = ["id"]

    def __str__(self) -> str:
        return self.name
