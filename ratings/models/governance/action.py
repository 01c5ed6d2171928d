"""An action and its statement of reasons: one row that the database refuses when anything of it is missing."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from feedback.taxonomy import CODES
from influencers.models import Influencer
from ratings.models.governance.case import LINK_LENGTH, Case, name_of_staff, once, staff, unknown_staff
from ratings.models.governance.words import ActionState, AppealState, DecisionKind, Ground, Level, Origin

LIVE = (ActionState.PROPOSED, ActionState.IN_FORCE)
APPEALABLE = (ActionState.IN_FORCE, ActionState.EXPIRED, ActionState.CURED, ActionState.LIFTED)
NEEDS_TWO = (Level.L4, Level.L5)
LANGUAGES = [("en", "English"), ("zh-hans", "简体中文")]


class Action(models.Model):
    """What was decided and why. Once in force only its state and its end change; the rest is refused by a trigger."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="actions", verbose_name=_("case"))
    influencer = models.ForeignKey(
        Influencer, on_delete=models.PROTECT, related_name="actions", db_index=False, verbose_name=_("influencer")
    )
    state = models.CharField(_("state"), max_length=16, choices=ActionState.choices)
    level = models.CharField(_("level"), max_length=2, choices=Level.choices)
    called_level = models.CharField(_("level the ladder calls for"), max_length=2, choices=Level.choices)
    lower_reason = models.TextField(_("reason for a lower level"), blank=True)
    codes = ArrayField(models.CharField(max_length=16), verbose_name=_("codes"))
    decision_kind = models.CharField(_("kind of decision"), max_length=16, choices=DecisionKind.choices)
    ground = models.CharField(_("ground"), max_length=16, choices=Ground.choices)
    ground_reference = models.CharField(_("reference of the ground"), max_length=500)
    facts = models.TextField(_("facts"))
    evidence = ArrayField(models.CharField(max_length=LINK_LENGTH), verbose_name=_("links to evidence"))
    source = models.CharField(_("source"), max_length=16, choices=Origin.choices)
    automated_detection = models.BooleanField(_("detected automatically"))
    automated_decision = models.BooleanField(_("decided automatically"))
    points = models.DecimalField(_("points"), max_digits=5, decimal_places=2)
    scope = models.CharField(pgettext_lazy("of a decision", "scope"), max_length=500)
    start = models.DateTimeField(_("start"))
    end = models.DateTimeField(_("end"), null=True, blank=True, help_text=_("without one: until it is lifted"))
    cure_until = models.DateTimeField(_("to be cured until"), null=True, blank=True)
    policy_version = models.CharField(_("policy version"), max_length=32)
    decided_by = staff(_("decided by"))
    decided_by_name = models.CharField(_("name of who decided"), max_length=200)
    decided_at = models.DateTimeField(_("decided at"))
    approved_by = unknown_staff(_("approved by"))
    approved_by_name = name_of_staff(_("name of who approved"))
    approved_at = models.DateTimeField(_("approved at"), null=True, blank=True)
    notified_at = models.DateTimeField(_("notified at"), null=True, blank=True)
    appeal_until = models.DateTimeField(_("appeal until"))
    appeal_how = models.TextField(_("how to appeal"))
    language = models.CharField(_("language"), max_length=8, choices=LANGUAGES)
    supersedes = models.OneToOneField(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="superseded_by",
        verbose_name=_("supersedes"),
    )
    public_summary = models.CharField(_("public summary"), max_length=500, help_text=_("without personal data"))
    public = models.BooleanField(_("shown on the card"))
    key = once()

    class Meta:
        verbose_name = pgettext_lazy("of governance", "action")
        verbose_name_plural = _("actions")
        ordering = ["-id"]
        permissions = [
            ("issue_action", "Can issue actions and propose long suspensions and revocations"),
            ("approve_action", "Can be the second person of a long suspension or revocation"),
            ("lift_action", "Can lift or reverse actions"),
        ]
        indexes = [
            models.Index(fields=["influencer", "-decided_at"], name="action_of_influencer"),
            models.Index(fields=["state", "end"], name="action_ends"),
            models.Index(fields=["state", "decided_at"], name="action_queue"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["case"], condition=Q(state__in=LIVE), name="action_one_live_of_a_case"),
            models.CheckConstraint(condition=Q(state__in=ActionState.values), name="action_state_known"),
            models.CheckConstraint(
                condition=Q(level__in=Level.values, called_level__in=Level.values), name="action_level_known"
            ),
            models.CheckConstraint(
                condition=Q(level__lte=F("called_level")) & (Q(level=F("called_level")) | Q(lower_reason__regex=r"\S")),
                name="action_lower_says_why",
            ),
            models.CheckConstraint(
                condition=Q(codes__len__gt=0, codes__contained_by=list(CODES)), name="action_codes_known"
            ),
            models.CheckConstraint(condition=Q(decision_kind__in=DecisionKind.values), name="action_kind_known"),
            models.CheckConstraint(
                condition=Q(ground__in=Ground.values, ground_reference__regex=r"\S"), name="action_has_ground"
            ),
            models.CheckConstraint(condition=Q(facts__regex=r"\S"), name="action_has_facts"),
            models.CheckConstraint(condition=Q(evidence__len__gt=0), name="action_has_evidence"),
            models.CheckConstraint(condition=Q(source__in=Origin.values), name="action_has_source"),
            models.CheckConstraint(condition=Q(points__gte=0, points__lte=100), name="action_points_within"),
            models.CheckConstraint(condition=Q(scope__regex=r"\S"), name="action_has_scope"),
            models.CheckConstraint(
                condition=(Q(level="L5") & Q(end=None)) | (~Q(level="L5") & Q(end__isnull=False, end__gt=F("start"))),
                name="action_has_end_unless_revocation",
            ),
            models.CheckConstraint(
                condition=Q(level="L0", cure_until__isnull=False) | (~Q(level="L0") & Q(cure_until=None)),
                name="action_notice_may_be_cured",
            ),
            models.CheckConstraint(condition=Q(policy_version__regex=r"\S"), name="action_has_policy"),
            models.CheckConstraint(condition=Q(decided_by_name__regex=r"\S"), name="action_has_decider"),
            models.CheckConstraint(
                condition=Q(appeal_how__regex=r"\S", appeal_until__gt=F("decided_at")), name="action_has_appeal"
            ),
            models.CheckConstraint(condition=Q(language__in=["en", "zh-hans"]), name="action_has_language"),
            models.CheckConstraint(condition=Q(public_summary__regex=r"\S"), name="action_has_summary"),
            models.CheckConstraint(
                condition=Q(state__in=["proposed", "refused"]) | Q(notified_at__isnull=False),
                name="action_in_force_is_notified",
            ),
            models.CheckConstraint(
                condition=Q(approved_by=None, approved_at=None)
                | (
                    Q(approved_by__isnull=False, approved_at__isnull=False, approved_by_name__regex=r"\S")
                    & ~Q(approved_by=F("decided_by"))
                ),
                name="action_approved_by_another",
            ),
            models.CheckConstraint(
                condition=~Q(level__in=NEEDS_TWO) | Q(state__in=["proposed", "refused"]) | Q(approved_by__isnull=False),
                name="action_long_needs_two",
            ),
            models.CheckConstraint(
                condition=Q(level__in=NEEDS_TWO) | ~Q(state="proposed"), name="action_short_needs_one"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.level} {', '.join(self.codes)}"

    @property
    def may_be_appealed(self) -> bool:
        """Whether anything of it can still be appealed against, time apart: it was in force, and nobody has yet."""
        told = self.state in APPEALABLE and self.notified_at is not None
        return told and all(appeal.state == AppealState.WITHDRAWN for appeal in self.appeals.all())
