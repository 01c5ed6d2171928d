"""`/me/{slug}/plan/` and `/me/{slug}/what-if/`."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from influencers.models import Influencer
from ratings import publication
from ratings.growth import plan as plans
from ratings.growth.own import NothingPublished, own
from ratings.growth.what_if import MOST, Lever, what_if
from ratings.pages import labels
from ratings.pages.forms import Accessible
from ratings.pages.me.access import own_influencer
from ratings.pages.me.words import AIMS, TRAINING, UNITS


class WhatIfForm(Accessible):
    """How many of what had been otherwise."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for lever in Lever:
            self.fields[lever.value] = forms.IntegerField(
                label=lever.label,
                min_value=0,
                max_value=MOST,
                required=False,
                widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
            )

    @property
    def wanted(self) -> dict[Lever, int]:
        return {lever: self.cleaned_data.get(lever.value) or 0 for lever in Lever}


@own_influencer
def plan(request: HttpRequest, influencer: Influencer) -> HttpResponse:
    """The plan in force, and what became of the one before."""
    kept = plans.latest(influencer=influencer)
    progress: list[dict[str, Any]] = []
    if kept is not None:
        with suppress(NothingPublished):
            progress = plans.progress(influencer=influencer, at=timezone.now())
    document = kept.document if kept else None
    context = {
        "host": influencer,
        "plan": document,
        "coming": kept is None and publication.public_run(whole=True) is not None,
        "steps": [_step(step) for step in document["steps"]] if document else [],
        "progress": [_row(row) for row in progress],
        "made_at": kept.made_at if kept else None,
        "twin": f"/api/v1/me/plan/?influencer={influencer.slug}",
        "section": "plan",
        "hidden": True,
    }
    return render(request, "ratings/me/plan.html", context)


@own_influencer
def if_it_were(request: HttpRequest, influencer: Influencer) -> HttpResponse:
    """The form, and what the rating says to what it asks."""
    form = WhatIfForm(request.GET if any(lever.value in request.GET for lever in Lever) else None)
    found = None
    if form.is_valid() and any(form.wanted.values()):
        try:
            found = what_if(own=own(influencer=influencer, at=timezone.now()), wanted=form.wanted)
        except NothingPublished:
            found = None
    context = {
        "host": influencer,
        "form": form,
        "found": found,
        "changed": [(Lever(name).label, len(ids)) for name, ids in found.changed.items()] if found else [],
        "section": "what_if",
        "hidden": True,
    }
    return render(request, "ratings/me/what_if.html", context, status=400 if form.errors else 200)


def _row(row: dict[str, Any]) -> dict[str, Any]:
    """Marks with two digits; counts, which are brought to the length of the plan, with one where they need it."""
    marks = row["lever"] in plans.MARK_LEVERS
    figures = {
        name: f"{row[name]:.2f}" if marks else f"{row[name]:,.1f}".removesuffix(".0")
        for name in ("then", "target", "now")
    }
    return {**row, **figures, "aim": AIMS[row["lever"]]}


def _step(step: dict[str, Any]) -> dict[str, Any]:
    lever = step["lever"]
    return {
        **step,
        "aim": AIMS[lever],
        "unit": UNITS[lever],
        "training": TRAINING[lever],
        "dimension": labels.name(labels.DIMENSIONS, step["dimension"]),
        "kind": "sessions" if lever == "viewers" else lever if lever in ("complaints", "refunds", "violations")
        else "reviews",
        "gains": sorted((int(days), points) for days, points in step["points"].items()),
    }  # fmt: skip
