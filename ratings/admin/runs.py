"""Runs, what became of them, and the two verbs: publish, go back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from influencers.admin import RecordAdmin, pretty
from ratings import publication
from ratings.admin import comparing
from ratings.models import PolicyVersion, Publication, PublicRun, Run


@admin.register(Run)
class RunAdmin(RecordAdmin):
    list_display = ["id", "as_of", "policy", "shown", "status", "influencers", "rated", "finished_at", "look"]
    list_filter = ["status", "policy"]
    search_fields = ["=id", "=as_of", "=digest"]
    list_select_related = ["policy"]
    actions = ["make_public", "go_back"]
    exclude = ["parameters", "peer_groups"]
    readonly_fields = ["the_parameters", "the_peer_groups"]

    def get_urls(self) -> list[URLPattern]:
        own = [
            path("<int:pk>/compare/", self.admin_site.admin_view(self.compare), name="ratings_run_compare"),
            path("<int:pk>/publish/", self.admin_site.admin_view(self.publish), name="ratings_run_publish"),
        ]
        return [*own, *super().get_urls()]

    def compare(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Who would move, by how much and why, before it is published."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        run = get_object_or_404(Run.objects.defer("parameters", "peer_groups"), pk=pk)
        public = publication.public_run()
        context = {
            **self.admin_site.each_context(request),
            **comparing.context(request, run),
            "title": _("Compare run %(run)s") % {"run": run.pk},
            "opts": self.opts,
            "is_public": bool(public and public.run_id == run.pk),
            "may_publish": self.has_publish_permission(request),
        }
        return TemplateResponse(request, "admin/ratings/run/compare.html", context)

    def publish(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Publish from the comparison, with a reason."""
        if request.method != "POST" or not self.has_publish_permission(request):
            raise PermissionDenied
        run = get_object_or_404(Run, pk=pk)
        self._do(request, lambda **how: publication.publish(run=run, **how))
        return redirect("admin:ratings_run_changelist")

    @admin.display(description=gettext_lazy("before publishing"))
    def look(self, run: Run) -> SafeString:
        if run.status != Run.Status.STORED:
            return SafeString("–")
        return format_html('<a href="{}">{}</a>', reverse("admin:ratings_run_compare", args=[run.pk]), _("compare"))

    @admin.display(description=gettext_lazy("public"), boolean=True)
    def shown(self, run: Run) -> bool:
        return run.pk == self.public_run_id

    @admin.display(description=gettext_lazy("parameters"))
    def the_parameters(self, run: Run) -> SafeString:
        return pretty(run.parameters)

    @admin.display(description=gettext_lazy("peer groups"))
    def the_peer_groups(self, run: Run) -> SafeString:
        return pretty(run.peer_groups)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Run]:
        public = publication.public_run()
        self.public_run_id = public.run_id if public else None
        runs: QuerySet[Run] = super().get_queryset(request).defer("parameters", "peer_groups")
        return runs

    def has_publish_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("ratings.publish_run")

    @admin.action(description=gettext_lazy("Publish the chosen run…"), permissions=["publish"])
    def make_public(self, request: HttpRequest, chosen: QuerySet[Run]) -> HttpResponse | None:
        if chosen.count() != 1:
            self.message_user(request, _("Choose exactly one run to publish."), messages.ERROR)
            return None
        run = chosen.get()
        question = _("Publish run %(run)s, as of %(day)s, with %(rated)s rated of %(all)s influencers?") % {
            "run": run.pk,
            "day": run.as_of,
            "rated": run.rated,
            "all": run.influencers,
        }
        compare = reverse("admin:ratings_run_compare", args=[run.pk])
        return self._confirmed(request, chosen, question, lambda **how: publication.publish(run=run, **how), compare)

    @admin.action(description=gettext_lazy("Go back to the run that was public before…"), permissions=["publish"])
    def go_back(self, request: HttpRequest, chosen: QuerySet[Run]) -> HttpResponse | None:
        public = publication.public_run()
        if public is None or public.previous is None:
            self.message_user(request, _("There is no run to go back to."), messages.ERROR)
            return None
        question = _("Withdraw run %(run)s and go back to run %(before)s, as of %(day)s?") % {
            "run": public.run_id,
            "before": public.previous_id,
            "day": public.previous.as_of,
        }
        return self._confirmed(request, chosen, question, publication.unpublish)

    def _confirmed(
        self,
        request: HttpRequest,
        chosen: QuerySet[Run],
        question: str,
        verb: Callable[..., PublicRun],
        compare: str = "",
    ) -> HttpResponse | None:
        """Asks first; acts on the answer, with the reason given, in the name of the one who asked."""
        if "confirmed" not in request.POST:
            context = {
                **self.admin_site.each_context(request),
                "title": _("Are you sure?"),
                "question": question,
                "opts": self.model._meta,
                "chosen": chosen.values_list("pk", flat=True),
                "checkbox": ACTION_CHECKBOX_NAME,
                "action": request.POST["action"],
                "compare": compare,
            }
            return TemplateResponse(request, "admin/ratings/run/confirm.html", context)
        self._do(request, verb)
        return None

    def _do(self, request: HttpRequest, verb: Callable[..., PublicRun]) -> None:
        by, reason = request.user, request.POST.get("reason", "").strip()[:1000]
        if not reason:
            self.message_user(request, _("Nothing was done: a publication needs its reason."), messages.ERROR)
            return
        try:
            public = verb(at=timezone.now(), reason=reason, by=by if isinstance(by, User) else None)
        except publication.CannotPublish as why:
            self.message_user(request, str(why), messages.ERROR)
            return
        self.message_user(request, _("Run %(run)s is public.") % {"run": public.run_id}, messages.SUCCESS)


@admin.register(PublicRun)
class PublicRunAdmin(RecordAdmin):
    list_display = ["run", "previous", "published_at"]
    list_select_related = ["run", "previous"]


@admin.register(Publication)
class PublicationAdmin(RecordAdmin):
    list_display = ["at", "action", "run", "by", "reason"]
    list_filter = ["action"]
    search_fields = ["=run__id", "reason"]
    list_select_related = ["run", "by"]


@admin.register(PolicyVersion)
class PolicyVersionAdmin(RecordAdmin):
    list_display = ["version", "created_at", "digest"]
    search_fields = ["version"]
    exclude = ["document"]
    readonly_fields = ["constants"]

    @admin.display(description=gettext_lazy("constants"))
    def constants(self, version: PolicyVersion) -> SafeString:
        rows: list[dict[str, Any]] = version.document["constants"]
        lines = [format_html("<tr><th>{name}</th><td>{value} {unit}</td><td>{reason}</td></tr>", **row) for row in rows]
        return format_html("<table>{}</table>", SafeString("".join(lines)))
