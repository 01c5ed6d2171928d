"""Who is judged: influencers, their accounts and categories. No score lives here: scores belong to a run."""

from __future__ import annotations

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

ID_COLLATION = "C"  # ids sort by bytes, as the rating does


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
    search = SearchVectorField(null=True, editable=False)

    class Meta(Sourced.Meta):
        verbose_name = _("influencer")
        verbose_name_plural = _("influencers")
        indexes = [
            GinIndex(fields=["search"], name="influencer_search"),
            models.Index(
                fields=["updated_at"], condition=models.Q(updated_at__isnull=False), name="influencer_revised"
            ),
        ]

    def __str__(self) -> str:
        return self.name


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
