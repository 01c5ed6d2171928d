"""Growth plans as they were made, so that progress can be told."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from influencers.models import Influencer
from ratings.models.run import Run


class GrowthPlan(models.Model):
    """A plan of one day; never changed."""

    influencer = models.ForeignKey(
        Influencer, on_delete=models.PROTECT, related_name="growth_plans", db_index=False, verbose_name=_("influencer")
    )
    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="+", verbose_name=_("run"))
    as_of = models.DateField(_("as of"))
    document = models.JSONField(_("document"))
    made_at = models.DateTimeField(_("made at"))

    class Meta:
        verbose_name = _("growth plan")
        verbose_name_plural = _("growth plans")
        indexes = [models.Index(fields=["influencer", "-made_at"], name="growth_plan_of")]

    def __str__(self) -> str:
        return f"{self.influencer_id} {self.as_of}"
