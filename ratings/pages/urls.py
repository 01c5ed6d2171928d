"""Addresses of the pages."""

from django.urls import path

from ratings.pages import theme
from ratings.pages.views import home, methodology, rankings, scorecard

app_name = "pages"

urlpatterns = [
    path("", home.home, name="home"),
    path("influencers/<str:slug>/", scorecard.scorecard, name="scorecard"),
    path("rankings/", rankings.rankings, name="rankings"),
    path("methodology/", methodology.methodology, name="methodology"),
    path("theme/", theme.choose, name="theme"),
]
