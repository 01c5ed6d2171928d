"""`/check/`: terms checked before paying, one at a time or many from a file; `/check/{id}/` the answer on one sheet."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from feedback.pace import CheckPace, ManyChecksPace, pause
from ratings.checks import batch, exports, verbs
from ratings.checks.outcomes import record_outcome
from ratings.checks.parsing import COLUMNS, FLAT
from ratings.checks.terms import TermsError
from ratings.checks.verbs import Owner
from ratings.checks.wording import CHECKS, OUTCOMES, VERDICT_MEANS, VERDICTS, audited, worded
from ratings.models import Check
from ratings.pages.charts.money import fee_line, profit_histogram, refund_lag
from ratings.pages.check_form import CheckForm, said
from ratings.pages.slow_down import slow_down
from ratings.pages.uploads import at_most

MEGABYTE = 1024 * 1024
LISTED = 20
MARKS = {"pass": "✓", "warn": "!", "fail": "✕", "unknown": "?"}
CONTENT = {
    ".csv": "text/csv; charset=utf-8",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def owner(request: HttpRequest) -> Owner:
    assert isinstance(request.user, User)
    return Owner(user=request.user)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    form = CheckForm(request.POST or None, initial=request.GET.dict())
    if form.is_valid():
        if wait := pause(request, CheckPace):
            return slow_down(request, wait)
        try:
            found = verbs.check(request=form.request(), owner=owner(request), at=timezone.now())
            return redirect("pages:check_one", id=found.pk)
        except TermsError as error:
            form.refuse(error.errors)
    return page(request, form, status=400 if form.is_bound else 200)


def page(request: HttpRequest, form: CheckForm, *, status: int = 200, refused: str = "") -> HttpResponse:
    earlier = owner(request).checks().order_by("-at")[:LISTED]
    context = {
        "form": form,
        "earlier": [(one, VERDICTS.get(one.verdict, one.verdict)) for one in earlier],
        "columns": ", ".join((*COLUMNS, *FLAT)),
        "most": f"{batch.MOST_UPLOAD:,}",
        "refused": refused,
        "hidden": True,
        "section": "check",
    }
    return render(request, "ratings/check_new.html", context, status=status)


@at_most(16 * MEGABYTE)
@never_cache
@login_required
@require_POST
def many(request: HttpRequest) -> HttpResponse:
    """A file in, a file out; nothing is stored."""
    if wait := pause(request, ManyChecksPace):
        return slow_down(request, wait)
    given = request.FILES.get("file")
    ending = ".csv" if request.POST.get("form") == "csv" else ".xlsx"
    try:
        if given is None:
            raise batch.BatchRefusedError(_("Please choose a file."))
        rows = batch.read(given.read(), name=given.name or "", most=batch.MOST_UPLOAD)
        body = batch.write(batch.run(rows, at=timezone.now()), ending=ending)
    except batch.BatchRefusedError as error:
        return page(request, CheckForm(), status=400, refused=str(error))
    answer = HttpResponse(body, content_type=CONTENT[ending])
    answer["Content-Disposition"] = f'attachment; filename="checks{ending}"'
    return answer


def own(request: HttpRequest, id: str) -> Check:
    found = owner(request).checks().filter(pk=id).first()
    if found is None:
        raise Http404
    return found


@never_cache
@login_required
@require_safe
def one(request: HttpRequest, id: str) -> HttpResponse:
    found = own(request, id)
    at_fee = fee_figures(found.answer, request.GET.get("fee", ""), float(found.request["placement_fee"]))
    if request.headers.get("HX-Request"):
        return render(request, "ratings/parts/check_fee.html", {"at_fee": at_fee})
    return sheet(request, found, at_fee=at_fee)


def sheet(
    request: HttpRequest, found: Check, *, at_fee: dict[str, Any] | None = None, refused: str = "", status: int = 200
) -> HttpResponse:
    answer = worded(found.answer)
    fee = float(found.request["placement_fee"])
    last = found.outcomes.first()
    forecast = answer["forecast"]
    context = {
        "check": found,
        "a": answer,
        "fee": fee,
        "verdict": VERDICTS.get(found.verdict, found.verdict),
        "means": VERDICT_MEANS.get(found.verdict, ""),
        "chance": 100 * answer["p_fee_earned_back"],
        "chance_collected": 100 * answer["p_fee_earned_back_collected"],
        "loss_chance": 100 * answer["p_loss_over_max"],
        "guaranteed": any(name.startswith("guarantee") for name in found.request),
        "rows": [
            (_("Viewers supported by activity"), forecast["viewers"]),
            (_("Orders"), forecast["orders"]),
            (_("Paid sales, yuan"), forecast["paid_sales"]),
            (_("Sales kept, yuan"), forecast["net_sales"]),
            (_("Profit, clawback not collected, yuan"), forecast["profit"]["not_collected"]),
            (_("Profit, clawback collected, yuan"), forecast["profit"]["collected"]),
        ],
        "histogram": profit_histogram(forecast["histogram"], chance=answer["p_fee_earned_back"]),
        "fees": fee_line(answer["fee_curve"], fee=fee, break_even=answer["break_even_fee"]),
        "lag": refund_lag(answer["refund_lag"], safe_day=answer["safe_balance_day"]),
        "findings": [
            {
                **row,
                "name": CHECKS.get(row["check"], row["check"]),
                "said": OUTCOMES[row["outcome"]],
                "mark": MARKS[row["outcome"]],
            }
            for row in answer["findings"]
        ],
        "top_fee": answer["fee_curve"][-1]["fee"],
        "step": max(round(answer["fee_curve"][-1]["fee"] / 200, 2), 0.01),
        "at_fee": at_fee or fee_figures(found.answer, "", fee),
        "audit": audited(last.audit) if last else None,
        "audit_at": last.at if last else None,
        "marks": MARKS,
        "refused": refused,
        "twin": reverse("api-check", args=[found.pk]),
        "hidden": True,
        "section": "check",
    }
    return render(request, "ratings/check_one.html", context, status=status)


def fee_figures(answer: dict[str, Any], asked: str, fee: float) -> dict[str, float]:
    """Chance and median at another fee, between the points of the stored curve."""
    curve = answer["fee_curve"]
    top = curve[-1]["fee"]
    try:
        wanted = float(asked) if asked else fee
    except ValueError:
        wanted = fee
    wanted = min(max(wanted, 0.0), top) if wanted == wanted else fee
    place = min(int(wanted / top * (len(curve) - 1)), len(curve) - 2) if top > 0 else 0
    left, right = curve[place], curve[place + 1]
    part = (wanted - left["fee"]) / max(right["fee"] - left["fee"], 1e-9)

    def between(name: str) -> float:
        return float(left[name] + part * (right[name] - left[name]))

    return {"fee": wanted, "chance": 100 * between("p_fee_earned_back"), "median": between("median_profit")}


@at_most(32 * MEGABYTE)
@never_cache
@login_required
@require_POST
def outcome(request: HttpRequest, id: str) -> HttpResponse:
    """The order export after the show: brushed or sold?"""
    found = own(request, id)
    given = request.FILES.get("file")
    if given is None:
        return sheet(request, found, refused=_("Please choose a file."), status=400)
    try:
        record_outcome(check=found, orders=exports.from_csv(given.read()), at=timezone.now())
    except TermsError as error:
        words = "; ".join(f"{name} {said(reason)}" for name, reason in error.errors.items())
        return sheet(request, found, refused=words, status=400)
    return redirect(f"{reverse('pages:check_one', args=[found.pk])}#outcome")
