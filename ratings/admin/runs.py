"""Runs, what became of them, and the two verbs: publish, go back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from influencers.admin import RecordAdmin, pretty
from ratings import publication
from ratings.models import PolicyVersion, Publication, PublicRun, Run


@admin.register(Run)
class RunAdmin(RecordAdmin):
    list_display = ["id", "as_of", "policy", "shown", "status", "influencers", "rated", "engine", "finished_at"]
    list_filter = ["status", "policy"]
    search_fields = ["=id", "=as_of", "=digest"]
    list_select_related = ["policy"]
    actions = ["make_public", "go_back"]
    exclude = ["parameters", "peer_groups"]
    readonly_fields = ["the_parameters", "the_peer_groups"]

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
        return self._confirmed(request, chosen, question, lambda **how: publication.publish(run=run, **how))

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
        self, request: HttpRequest, chosen: QuerySet[Run], question: str, verb: Callable[..., PublicRun]
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
            }
            return TemplateResponse(request, "admin/ratings/run/confirm.html", context)
        by = request.user
        try:
            public = verb(
                at=timezone.now(),
                reason=request.POST.get("reason", "")[:1000],
                by=by if isinstance(by, User) else None,
            )
        except publication.CannotPublish as why:
            self.message_user(request, str(why), messages.ERROR)
            return None
        self.message_user(request, _("Run %(run)s is public.") % {"run": public.run_id}, messages.SUCCESS)
        return None


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
