"""Looking at what only verbs write: read-only admin, fast on a million rows. Influencers are registered in ratings."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.core.paginator import Paginator
from django.db import connection
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.safestring import SafeString

EXACT_UP_TO = 10_000
ESTIMATE = "SELECT reltuples::bigint FROM pg_class WHERE oid = %s::regclass"

if TYPE_CHECKING:
    ModelAdmin = admin.ModelAdmin[Any]
    TabularInline = admin.TabularInline[Any, Any]
else:
    ModelAdmin, TabularInline = admin.ModelAdmin, admin.TabularInline


class EstimatingPaginator(Paginator):  # type: ignore[type-arg]
    """Counts a whole table by the planner's estimate: a million rows are not counted to draw a page number."""

    @cached_property
    def count(self) -> int:
        rows = self.object_list
        if isinstance(rows, QuerySet) and not rows.query.where:
            with connection.cursor() as cursor:
                cursor.execute(ESTIMATE, [rows.model._meta.db_table])
                estimate = int(cursor.fetchone()[0])
            if estimate > EXACT_UP_TO:
                return estimate
        return super().count


class RecordAdmin(ModelAdmin):
    """Read only, and fast on a million rows."""

    show_full_result_count = False
    paginator = EstimatingPaginator
    list_per_page = 50
    actions: Any = None

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


def pretty(document: Any) -> SafeString:
    return format_html("<pre>{}</pre>", json.dumps(document, ensure_ascii=False, indent=2))
