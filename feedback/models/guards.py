"""What keeps the doors: how often someone asked, what was answered already, which member of staff looked at whom."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from influencers.models import ID_COLLATION


class Pace(models.Model):
    """How often one asker asked one thing within the present window; counted by every process together.

    Unlogged: after a crash everybody begins anew. The key is a keyed hash; no address is stored.
    """

    key = models.CharField(max_length=64, primary_key=True, db_collation=ID_COLLATION)
    until = models.DateTimeField()
    used = models.IntegerField()

    class Meta:
        verbose_name = _("pace")
        verbose_name_plural = _("paces")

    def __str__(self) -> str:
        return f"{self.key[:8]}: {self.used}"


class Answered(models.Model):
    """What a request with an `Idempotency-Key` was answered, for a day; sealed with a key that only the asker has."""

    digest = models.CharField(max_length=64, primary_key=True, db_collation=ID_COLLATION)
    fingerprint = models.CharField(max_length=64, db_collation=ID_COLLATION)
    status = models.SmallIntegerField(default=0)
    sealed = models.BinaryField(default=b"")
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("answer to repeat")
        verbose_name_plural = _("answers to repeat")
        indexes = [models.Index(fields=["at"], name="answered_at")]

    def __str__(self) -> str:
        return f"{self.digest[:8]}: {self.status}"


class PseudonymKey(models.Model):
    """A key in use for pseudonyms, by its number: known by a fingerprint, never kept."""

    id = models.SmallIntegerField(primary_key=True)
    fingerprint = models.CharField(max_length=32)
    since = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = _("key of pseudonyms")
        verbose_name_plural = _("keys of pseudonyms")

    def __str__(self) -> str:
        return f"{self.pk}: {self.fingerprint[:8]}"


class Look(models.Model):
    """A member of staff saw personal data; the database lets no line be changed, and retention alone ends them."""

    at = models.DateTimeField(_("at"))
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("account")
    )
    what = models.CharField(_("what was shown"), max_length=64)
    subject = models.CharField(_("of whom or which"), max_length=160, blank=True)
    request_id = models.CharField(_("request"), max_length=64, blank=True)

    class Meta:
        verbose_name = _("look at personal data")
        verbose_name_plural = _("looks at personal data")
        ordering = ["-id"]
        indexes = [models.Index(fields=["at"], name="look_at")]

    def __str__(self) -> str:
        return f"{self.what} {self.subject}"
