"""Staff pages that belong to no single model."""

from __future__ import annotations

from django.contrib import admin
from django.urls import path

from feedback.admin import imports
from ratings.admin import audit, merging, queue

guarded = admin.site.admin_view

urlpatterns = [
    path("queue/", guarded(queue.page), name="staff_queue"),
    path("audit/", guarded(audit.page), name="staff_audit"),
    path("merge/<int:pk>/", guarded(merging.page), name="staff_merge"),
    path("import/", guarded(imports.page), name="staff_import"),
    path("import/<slug:token>/", guarded(imports.preview), name="staff_import_preview"),
    path("import/<slug:token>/rejects.csv", guarded(imports.rejects), name="staff_import_rejects"),
]
