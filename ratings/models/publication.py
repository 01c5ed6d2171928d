"""Which run is public, and the log of how it came to be."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from ratings.models.run import Run


class PublicRun(models.Model):
    """The one row that says which run the public sees; lists begun under the one before may be read to their end."""

    THE_ONE = 1

    id = models.SmallIntegerField(primary_key=True, default=THE_ONE, editable=False)
    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="+", verbose_name=_("run"))
    previous = models.ForeignKey(
        Run, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("the one before")
    )
    published_at = models.DateTimeField(_("published at"))

    class Meta:
        verbose_name = _("public run")
        verbose_name_plural = _("public run")
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="one_public_run")]

    def __str__(self) -> str:
        return str(self.run)


class Publication(models.Model):
    """A line of the log: append-only, the database refuses to change or delete one."""

    class Action(models.TextChoices):
        PUBLISHED = "published", _("published")
        WITHDRAWN = "withdrawn", _("withdrawn")

    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="publications", verbose_name=_("run"))
    action = models.CharField(_("action"), max_length=16, choices=Action)
    at = models.DateTimeField(_("at"))
    reason = models.TextField(_("reason"), blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("by"),
    )

    class Meta:
        verbose_name = _("publication")
        verbose_name_plural = _("publications")
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.get_action_display()}: {self.run_id}"
