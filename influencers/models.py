"""Who is judged: influencers, their accounts and categories. No score lives here: scores belong to a run."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import psycopg
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import connection, models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

ID_COLLATION = "C"  # ids sort by bytes, as the rating does
MERGED_INTO = "SELECT id FROM influencers_influencer WHERE merged_into_id = ANY(%s::bigint[]) ORDER BY id"
GOES_ON_AS = (
    "SELECT id, merged_into_id FROM influencers_influencer WHERE id = ANY(%s::bigint[]) AND merged_into_id IS NOT NULL"
)


class Sourced(models.Model):
    """What came from a source: never edited here, only revised by that source or voided with a reason."""

    source_id = models.CharField(_("source id"), max_length=128, db_collation=ID_COLLATION)
    updated_at = models.DateTimeField(_("updated at by its source"), null=True, blank=True)
    received_at = models.DateTimeField(_("received at"), null=True, blank=True)
    loaded_at = models.DateTimeField(_("loaded at"), db_default=Now(), editable=False)
    voided_at = models.DateTimeField(_("voided at"), null=True, blank=True)
    void_reason = models.TextField(_("void reason"), blank=True, db_default="")

    class Meta:
        abstract = True
        # a constraint and not unique=True, which would add a second index for LIKE
        constraints = [models.UniqueConstraint(fields=["source_id"], name="%(class)s_source")]

    def __str__(self) -> str:
        return self.source_id


class Category(models.Model):
    """What an influencer mostly sells; peer groups are category × tier."""

    code = models.CharField(_("code"), max_length=64, unique=True, db_collation=ID_COLLATION)
    name_en = models.CharField(_("name in English"), max_length=120, blank=True, db_default="")
    name_zh = models.CharField(_("name in Chinese"), max_length=120, blank=True, db_default="")

    class Meta:
        verbose_name = _("category")
        verbose_name_plural = _("categories")
        ordering = ["code"]

    def __str__(self) -> str:
        name = self.name_zh if (get_language() or "").startswith("zh") else self.name_en
        return name or self.code


class Influencer(Sourced):
    """A livestream-selling host (主播). Null means not known."""

    name = models.CharField(_("name"), max_length=200)
    slug = models.CharField(_("slug"), max_length=120, unique=True, null=True, blank=True, db_collation=ID_COLLATION)
    category = models.ForeignKey(
        Category, on_delete=models.PROTECT, related_name="influencers", verbose_name=_("category")
    )
    agency = models.CharField(_("agency"), max_length=200, null=True, blank=True)
    operator = models.CharField(_("room operator"), max_length=200, null=True, blank=True)
    joined_at = models.DateTimeField(_("joined at"), null=True, blank=True)
    qualification = models.CharField(_("qualification"), max_length=200, null=True, blank=True)
    qualification_expires = models.DateField(_("qualification expires"), null=True, blank=True)
    skill_level = models.CharField(_("skill level"), max_length=64, null=True, blank=True)
    merged_into = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        db_index=False,
        related_name="merged",
        verbose_name=_("goes on as"),
    )
    merged_at = models.DateTimeField(_("merged at"), null=True, blank=True, editable=False)
    search = SearchVectorField(null=True, editable=False)

    class Meta(Sourced.Meta):
        verbose_name = _("influencer")
        verbose_name_plural = _("influencers")
        permissions = [("merge_influencer", "Can merge two influencers and take it back")]
        indexes = [
            GinIndex(fields=["search"], name="influencer_search"),
            models.Index(
                fields=["updated_at"], condition=models.Q(updated_at__isnull=False), name="influencer_revised"
            ),
            models.Index(fields=["merged_into"], condition=Q(merged_into__isnull=False), name="influencer_merged"),
        ]
        constraints = [
            *Sourced.Meta.constraints,
            models.CheckConstraint(
                condition=Q(merged_into=None, merged_at=None)
                | Q(merged_into__isnull=False, merged_at__isnull=False) & ~Q(merged_into=F("id")),
                name="influencer_merged_into_another",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def goes_on_as(self) -> Influencer:
        """Whom it was merged into, or itself."""
        return self.merged_into or self

    @classmethod
    def with_merged(cls, *influencers: int) -> list[int]:
        """These hosts and whoever was merged into them: all whose evidence counts as theirs."""
        return [*influencers, *(pk for (pk,) in _asked(MERGED_INTO, influencers))]

    @classmethod
    def survivors(cls, influencers: Iterable[int]) -> dict[int, int]:
        """Under whom each of these goes on: itself, or whom it was merged into."""
        ids = set(influencers)
        return {pk: pk for pk in ids} | dict(_asked(GOES_ON_AS, ids))


def _asked(question: str, influencers: Iterable[int]) -> list[tuple[Any, ...]]:
    """Asked for every document that is renewed, so planned once for a connection."""
    connection.ensure_connection()
    with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as cursor:
        return cursor.execute(question, [list(influencers)], prepare=True).fetchall()


class Account(Sourced):
    """One account of an influencer on one platform."""

    influencer = models.ForeignKey(
        Influencer, on_delete=models.CASCADE, related_name="accounts", verbose_name=_("influencer")
    )
    platform = models.CharField(_("platform"), max_length=64)
    handle = models.CharField(_("handle"), max_length=200)
    followers = models.BigIntegerField(_("followers"), null=True, blank=True)

    class Meta(Sourced.Meta):
        verbose_name = _("account")
        verbose_name_plural = _("accounts")

    def __str__(self) -> str:
        return f"{self.platform}: {self.handle}"
