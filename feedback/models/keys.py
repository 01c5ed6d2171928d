"""Keys that machines hold: for REST, and for signing order receipts. No secret is stored."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _
from rest_framework_api_key.models import AbstractAPIKey

from influencers.models import ID_COLLATION


class Scope(models.TextChoices):
    """What a key may do."""

    INGEST = "ingest", _("send evidence")
    CHECK = "check", _("check terms before paying")
    READ = "read", _("read the feed of changes")


class ApiKey(AbstractAPIKey):
    """A machine's key, stored as a hash; its prefix tells keys apart."""

    scope = models.CharField(_("scope"), max_length=16, choices=Scope.choices)
    source = models.CharField(
        _("source"),
        max_length=32,
        blank=True,
        help_text=_("Put before every id this key sends, as `ingest --source` does."),
    )

    class Meta:
        ordering = ["-created"]
        verbose_name = _("API key")
        verbose_name_plural = _("API keys")
        constraints = [models.CheckConstraint(condition=models.Q(scope__in=Scope.values), name="api_key_scope")]


class ReceiptKey(models.Model):
    """A platform's key for order receipts. Its secret is derived from the service's own and never written down."""

    key_id = models.CharField(_("key id"), max_length=32, unique=True, db_collation=ID_COLLATION, editable=False)
    platform = models.CharField(_("platform"), max_length=64)
    source = models.CharField(
        _("source"),
        max_length=32,
        blank=True,
        help_text=_("Put before every id in its receipts, as `ingest --source` does."),
    )
    fingerprint = models.CharField(_("fingerprint of the secret"), max_length=64, editable=False)
    created_at = models.DateTimeField(_("created at"), db_default=Now(), editable=False)
    revoked_at = models.DateTimeField(_("revoked at"), null=True, blank=True)

    class Meta:
        verbose_name = _("receipt key")
        verbose_name_plural = _("receipt keys")
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.key_id} ({self.platform})"
