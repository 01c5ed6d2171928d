"""`/me/{slug}/`: a host's own standing, workload and data."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from feedback.models import Topic
from influencers.models import Influencer
from ratings.members import workload as work
from ratings.members.dashboard import dashboard as own_dashboard
from ratings.members.export import export
from ratings.models import Contest
from ratings.models.governance import Level
from ratings.pages import labels
from ratings.pages.me.access import own_influencer, user_of
from ratings.pages.me.words import CLOCKS
from ratings.pages.numbers import moment
from ratings.pages.why import Why


def twin(influencer: Influencer) -> str:
    """The same figures as JSON."""
    return f"/api/v1/me/?influencer={influencer.slug}"


@own_influencer
def dashboard(request: HttpRequest, influencer: Influencer) -> HttpResponse:
    """Today's standing, what moved, what is open."""
    at = timezone.now()
    found = own_dashboard(influencer=influencer, at=at)
    card = found["card"]
    context = {
        "host": influencer,
        "card": card,
        "why": Why(card, peers=card["peer_group"]["size"]) if card else None,
        "moved": _moved(found["moved"]),
        "cases": [_case(row) for row in found["open"]["complaints"]],
        "contests": [row for row in found["open"]["contests"] if row["state"] == Contest.State.FILED],
        "actions": [_action(row, at) for row in found["open"]["actions"] if row["in_force"]],
        "appeals": found["open"]["appeals"],
        "notices": found["notices"],
        "twin": twin(influencer),
        "section": "standing",
        "hidden": True,
    }
    return render(request, "ratings/me/dashboard.html", context)


@own_influencer
def workload(request: HttpRequest, influencer: Influencer) -> HttpResponse:
    """Hours, nights and days off: for the host alone."""
    context = {
        "host": influencer,
        "work": work.workload(influencer=influencer, at=timezone.now()),
        "guidance": {
            "hours": work.HOURS_A_WEEK,
            "days": work.DAYS_WITHOUT_REST,
            "nights": work.NIGHTS_A_WEEK * work.WEEKS,
        },
        "contacts": settings.SUPPORT_CONTACTS,
        "section": "workload",
        "hidden": True,
    }
    return render(request, "ratings/me/workload.html", context)


@own_influencer
def data(request: HttpRequest, influencer: Influencer) -> HttpResponse:
    """All that is kept of the host, as a file; asked for by a button, since it is logged."""
    if request.method != "POST":
        return redirect("pages:my_host", influencer.slug)
    at = timezone.now()
    packed = export(influencer=influencer, by=user_of(request), at=at)
    response = HttpResponse(packed, content_type="application/zip")
    response["Content-Disposition"] = f'attachment; filename="{influencer.slug}-{at:%Y-%m-%d}.zip"'
    return response


def _moved(moved: dict[str, Any] | None) -> dict[str, Any] | None:
    if moved is None:
        return None
    return {
        "since": moved["since"],
        "overall": moved["overall"],
        "dimensions": [
            {"name": labels.name(labels.DIMENSIONS, code), **change} for code, change in moved["dimensions"].items()
        ],
        "parts": [
            {
                "name": labels.name(labels.CHANNELS, row["channel"]),
                "source": labels.name(labels.SOURCES, row["source"]),
                "change": row["change"],
            }
            for row in moved["contributions"]
            if abs(row["change"]) >= 0.01
        ],
    }


def _action(row: dict[str, Any], at: datetime) -> dict[str, Any]:
    return {**row, "name": Level(row["level"]).label, "late": at >= moment(row["appeal_until"])}


def _case(row: dict[str, Any]) -> dict[str, Any]:
    clocks = [
        {"name": labels.name(CLOCKS, clock["name"]), "due": moment(clock["due"]), "late": clock["late"]}
        for clock in row["clocks"]
        if not clock["done_at"]
    ]
    return {"topic": Topic(row["topic"]).label, "opened_at": moment(row["opened_at"]), "clocks": clocks}
