"""Where each face of the service lives."""

from django.contrib import admin
from django.middleware.http import ConditionalGetMiddleware
from django.urls import include, path
from django.utils.decorators import decorator_from_middleware
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from config import accounts, health, metrics

conditional = decorator_from_middleware(ConditionalGetMiddleware)  # an ETag, and 304 to one who has it

urlpatterns = [
    path("healthz", health.healthz),
    path("readyz", health.readyz),
    path("metrics", metrics.metrics),
    path("admin/login/", accounts.staff_login),
    path("admin/", include("ratings.admin.urls")),
    path("admin/", admin.site.urls),
    path("accounts/", include("allauth.urls")),
    path("i18n/", include("django.conf.urls.i18n")),
    path("api/schema/", conditional(SpectacularAPIView.as_view()), name="schema"),
    path("api/docs/", SpectacularSwaggerSplitView.as_view(url_name="schema"), name="docs"),
    path("api/v1/", include("feedback.urls")),
    path("", include("ratings.urls")),
]

handler400 = "config.errors.bad_request"
handler403 = "config.errors.forbidden"
handler404 = "config.errors.not_found"
handler500 = "config.errors.server_error"
