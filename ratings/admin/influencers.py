"""Who is judged, with their current card beside them; registered here because the card belongs to a run."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from influencers.admin import ModelAdmin, RecentValues, RecordAdmin, TabularInline
from influencers.models import Account, Category, Influencer
from influencers.search import search
from ratings import publication
from ratings.admin import person
from ratings.models import HistoryPoint, Scorecard

NAMESAKES = 1_000  # influencers that one search may take in


class AccountInline(TabularInline):
    model = Account
    fields = ["platform", "handle", "followers", "source_id", "voided_at"]
    extra = 0
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Influencer)
class InfluencerAdmin(RecordAdmin):
    list_display = ["name", "source_id", "slug", "category", "joined_at", "qualification_expires", "voided_at"]
    list_filter = ["category"]
    list_select_related = ["category"]
    search_fields = ["name"]  # shows the box; get_search_results looks up
    search_help_text = _("a name or a handle, or a part of one; or the id of the source")
    ordering = ["id"]
    exclude = ["search"]
    readonly_fields = ["current_card"]
    inlines = [AccountInline]
    change_form_template = "admin/ratings/person.html"

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        influencer = context.get("original")
        if influencer is not None:
            context["view"] = person.view(request, influencer)
        return super().render_change_form(request, context, *args, **kwargs)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Influencer]:
        found: QuerySet[Influencer] = super().get_queryset(request).defer("search")
        return found

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Influencer], search_term: str
    ) -> tuple[QuerySet[Influencer], bool]:
        if not search_term:
            return queryset, False
        # a union inside: an OR of a lookup and a condition would read the whole table
        named, known_as = search(search_term).order_by(), Influencer.objects.filter(source_id=search_term.strip())
        return queryset.filter(pk__in=named.values("pk").union(known_as.values("pk"))), False

    @admin.display(description=_("current card"))
    def current_card(self, influencer: Influencer) -> str:
        public = publication.public_run()
        card = public and Scorecard.objects.filter(run=public.run_id, influencer=influencer).first()
        if not card:
            return str(_("none: not part of the public run"))
        history = HistoryPoint.objects.filter(influencer=influencer).order_by("-as_of")[:12]
        context = {"card": card, "document": card.card, "influencer": influencer, "public": public, "history": history}
        return SafeString(render_to_string("admin/ratings/influencer_card.html", context))


@admin.register(Category)
class CategoryAdmin(ModelAdmin):
    """The one thing that is typed in: what a category is called."""

    list_display = ["code", "name_en", "name_zh"]
    list_editable = ["name_en", "name_zh"]
    search_fields = ["code", "name_en", "name_zh"]

    def get_readonly_fields(self, request: HttpRequest, obj: Category | None = None) -> list[str]:
        return ["code"] if obj else []

    def has_delete_permission(self, request: HttpRequest, obj: Category | None = None) -> bool:
        return False


@admin.register(Account)
class AccountAdmin(RecordAdmin):
    list_display = ["handle", "platform", "influencer", "followers", "voided_at"]
    list_filter = [("platform", RecentValues)]
    list_select_related = ["influencer"]
    search_fields = ["handle"]  # shows the box; get_search_results looks up
    search_help_text = _("an influencer's name or handle, or the beginning of one; or the id of the source of either")
    ordering = ["id"]

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Account], search_term: str
    ) -> tuple[QuerySet[Account], bool]:
        """One lookup after the other: an OR over two tables would read them whole."""
        term = search_term.strip()
        if not term:
            return queryset, False
        if queryset.filter(source_id=term).exists():
            return queryset.filter(source_id=term), False
        named = Influencer.objects.filter(source_id=term) or search(term).order_by()
        return queryset.filter(influencer__in=list(named.values_list("pk", flat=True)[:NAMESAKES])), False
