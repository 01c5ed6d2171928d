"""A case: one violation by one subject, from its opening to its decision."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from feedback.taxonomy import CLASSES, CODES
from influencers.models import ID_COLLATION, Influencer
from ratings.models.governance.words import CaseState, Origin, Subject

LINK_LENGTH = 500


def staff(label: Any, **options: Any) -> models.ForeignKey[Any, Any]:
    """Who acted; an account that acted stays, and its name of that day beside it."""
    return models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=label, **options
    )


def unknown_staff(label: Any) -> models.ForeignKey[Any, Any]:
    return staff(label, null=True, blank=True)


def name_of_staff(label: Any) -> models.CharField[Any, Any]:
    return models.CharField(label, max_length=200, blank=True)


def once() -> models.CharField[Any, Any]:
    """What makes repeating a request harmless."""
    return models.CharField(
        _("request key"), max_length=100, unique=True, null=True, blank=True, db_collation=ID_COLLATION
    )


class Case(models.Model):
    """The same id in the evidence of violations says whether it counts in the rating."""

    violation_id = models.CharField(_("violation id"), max_length=128, unique=True, db_collation=ID_COLLATION)
    influencer = models.ForeignKey(
        Influencer, on_delete=models.PROTECT, related_name="governance_cases", verbose_name=_("influencer")
    )
    subject = models.CharField(_("subject"), max_length=16, choices=Subject.choices, default=Subject.INFLUENCER)
    subject_name = models.CharField(_("name of another subject"), max_length=200, blank=True)
    code = models.CharField(_("code"), max_length=16, choices=[(code, code) for code in CODES])
    violation_class = models.CharField(_("class"), max_length=1, choices=[(c, c) for c in CLASSES])
    occurred_at = models.DateTimeField(_("occurred at"))
    session_id = models.CharField(_("session"), max_length=128, blank=True, db_collation=ID_COLLATION)
    facts = models.TextField(_("facts"))
    evidence = ArrayField(models.CharField(max_length=LINK_LENGTH), verbose_name=_("links to evidence"))
    source = models.CharField(_("source"), max_length=16, choices=Origin.choices)
    source_reference = models.CharField(_("reference of the source"), max_length=200, blank=True)
    automated_detection = models.BooleanField(_("detected automatically"), default=False)
    state = models.CharField(_("state"), max_length=16, choices=CaseState.choices, default=CaseState.OPEN)
    opened_by = unknown_staff(_("opened by"))
    opened_by_name = name_of_staff(_("name of who opened it"))
    opened_at = models.DateTimeField(_("opened at"))
    closed_at = models.DateTimeField(_("decided or dismissed at"), null=True, blank=True)
    key = once()

    class Meta:
        verbose_name = _("case")
        verbose_name_plural = _("cases")
        ordering = ["-id"]
        permissions = [("open_case", "Can open and dismiss cases")]
        indexes = [
            models.Index(fields=["state", "opened_at"], name="governance_case_queue"),
            models.Index(fields=["influencer", "-opened_at"], name="governance_case_of"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(code__in=list(CODES)), name="case_code_known"),
            models.CheckConstraint(condition=Q(violation_class__in=list(CLASSES)), name="case_class_known"),
            models.CheckConstraint(condition=Q(subject__in=Subject.values), name="case_subject_known"),
            models.CheckConstraint(condition=Q(source__in=Origin.values), name="case_source_known"),
            models.CheckConstraint(condition=Q(state__in=CaseState.values), name="case_state_known"),
            models.CheckConstraint(condition=Q(facts__regex=r"\S"), name="case_has_facts"),
            models.CheckConstraint(condition=Q(evidence__len__gt=0), name="case_has_evidence"),
            models.CheckConstraint(condition=Q(occurred_at__lte=F("opened_at")), name="case_occurred_before"),
        ]

    def __str__(self) -> str:
        return f"{self.pk}: {self.code}"
