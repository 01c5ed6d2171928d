"""Scorecards of stored runs, the public one's unless another is chosen."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from influencers.admin import RecordAdmin, pretty
from ratings import publication
from ratings.models import Run, Scorecard


class OneRun(admin.SimpleListFilter):
    """Lists hold one run: an index serves its order, and nobody is listed twice."""

    title = _("run")
    parameter_name = "run"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        stored = Run.objects.filter(status=Run.Status.STORED).only("pk", "as_of", "policy_id")
        return [(str(run.pk), str(run)) for run in stored[:20]]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Scorecard]) -> QuerySet[Scorecard]:
        chosen = self.value()
        if chosen is not None and chosen.isdecimal():
            return queryset.filter(run=int(chosen))
        public = publication.public_run()
        newest = Run.objects.filter(status=Run.Status.STORED).values_list("pk", flat=True)
        return queryset.filter(run=public.run_id if public else newest.first())


@admin.register(Scorecard)
class ScorecardAdmin(RecordAdmin):
    list_display = ["name", "score", "low", "high", "grade", "rank", "status", "category", "tier", "league"]
    list_filter = [OneRun, "status", "grade", "tier", "league", "category"]
    list_select_related = ["category"]
    search_fields = ["name__startswith"]
    search_help_text = _("the beginning of the name")
    ordering = ["position"]
    exclude = ["card"]
    readonly_fields = ["the_card"]

    @admin.display(description=_("card"))
    def the_card(self, scorecard: Scorecard) -> SafeString:
        return pretty(scorecard.card)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Scorecard]:
        cards: QuerySet[Scorecard] = super().get_queryset(request).defer("card")
        return cards
