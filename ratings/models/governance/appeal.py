"""An appeal: grounds, clocks, a decider of its own and an answer to every ground."""

from __future__ import annotations

from itertools import zip_longest

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from ratings.models.governance.action import Action
from ratings.models.governance.case import name_of_staff, once, unknown_staff
from ratings.models.governance.words import AppealState, Outcome

OPEN_APPEALS = (AppealState.FILED, AppealState.ACKNOWLEDGED)


class Appeal(models.Model):
    """Once decided it never changes; a trigger refuses a decider who decided or approved what is appealed against."""

    action = models.ForeignKey(Action, on_delete=models.PROTECT, related_name="appeals", verbose_name=_("action"))
    state = models.CharField(_("state"), max_length=16, choices=AppealState.choices, default=AppealState.FILED)
    grounds = ArrayField(models.TextField(), verbose_name=_("grounds"))
    answers = ArrayField(models.TextField(), verbose_name=_("answers"), default=list, blank=True)
    filed_by = unknown_staff(_("filed by"))
    filed_by_name = name_of_staff(_("name of who filed it"))
    on_behalf = models.BooleanField(_("filed by staff on the host's behalf"), default=False)
    filed_at = models.DateTimeField(_("filed at"))
    late = models.BooleanField(_("late review"), default=False)
    stay = models.BooleanField(_("effect in abeyance"), default=False)
    acknowledge_due = models.DateTimeField(_("to be acknowledged by"))
    acknowledged_at = models.DateTimeField(_("acknowledged at"), null=True, blank=True)
    acknowledged_by = unknown_staff(_("acknowledged by"))
    decide_due = models.DateTimeField(_("to be decided by"))
    escalated_at = models.DateTimeField(_("escalated at"), null=True, blank=True)
    outcome = models.CharField(_("outcome"), max_length=16, choices=Outcome.choices, blank=True)
    reason = models.TextField(_("reason"), blank=True)
    decided_by = unknown_staff(_("decided by"))
    decided_by_name = name_of_staff(_("name of who decided"))
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    key = once()

    class Meta:
        verbose_name = _("appeal")
        verbose_name_plural = _("appeals")
        ordering = ["-id"]
        permissions = [
            ("file_appeal", "Can file an appeal on a host's behalf"),
            ("decide_appeal", "Can acknowledge and decide appeals"),
        ]
        indexes = [models.Index(fields=["state", "decide_due"], name="appeal_queue")]
        constraints = [
            models.UniqueConstraint(
                fields=["action"], condition=~Q(state="withdrawn"), name="appeal_once_against_an_action"
            ),
            models.CheckConstraint(condition=Q(state__in=AppealState.values), name="appeal_state_known"),
            models.CheckConstraint(condition=Q(grounds__len__gt=0), name="appeal_has_grounds"),
            models.CheckConstraint(
                condition=Q(acknowledge_due__gt=F("filed_at"), decide_due__gt=F("filed_at")), name="appeal_clocks"
            ),
            models.CheckConstraint(
                condition=(Q(outcome="", decided_by=None, decided_at=None) & ~Q(state="decided"))
                | (
                    Q(state="decided", outcome__in=Outcome.values, reason__regex=r"\S", decided_by_name__regex=r"\S")
                    & Q(decided_by__isnull=False, decided_at__isnull=False)
                    & Q(answers__len=F("grounds__len"))
                ),
                name="appeal_decided_whole",
            ),
            models.CheckConstraint(
                condition=~Q(state="acknowledged") | Q(acknowledged_at__isnull=False), name="appeal_acknowledged_when"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pk}: {self.action}"

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """Every ground with its answer, empty until there is one."""
        return list(zip_longest(self.grounds, self.answers, fillvalue=""))

    @property
    def is_open(self) -> bool:
        return self.state in OPEN_APPEALS
