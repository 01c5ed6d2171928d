"""Who of the staff looked at whose data: for who oversees them, to be read and no more."""

from __future__ import annotations

from django.contrib import admin

from feedback.models import Look
from influencers.admin import RecordAdmin


@admin.register(Look)
class LookAdmin(RecordAdmin):
    list_display = ["at", "user", "what", "subject"]
    list_filter = ["what"]
    list_select_related = ["user"]
    search_fields = ["user__username", "subject"]
    fields = ["at", "user", "what", "subject", "request_id"]
