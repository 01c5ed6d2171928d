"""Files of terms that are too long to be answered at once, and the answers as they come."""

from __future__ import annotations

import gzip
import json
import uuid
from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from feedback.models import ApiKey
from ratings.models.members import Merchant
from ratings.models.run import Run


class CheckBatch(models.Model):
    """One file. All its rows are judged on the evidence before one day, by what one run had learned."""

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        RUNNING = "running", _("being checked")
        DONE = "done", _("done")
        FAILED = "failed", pgettext_lazy("file of terms", "failed")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    merchant = models.ForeignKey(
        Merchant, on_delete=models.PROTECT, null=True, blank=True, related_name="batches", verbose_name=_("merchant")
    )
    api_key = models.ForeignKey(
        ApiKey, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("API key")
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name=_("user"),
    )  # fmt: skip
    name = models.CharField(_("file"), max_length=200)
    language = models.CharField(_("language"), max_length=16)
    at = models.DateTimeField(_("at"))
    as_of = models.DateField(_("as of"))
    run = models.ForeignKey(
        Run, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("run")
    )
    given = models.BinaryField(_("rows given"))
    rows = models.PositiveIntegerField(_("rows"))
    done = models.PositiveIntegerField(_("rows answered"), default=0)
    counts = models.JSONField(_("verdicts"), default=dict)
    state = models.CharField(_("state"), max_length=16, choices=State.choices, default=State.WAITING)
    error = models.CharField(_("last error"), max_length=300, blank=True)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)

    class Meta:
        verbose_name = _("file of checks")
        verbose_name_plural = _("files of checks")
        ordering = ["-at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(api_key__isnull=False) | models.Q(user__isnull=False), name="batch_has_an_owner"
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def open(self) -> bool:
        """Whether there is something left to do."""
        return self.state in (self.State.WAITING, self.State.RUNNING)

    def table(self) -> list[dict[str, Any]]:
        """The rows as they were given."""
        found: list[dict[str, Any]] = json.loads(gzip.decompress(bytes(self.given)))
        return found


class CheckBatchPart(models.Model):
    """The answers to a run of rows, each a line of the table that is handed out."""

    batch = models.ForeignKey(CheckBatch, on_delete=models.CASCADE, related_name="parts", verbose_name=_("file"))
    first = models.PositiveIntegerField(_("first row"))
    lines = models.JSONField(_("lines"))

    class Meta:
        verbose_name = _("part of a file of checks")
        verbose_name_plural = _("parts of files of checks")
        ordering = ["first"]
        constraints = [models.UniqueConstraint(fields=["batch", "first"], name="batch_part_once")]

    def __str__(self) -> str:
        return f"{self.batch_id} {self.first}"
