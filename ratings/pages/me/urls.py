"""Addresses below `/me/`; part of the `pages` namespace."""

from django.urls import path

from ratings.pages.me import dashboard, growth, home, voice

urlpatterns = [
    path("", home.home, name="me"),
    path("merchant/", home.register, name="register_merchant"),
    path("claims/<int:number>/end/", home.end, name="end_claim"),
    path("claim/<slug:slug>/", home.claim, name="claim"),
    path("<slug:slug>/", dashboard.dashboard, name="my_host"),
    path("<slug:slug>/plan/", growth.plan, name="my_plan"),
    path("<slug:slug>/what-if/", growth.if_it_were, name="my_what_if"),
    path("<slug:slug>/reviews/", voice.reviews, name="my_reviews"),
    path("<slug:slug>/reviews/<path:review>/reply/", voice.reply, name="reply"),
    path("<slug:slug>/replies/<int:number>/end/", voice.take_back, name="end_reply"),
    path("<slug:slug>/cases/", voice.cases, name="my_cases"),
    path("<slug:slug>/contests/<int:number>/end/", voice.withdraw_contest, name="end_contest"),
    path("<slug:slug>/contest/<str:kind>/<path:name>/", voice.contest, name="contest"),
    path("<slug:slug>/appeal/<int:number>/", voice.appeal, name="appeal"),
    path("<slug:slug>/workload/", dashboard.workload, name="my_workload"),
    path("<slug:slug>/data.zip", dashboard.data, name="my_data"),
]
