"""Keys, to be looked at and taken back; they are made by command, which alone shows a secret."""

from __future__ import annotations

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy
from rest_framework_api_key.models import APIKey

from feedback.keys import revoke_api_key, revoke_receipt_key
from feedback.models import ApiKey, ReceiptKey
from influencers.admin import RecordAdmin

admin.site.unregister(APIKey)  # the library's own keys have no scope and open nothing here


class KeyAdmin(RecordAdmin):
    actions = ["take_back"]

    def has_revoke_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(f"feedback.change_{self.opts.model_name}")

    def told(self, request: HttpRequest, count: int) -> None:
        self.message_user(request, gettext("%(count)s keys are revoked.") % {"count": count}, messages.SUCCESS)


@admin.register(ApiKey)
class ApiKeyAdmin(KeyAdmin):
    list_display = ["prefix", "name", "scope", "source", "created", "expiry_date", "revoked"]
    list_filter = ["scope", "revoked"]
    search_fields = ["prefix", "name"]
    fields = ["prefix", "name", "scope", "source", "created", "expiry_date", "revoked"]

    @admin.action(description=gettext_lazy("Revoke for good"), permissions=["revoke"])
    def take_back(self, request: HttpRequest, chosen: QuerySet[ApiKey]) -> None:
        prefixes = list(chosen.values_list("prefix", flat=True))
        for prefix in prefixes:
            revoke_api_key(prefix=prefix)
        self.told(request, len(prefixes))


@admin.register(ReceiptKey)
class ReceiptKeyAdmin(KeyAdmin):
    list_display = ["key_id", "platform", "source", "created_at", "revoked_at"]
    search_fields = ["key_id", "platform"]
    fields = ["key_id", "platform", "source", "created_at", "revoked_at"]

    @admin.action(description=gettext_lazy("Revoke for good"), permissions=["revoke"])
    def take_back(self, request: HttpRequest, chosen: QuerySet[ReceiptKey]) -> None:
        key_ids = list(chosen.values_list("key_id", flat=True))
        for key_id in key_ids:
            revoke_receipt_key(key_id=key_id, at=timezone.now())
        self.told(request, len(key_ids))
