"""What is public, as it is sent; what was, as it was kept."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from influencers.admin import RecordAdmin, pretty
from ratings.models import HistoryPoint, KeptDocument, PublicDocument


@admin.register(PublicDocument)
class PublicDocumentAdmin(RecordAdmin):
    list_display = ["slug", "influencer", "run", "updated_at", "links"]
    list_select_related = ["influencer", "run"]
    search_fields = ["slug__startswith", "=influencer__source_id"]
    ordering = ["slug"]
    exclude = ["body", "body_gzip"]
    readonly_fields = ["links", "document"]

    @admin.display(description=_("see it"))
    def links(self, document: PublicDocument) -> SafeString:
        return format_html(
            '<a href="/influencers/{0}/">{1}</a> · <a href="/api/v1/influencers/{0}/scorecard/">JSON</a>',
            document.slug,
            _("page"),
        )

    @admin.display(description=_("document"))
    def document(self, document: PublicDocument) -> SafeString:
        return pretty(document.data)

    def get_queryset(self, request: HttpRequest) -> QuerySet[PublicDocument]:
        found: QuerySet[PublicDocument] = super().get_queryset(request).defer("body", "body_gzip")
        return found


@admin.register(KeptDocument)
class KeptDocumentAdmin(RecordAdmin):
    list_display = ["influencer", "as_of", "run"]
    list_select_related = ["influencer", "run"]
    search_fields = ["=influencer__slug", "=influencer__source_id"]
    exclude = ["body_gzip"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[KeptDocument]:
        found: QuerySet[KeptDocument] = super().get_queryset(request).defer("body_gzip")
        return found


@admin.register(HistoryPoint)
class HistoryPointAdmin(RecordAdmin):
    list_display = ["influencer", "as_of", "status", "score", "low", "high", "grade", "rank"]
    list_select_related = ["influencer"]
    search_fields = ["=influencer__slug", "=influencer__source_id"]
