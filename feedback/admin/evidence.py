"""Evidence, its history and how it came in."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from feedback.admin.voiding import VoidingAdmin
from feedback.kinds import KINDS
from feedback.models import (
    Complaint,
    Coverage,
    Deal,
    Ingest,
    Order,
    Outbox,
    Refund,
    Review,
    Revision,
    Session,
    Slot,
    Violation,
)
from influencers.admin import RecordAdmin, known
from influencers.models import Influencer
from influencers.search import search

NAMESAKES = 50  # influencers that one search may take in

NOT_VOIDED = ("voided_at", admin.EmptyFieldListFilter)

KINDS_KNOWN = known("kind", _("kind"), KINDS)
MARKS = range(1, 6)


class EvidenceAdmin(VoidingAdmin):
    """Newest first, by primary key; found by id or by influencer, so that an index always serves."""

    search_fields = ["source_id"]  # shows the box; get_search_results looks up
    search_help_text = _("the id of the source, the id of a session, or an influencer's name, handle or id")
    list_select_related = ["influencer"]
    ordering = ["-id"]
    sortable_by = ()

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """One lookup after the other: an OR over two tables would read them whole."""
        term = search_term.strip()
        if not term:
            return queryset, False
        if queryset.filter(source_id=term).exists():
            return queryset.filter(source_id=term), False
        named = Influencer.objects.filter(source_id=term) or search(term)
        return queryset.filter(influencer__in=list(named.values_list("pk", flat=True)[:NAMESAKES])), False


@admin.register(Session)
class SessionAdmin(EvidenceAdmin):
    list_display = ["source_id", "influencer", "started_at", "orders", "viewers", "commenters", "gmv", "voided_at"]
    list_filter = ["show_type", "ai_host", NOT_VOIDED]


@admin.register(Review)
class ReviewAdmin(EvidenceAdmin):
    list_display = [
        "source_id",
        "influencer",
        "created_at",
        "professionalism",
        "service",
        "as_described",
        "verified",
        "voided_at",
    ]
    list_filter = [
        "verified",
        known("professionalism", _("professionalism"), MARKS),
        known("service", _("service"), MARKS),
        known("as_described", _("as described"), MARKS),
        NOT_VOIDED,
    ]


@admin.register(Refund)
class RefundAdmin(EvidenceAdmin):
    list_display = ["source_id", "influencer", "created_at", "reason", "fault", "stage", "amount", "voided_at"]
    list_filter = ["reason", "fault", "stage", "kind", NOT_VOIDED]


@admin.register(Complaint)
class ComplaintAdmin(EvidenceAdmin):
    list_display = ["source_id", "influencer", "created_at", "severity", "status", "fault", "channel", "voided_at"]
    list_filter = ["status", "severity", "fault", "channel", NOT_VOIDED]


@admin.register(Violation)
class ViolationAdmin(EvidenceAdmin):
    list_display = [
        "source_id",
        "influencer",
        "occurred_at",
        "code",
        "violation_class",
        "status",
        "subject",
        "voided_at",
    ]
    list_filter = ["status", "code", "violation_class", "subject", NOT_VOIDED]


@admin.register(Deal)
class DealAdmin(EvidenceAdmin):
    list_display = [
        "source_id",
        "influencer",
        "agreed_at",
        "fee",
        "promised_amount",
        "delivered_amount",
        "fee_returned",
        "disputed",
        "voided_at",
    ]
    list_filter = ["clawback", "promise_basis", "disputed", NOT_VOIDED]


@admin.register(Slot)
class SlotAdmin(VoidingAdmin):
    list_display = ["source_id", "session_id", "category", "minutes", "price", "orders", "refund_orders", "voided_at"]
    list_filter = [NOT_VOIDED]
    search_fields = ["source_id__exact", "session_id__exact"]
    search_help_text = _("the id of the source or of a session")
    ordering = ["-id"]
    sortable_by = ()


@admin.register(Order)
class OrderAdmin(EvidenceAdmin):
    list_display = ["source_id", "influencer", "paid_at", "amount", "status", "session_id", "voided_at"]
    list_filter = ["status", NOT_VOIDED]


@admin.register(Coverage)
class CoverageAdmin(RecordAdmin):
    list_display = ["kind", "covers_from", "covers_until", "complete", "assumed", "voided_at"]
    list_filter = ["kind", "assumed"]


@admin.register(Revision)
class RevisionAdmin(RecordAdmin):
    list_display = ["kind", "source_id", "updated_at", "received_at", "loaded_at"]
    list_filter = [KINDS_KNOWN]
    search_fields = ["source_id__exact"]
    ordering = ["-id"]
    sortable_by = ()


@admin.register(Outbox)
class OutboxAdmin(RecordAdmin):
    list_display = ["influencer", "day"]
    list_select_related = ["influencer"]
    ordering = ["id"]


@admin.register(Ingest)
class IngestAdmin(RecordAdmin):
    list_display = ["at", "kind", "file", "rows", "loaded", "older", "duplicate", "skipped", "rejected"]
    list_filter = [KINDS_KNOWN]
    search_fields = ["file__startswith"]
    ordering = ["-id"]
    sortable_by = ()
