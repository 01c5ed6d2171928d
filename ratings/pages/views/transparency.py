"""`/transparency/`: the same figures of the same run as its JSON and CSV twins."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from feedback.models import Topic
from ratings import publication
from ratings import transparency as report
from ratings.models import PublicRun
from ratings.models.governance import ActionState, CaseState, Level, Origin, Outcome
from ratings.pages import labels
from ratings.pages.numbers import chinese


@require_safe
def transparency(request: HttpRequest) -> HttpResponse:
    public = publication.public_run()
    context: dict[str, Any] = {"section": "transparency", "public": public, "twin": "/api/v1/transparency/"}
    if public is None:
        return render(request, "ratings/transparency.html", context)
    asked = request.GET.get("period", "")
    try:
        period = report.period_of(asked, public=public)
    except report.BadPeriod:
        return HttpResponseBadRequest(_("There is no report of this period."), content_type="text/plain; charset=utf-8")
    query = f"?period={asked}" if asked else ""
    context |= {"periods": periods(public), "asked": asked, "twin": f"/api/v1/transparency/{query}"}
    context |= told(report.figures(public, period)) | {"csv": f"/api/v1/transparency.csv{query}"}
    return render(request, "ratings/transparency.html", context)


def told(found: dict[str, Any]) -> dict[str, Any]:
    """The figures with their names in the reader's language."""
    name = "name_zh" if chinese() else "name_en"
    appeals = found["appeals"]
    return {
        "found": found,
        "codes": [{**row, "name": row[name]} for row in found["violations"]],
        "ours": [{**row, "name": row[name]} for row in found["cases"]["by_code"]],
        "kinds": [
            (labels.name(labels.KINDS, kind), count)
            for kind, count in found["evidence"].items()
            if kind in labels.KINDS
        ],
        "levels": named(Level, found["actions"]["by_level"]),
        "states": named(ActionState, found["actions"]["by_state"]),
        "sources": named(Origin, found["cases"]["by_source"]),
        "outcomes": named(CaseState, found["cases"]["by_outcome"]),
        "answers": named(Outcome, appeals["by_outcome"]),
        "overturned": None if appeals["share_overturned"] is None else round(100 * appeals["share_overturned"]),
        "topics": [(Topic(row["topic"]).label, row["count"]) for row in found["complaints"]["by_topic"]],
    }


def named(words: Any, counts: dict[str, int]) -> list[tuple[str, int]]:
    return [(str(words(key).label), count) for key, count in counts.items()]


def periods(public: PublicRun) -> list[str]:
    """The years and the last months there may be a report of."""
    as_of = public.run.as_of
    month = as_of.year * 12 + as_of.month - 1 - (as_of.day == 1)
    months = [f"{m // 12}-{m % 12 + 1:02d}" for m in range(month, month - 6, -1)]
    return [*months, str(month // 12), str(month // 12 - 1)]
