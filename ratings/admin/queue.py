"""One queue of all that waits for a person: by severity, then by clock, what is late first, with who it waits for."""

from __future__ import annotations

import heapq
from collections.abc import Iterable
from itertools import islice

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ratings.admin import waiting
from ratings.admin.waiting import URGENCY, Item, Source

PER_PAGE = 50
MOST_PAGES = 20

SOURCES: dict[str, tuple[str | Promise, str, Source]] = {
    "appeals": (gettext_lazy("appeals"), "ratings.view_appeal", waiting.appeals),
    "alerts": (gettext_lazy("alerts"), "ratings.view_alert", waiting.alerts),
    "approvals": (gettext_lazy("second approvals"), "ratings.view_action", waiting.approvals),
    "reviews": (gettext_lazy("reviews of suspensions"), "ratings.view_action", waiting.reviews),
    "cases": (gettext_lazy("cases"), "ratings.view_case", waiting.cases),
    "complaints": (gettext_lazy("complaints"), "feedback.view_case", waiting.complaints),
    "contests": (gettext_lazy("contests"), "ratings.view_contest", waiting.contests),
    "claims": (gettext_lazy("claims"), "ratings.view_claim", waiting.claims),
}


def page(request: HttpRequest) -> HttpResponse:
    """One page of the queue, of everything or of one kind."""
    kind, text = request.GET.get("kind", ""), request.GET.get("p", "1")
    number = min(max(int(text), 1), MOST_PAGES) if text.isdecimal() and len(text) < 6 else 1
    mine = {key: entry for key, entry in SOURCES.items() if request.user.has_perm(entry[1])}
    sources = [source for key, (_name, _perm, source) in mine.items() if kind in ("", key)]
    most = number * PER_PAGE + 1
    found = list(islice(_merged(sources, most), most - 1 - PER_PAGE, most))
    context = {
        **admin.site.each_context(request),
        "title": _("What waits"),
        "items": found[:PER_PAGE],
        "kinds": [(key, name) for key, (name, _perm, _source) in mine.items()],
        "kind": kind,
        "urgency": URGENCY,
        "now": timezone.now(),
        "number": number,
        "next": number + 1 if len(found) > PER_PAGE and number < MOST_PAGES else None,
        "previous": number - 1 or None,
    }
    return TemplateResponse(request, "admin/ratings/queue.html", context)


def _merged(sources: Iterable[Source], most: int) -> Iterable[Item]:
    sources = list(sources)
    for urgency in URGENCY:
        yield from heapq.merge(
            *(sorted(source(urgency, most), key=lambda item: item.order) for source in sources),
            key=lambda item: item.order,
        )
