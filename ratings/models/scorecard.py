"""One influencer's result in one run: columns to order and filter by, and the card itself."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils.translation import gettext_lazy as _

from influencers.models import ID_COLLATION, Category, Influencer
from ratings.models.run import Run

DIMENSIONS = ("professionalism", "service_attitude", "compliance", "after_sales", "authenticity")


class VerbatimJSONField(models.JSONField):
    """JSON as it was written (PostgreSQL's json, not jsonb), so that it goes into documents without being parsed."""

    def db_type(self, connection: BaseDatabaseWrapper) -> str:
        return "json"

    def from_db_value(self, value: Any, expression: Any, connection: BaseDatabaseWrapper) -> Any:
        return super().from_db_value(value, expression, connection) if isinstance(value, str) else value


class Scorecard(models.Model):
    """Written once, by a run; `card` is the run's part of the public document (ratings.cards)."""

    class Status(models.TextChoices):
        RATED = "rated", _("rated")
        PROVISIONAL = "provisional", _("provisional")
        SUSPENDED = "suspended", _("suspended")

    class Tier(models.TextChoices):
        TINY = "tiny", _("tiny")
        SMALL = "small", _("small")
        MEDIUM = "medium", _("medium")
        LARGE = "large", _("large")

    class League(models.TextChoices):
        TINY = "tiny", _("tiny")
        SMALL = "small", _("small")
        MEDIUM = "medium", _("medium")
        LARGE = "large", _("large")
        NEWCOMERS = "newcomers", _("newcomers")

    class Grade(models.TextChoices):
        A_PLUS = "A+", "A+"
        A = "A"
        B = "B"
        C = "C"
        D = "D"
        E = "E"

    # of all three only what is there is copied in, in the transaction that read it; checked again row by row it
    # would be a quarter of what storing a run costs
    run = models.ForeignKey(
        Run, on_delete=models.CASCADE, related_name="scorecards", db_index=False, db_constraint=False
    )
    influencer = models.ForeignKey(
        Influencer,
        on_delete=models.PROTECT,
        related_name="scorecards",
        db_index=False,
        db_constraint=False,
        verbose_name=_("influencer"),
    )
    position = models.PositiveIntegerField(
        _("position"), help_text=_("the rated by rank, then the others by score: unique in a run")
    )
    status = models.CharField(_("status"), max_length=16, choices=Status)
    name = models.CharField(_("name"), max_length=200, db_collation=ID_COLLATION)
    category = models.ForeignKey(
        Category,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
        db_constraint=False,
        verbose_name=_("category"),
    )
    tier = models.CharField(_("tier"), max_length=16, choices=Tier)
    league = models.CharField(_("league"), max_length=16, choices=League)
    score = models.FloatField(_("score"))
    low = models.FloatField(_("low"))
    high = models.FloatField(_("high"))
    grade = models.CharField(_("grade"), max_length=2, choices=Grade, blank=True)
    rank = models.PositiveIntegerField(_("rank"), null=True)
    rank_low = models.PositiveIntegerField(_("best likely rank"), null=True)
    rank_high = models.PositiveIntegerField(_("worst likely rank"), null=True)
    percentile = models.FloatField(_("percentile"), null=True)
    p_top10 = models.FloatField(_("probability of the top tenth"), null=True)
    peer_group = models.CharField(_("peer group"), max_length=96, db_collation=ID_COLLATION)
    peer_rank = models.PositiveIntegerField(_("rank among peers"), null=True)
    professionalism = models.FloatField(_("professionalism"))
    service_attitude = models.FloatField(_("service attitude"))
    compliance = models.FloatField(_("compliance"))
    after_sales = models.FloatField(_("after-sales"))
    authenticity = models.FloatField(_("authenticity"))
    card = VerbatimJSONField(_("card"))

    class Meta:
        verbose_name = _("scorecard")
        verbose_name_plural = _("scorecards")
        constraints = [
            models.UniqueConstraint(fields=["run", "influencer"], name="scorecard_once_a_run"),
            models.UniqueConstraint(fields=["run", "position"], name="scorecard_position"),
        ]
        # position is the tie-break of every list, so that a page starts where its index says
        indexes = [
            models.Index(fields=["run", "category", "position"], name="scorecard_category"),
            models.Index(fields=["run", "category", "league", "position"], name="scorecard_board"),
            models.Index(fields=["run", "tier", "position"], name="scorecard_tier"),
            models.Index(fields=["run", "league", "position"], name="scorecard_league"),
            models.Index(fields=["run", "grade", "position"], name="scorecard_grade"),
            models.Index(
                fields=["run", "status", "position"], name="scorecard_not_rated", condition=~models.Q(status="rated")
            ),
            models.Index(fields=["run", "-p_top10", "position"], name="scorecard_p_top10"),
            models.Index(fields=["run", "name", "position"], name="scorecard_name"),
            *(models.Index(fields=["run", f"-{d}", "position"], name=f"scorecard_{d}") for d in DIMENSIONS),
        ]

    def __str__(self) -> str:
        return f"{self.name}: {self.score:.1f}"
