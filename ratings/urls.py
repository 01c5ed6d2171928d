"""The faces of the ratings: REST and pages."""

from django.urls import include, path

urlpatterns = [
    path("api/v1/", include("ratings.api.urls")),
    path("", include("ratings.pages.urls")),
]
