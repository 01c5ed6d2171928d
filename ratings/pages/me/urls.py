"""Addresses below `/me/`; part of the `pages` namespace."""

from django.urls import path

from ratings.pages.me import dashboard, home

urlpatterns = [
    path("", home.home, name="me"),
    path("merchant/", home.register, name="register_merchant"),
    path("claims/<int:number>/end/", home.end, name="end_claim"),
    path("claim/<slug:slug>/", home.claim, name="claim"),
    path("<slug:slug>/", dashboard.dashboard, name="my_host"),
]
