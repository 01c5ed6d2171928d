"""`/methodology/`: the formula, every constant of the policy with its reason, and a calculator."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from ratings import publication
from ratings.checks import rules as check_rules
from ratings.models import PublicRun
from ratings.pages import calculator, labels, wording
from ratings.pages.boards import categories
from ratings.pages.charts import dimension_bars, interval_band
from ratings.pages.why import DIMENSIONS
from ratings.scoring.parameters import Parameters
from ratings.scoring.policy import CURRENT, Policy


@require_safe
def methodology(request: HttpRequest) -> HttpResponse:
    """The policy of the public run; before the first run, the one in force."""
    public = publication.public_run()
    context = {
        "section": "methodology",
        "policy": public.run.policy.document if public else CURRENT.document(),
        "public": public,
        "dimensions": [(labels.name(labels.DIMENSIONS, d), labels.name(labels.ABOUT, d)) for d in DIMENSIONS],
        "twin": "/api/v1/methodology/",
        "rules": check_rules.RULES,
        "check_rules": check_rules.document(),
    }
    if public and (known := understood(public)):
        context |= calculated(request, public, *known)
    return render(request, "ratings/methodology.html", context)


def understood(public: PublicRun) -> tuple[Parameters, Policy] | None:
    """Parameters and policy of the run; none for a run that an earlier version of the scoring left behind."""
    try:
        return Parameters.from_document(public.run.parameters), Policy.from_document(public.run.policy.document)
    except (KeyError, TypeError, ValueError):
        return None


def calculated(request: HttpRequest, public: PublicRun, parameters: Parameters, policy: Policy) -> dict[str, Any]:
    """The calculator's form as filled in, and what it gives under the run's own parameters."""
    groups = sorted({name.rpartition("/")[0] for name in public.run.peer_groups})
    names = dict(categories())
    entry = calculator.read(request.GET, groups)
    found = calculator.rate(entry, parameters, policy)
    overall = found["overall"]
    rows = [(code, labels.name(labels.DIMENSIONS, code), found["dimensions"][code]) for code in DIMENSIONS]
    charts, table = dimension_bars(rows, uid="calc")
    return {
        "result": found,
        "likely": wording.likely(overall["score"], overall["low"], overall["high"]),
        "confidence": wording.confidence(overall["high"] - overall["low"]),
        "band": interval_band(overall["score"], overall["low"], overall["high"], uid="calc-overall"),
        "calc_rows": [(name, row, chart) for (_code, name, row), chart in zip(rows, charts, strict=True)],
        "calc_table": table,
        "groups": [(code, names.get(code, code)) for code in groups],
        "entry": asdict(entry),
        "fields": form_fields(entry),
    }


def form_fields(entry: calculator.Entry) -> list[tuple[str, list[dict[str, Any]]]]:
    """(legend, inputs) in the order of the page."""

    def field(name: str, label: str) -> dict[str, Any]:
        mark = name in calculator.MARKS
        most = calculator.MOST_SHOWS if name == "shows" else calculator.MOST
        bounds = {"min": "1", "max": "5", "step": "0.1"} if mark else {"min": "0", "max": str(most), "step": "1"}
        value = getattr(entry, name)
        return {"name": name, "label": label, "value": f"{value:g}" if mark else str(value), **bounds}

    return [
        (
            _("Reviews"),
            [
                field("verified", _("from verified purchases")),
                field("unverified", _("not verified")),
                field("professionalism", _("mean mark: professionalism")),
                field("service", _("mean mark: service")),
                field("as_described", _("mean mark: as described")),
            ],
        ),
        (
            _("Orders and refunds"),
            [
                field("orders", _("orders")),
                field("refunds_fault", _("refunds, host or merchant at fault")),
                field("refunds_other", _("other refunds")),
                field("complaints", _("upheld complaints")),
            ],
        ),
        (
            _("Shows and violations"),
            [
                field("shows", _("shows")),
                field("violations_d", _("minor violations (D)")),
                field("violations_c", _("medium violations (C)")),
                field("violations_b", _("severe violations (B)")),
            ],
        ),
    ]
