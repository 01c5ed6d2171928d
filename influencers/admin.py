"""Looking at what only verbs write: read-only admin, fast on a million rows. Influencers are registered in ratings."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.core.paginator import Page, Paginator
from django.db import connection
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.safestring import SafeString

EXACT_UP_TO = 10_000
RECENT = 1_000
MOST_PAGES = 500
DEEP = 1_000  # rows past which a page is found by primary keys alone
ESTIMATE = "SELECT reltuples::bigint FROM pg_class WHERE oid = %s::regclass"

if TYPE_CHECKING:
    ModelAdmin = admin.ModelAdmin[Any]
    TabularInline = admin.TabularInline[Any, Any]
else:
    ModelAdmin, TabularInline = admin.ModelAdmin, admin.TabularInline


class EstimatingPaginator(Paginator):  # type: ignore[type-arg]
    """A million rows are not counted to draw a page number: past ten thousand the planner's estimate will do.

    Nobody turns five hundred pages, and the last of all would cost as much as reading them all.
    """

    def page(self, number: Any) -> Page[Any]:
        number = self.validate_number(number)
        first, rows = (number - 1) * self.per_page, self.object_list
        if first < DEEP or not isinstance(rows, QuerySet):
            return super().page(number)
        keys = list(rows.values_list("pk", flat=True)[first : first + self.per_page])
        return Page(rows.filter(pk__in=keys), number, self)

    @cached_property
    def count(self) -> int:
        rows = self.object_list
        if isinstance(rows, QuerySet) and not rows.query.where:
            with connection.cursor() as cursor:
                cursor.execute(ESTIMATE, [rows.model._meta.db_table])
                estimate = int(cursor.fetchone()[0])
            if estimate > EXACT_UP_TO:
                return estimate
        elif isinstance(rows, QuerySet):
            counted: int = rows.order_by()[: EXACT_UP_TO + 1].count()
            if counted <= EXACT_UP_TO:
                return counted
            (plan,) = json.loads(rows.order_by().explain(format="json"))
            return max(int(plan["Plan"]["Plan Rows"]), counted)
        return super().count

    @cached_property
    def num_pages(self) -> int:
        return min(super().num_pages, MOST_PAGES)


def known(field: str, label: Any, values: Iterable[Any]) -> type[admin.SimpleListFilter]:
    """A filter by values known beforehand: asking the table for those it has would read it whole."""
    choices = [(str(value), str(value)) for value in values]

    class Known(admin.SimpleListFilter):
        title = label
        parameter_name = field

        def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
            return choices

        def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
            chosen = self.value()
            return queryset.filter(**{field: chosen}) if (chosen, chosen) in choices else queryset

    return Known


class RecentValues(admin.AllValuesFieldListFilter):
    """A filter by the values of the latest rows."""

    def __init__(
        self, field: Any, request: HttpRequest, params: Any, model: Any, model_admin: Any, field_path: str
    ) -> None:
        super().__init__(field, request, params, model, model_admin, field_path)
        latest: Iterable[Any] = model._default_manager.order_by("-pk")[:RECENT].values_list(field_path, flat=True)
        self.lookup_choices: Any = sorted({value for value in latest if value is not None})


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
