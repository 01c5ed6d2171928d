"""What governance writes, to be looked at: events, notices, letters, standings."""

from __future__ import annotations

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from influencers.admin import RecordAdmin
from ratings.models.governance import Event, Notice, OutgoingEmail, Standing


@admin.register(Event)
class EventAdmin(RecordAdmin):
    list_display = ["at", "kind", "influencer", "actor_name", "change", "reason"]
    list_filter = ["kind"]
    list_select_related = ["influencer"]
    search_fields = ["=influencer__source_id"]
    search_help_text = _("the id of an influencer")
    ordering = ["-id"]
    sortable_by = ()
    exclude = ["key"]


@admin.register(Notice)
class NoticeAdmin(RecordAdmin):
    list_display = ["at", "influencer", "kind", "subject", "language", "read_at"]
    list_filter = ["kind", "language"]
    list_select_related = ["influencer"]
    search_fields = ["=influencer__source_id"]
    search_help_text = _("the id of an influencer")
    ordering = ["-id"]
    sortable_by = ()


@admin.register(OutgoingEmail)
class OutgoingEmailAdmin(RecordAdmin):
    list_display = ["notice", "recipient", "state", "attempts", "next_attempt_at", "sent_at"]
    list_filter = ["state"]
    list_select_related = ["notice"]
    search_fields = ["=recipient", "=notice__influencer__source_id"]
    ordering = ["-notice_id"]
    sortable_by = ()


@admin.register(Standing)
class StandingAdmin(RecordAdmin):
    list_display = ["influencer", "balance", "level", "hidden", "frozen", "held_until", "updated_at"]
    list_filter = ["level", "hidden", "frozen"]
    list_select_related = ["influencer"]
    search_fields = ["=influencer__source_id"]
    ordering = ["-influencer_id"]
    sortable_by = ()
