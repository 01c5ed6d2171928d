"""Addresses of the pages."""

from django.urls import include, path

from ratings.pages import theme
from ratings.pages.me import watchlist
from ratings.pages.views import (
    behind,
    check,
    check_files,
    compare,
    complaints,
    crawlers,
    home,
    methodology,
    pictures,
    rankings,
    reviews,
    scorecard,
    transparency,
)

app_name = "pages"

urlpatterns = [
    path("", home.home, name="home"),
    path("search/", home.search, name="search"),
    path("influencers/<str:slug>/", scorecard.scorecard, name="scorecard"),
    path("influencers/<str:slug>/card.svg", pictures.share, name="share"),
    path("influencers/<str:slug>/reviews/", behind.reviews, name="reviews"),
    path("influencers/<str:slug>/evidence/", behind.single, name="evidence"),
    path("rankings/", rankings.rankings, name="rankings"),
    path("compare/", compare.compare, name="compare"),
    path("methodology/", methodology.methodology, name="methodology"),
    path("transparency/", transparency.transparency, name="transparency"),
    path("check/", check.new, name="check"),
    path("check/many/", check_files.many, name="check_many"),
    path("check/many/<uuid:id>/", check_files.one, name="check_file"),
    path("check/many/<uuid:id>/answers.csv", check_files.answers, {"form": "csv"}, name="check_file_csv"),
    path("check/many/<uuid:id>/answers.xlsx", check_files.answers, {"form": "xlsx"}, name="check_file_xlsx"),
    path("check/many/<uuid:id>/stop/", check_files.stop, name="check_file_stop"),
    path("check/<uuid:id>/", check.one, name="check_one"),
    path("check/<uuid:id>/outcome/", check.outcome, name="check_outcome"),
    path("reviews/new/", reviews.new, name="new_review"),
    path("reviews/<str:token>/", reviews.own, name="review"),
    path("complaints/new/", complaints.new, name="new_complaint"),
    path("complaints/<str:token>/", complaints.follow, name="complaint"),
    path("watchlist/", watchlist.watchlist, name="watchlist"),
    path("watchlist/<int:merchant>/", watchlist.watchlist, name="watchlist_of"),
    path("watchlist/<int:merchant>/<slug:what>/", watchlist.change, name="watchlist_change"),
    path("me/", include("ratings.pages.me.urls")),
    path("theme/", theme.choose, name="theme"),
    path("robots.txt", crawlers.robots, name="robots"),
    path("sitemap.xml", crawlers.sitemap, name="sitemap"),
    path("sitemap-<int:number>.xml", crawlers.part, name="sitemap-part"),
    path("api/v1/influencers/<str:slug>/badge.svg", pictures.badge, name="badge"),
]
