"""Addresses under /api/v1/."""

from django.urls import path, re_path

from ratings.api import checks, merchants, own, reasons, views

SLUG = r"(?P<slug>[a-z0-9-]{1,120})"

urlpatterns = [
    path("checks/", checks.Checks.as_view(), name="api-checks"),
    path("checks/rules/", checks.Rules.as_view(), name="api-check-rules"),
    path("checks/<uuid:id>/", checks.OneCheck.as_view(), name="api-check"),
    path("checks/<uuid:id>/outcome/", checks.OneOutcome.as_view(), name="api-check-outcome"),
    path("influencers/", views.Influencers.as_view(), name="api-influencers"),
    re_path(rf"^influencers/{SLUG}/$", views.Profile.as_view(), name="api-influencer"),
    re_path(rf"^influencers/{SLUG}/scorecard/$", views.Scorecard.as_view(), name="api-scorecard"),
    re_path(rf"^influencers/{SLUG}/history/$", views.History.as_view(), name="api-history"),
    re_path(rf"^influencers/{SLUG}/evidence/$", views.Evidence.as_view(), name="api-evidence"),
    re_path(rf"^influencers/{SLUG}/reviews/$", reasons.Reviews.as_view(), name="api-reviews"),
    re_path(rf"^influencers/{SLUG}/pieces/$", reasons.Pieces.as_view(), name="api-pieces"),
    path("rankings/", views.Rankings.as_view(), name="api-rankings"),
    path("watchlist/", merchants.Watching.as_view(), name="api-watchlist"),
    path("watchlist/hooks/", merchants.Hooks.as_view(), name="api-hooks"),
    path("watchlist/hooks/<int:number>/", merchants.OneHook.as_view(), name="api-hook"),
    re_path(rf"^watchlist/{SLUG}/$", merchants.OneWatched.as_view(), name="api-watched"),
    path("changes/", merchants.Changes.as_view(), name="api-changes"),
    path("me/", own.Me.as_view(), name="api-me"),
    path("me/plan/", own.MyPlan.as_view(), name="api-me-plan"),
    path("me/what-if/", own.MyWhatIf.as_view(), name="api-me-what-if"),
    path("me/replies/", own.MyReplies.as_view(), name="api-me-replies"),
    path("me/contests/", own.MyContests.as_view(), name="api-me-contests"),
    path("me/appeals/", own.MyAppeals.as_view(), name="api-me-appeals"),
    path("compare/", views.Compare.as_view(), name="api-compare"),
    path("transparency/", views.Transparency.as_view(), name="api-transparency"),
    path("transparency.csv", views.TransparencyCsv.as_view(), name="api-transparency-csv"),
    path("runs/<int:run>/", views.OneRun.as_view(), name="api-run"),
    path("methodology/", views.Methodology.as_view(), name="api-methodology"),
    re_path(
        r"^methodology/(?P<version>[0-9A-Za-z._-]{1,32})/$",
        views.MethodologyVersion.as_view(),
        name="api-methodology-version",
    ),
]
