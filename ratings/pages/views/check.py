"""`/check/`: terms checked before paying, one at a time or many from a file; `/check/{id}/` the answer on one sheet."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from feedback.pace import CheckPace, pause
from influencers.models import Influencer
from ratings.checks import batch, exports, files, verbs
from ratings.checks.outcomes import record_outcome
from ratings.checks.parsing import COLUMNS, FLAT, terms_of
from ratings.checks.rules import RULES
from ratings.checks.terms import TermsError
from ratings.checks.verbs import Owner
from ratings.checks.wording import CHECKS, OUTCOMES, VERDICT_MEANS, VERDICTS, audited, worded
from ratings.members import roles
from ratings.models import Check, Follow
from ratings.pages.charts.money import fee_line, profit_histogram, refund_lag
from ratings.pages.check_form import CheckForm, said
from ratings.pages.slow_down import slow_down
from ratings.pages.uploads import at_most

MEGABYTE = 1024 * 1024
LISTED = 20
MARKS = {"pass": "✓", "warn": "!", "fail": "✕", "unknown": "?"}


def owner(request: HttpRequest, acting: int | None = None) -> Owner:
    assert isinstance(request.user, User)
    return Owner(user=request.user, acting=acting)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    if not request.user.is_authenticated:
        return introduction(request)
    own = roles.merchants_of(request.user)
    host = named(request.GET.get("influencer", ""))
    form = CheckForm(request.POST or None, initial=request.GET.dict(), merchants=own, host=host)
    if form.is_valid():
        if wait := pause(request, CheckPace):
            return slow_down(request, wait)
        try:
            found = verbs.check(request=form.request(), owner=owner(request, form.acting()), at=timezone.now())
            return redirect("pages:check_one", id=found.pk)
        except TermsError as error:
            form.refuse(error.errors)
    return page(request, form, status=400 if form.is_bound else 200)


def named(reference: str) -> Influencer | None:
    """The host that the address names."""
    try:
        return verbs.find(reference)
    except TermsError:
        return None


def introduction(request: HttpRequest) -> HttpResponse:
    """What the check answers and what is needed for it, to those who are not signed in."""
    if request.method == "POST":
        return redirect_to_login(request.get_full_path())
    context = {
        "rules": RULES,
        "host": named(request.GET.get("influencer", "")),
        "after": urlencode({"next": request.get_full_path()}),
        "section": "check",
    }
    return render(request, "ratings/check_about.html", context)


def page(request: HttpRequest, form: CheckForm, *, status: int = 200, refused: str = "") -> HttpResponse:
    own = owner(request)
    earlier = verbs.kept(owner=own, size=LISTED).rows
    context = {
        "form": form,
        "earlier": [(one, VERDICTS.get(one.verdict, one.verdict)) for one in earlier],
        "files": files.of(own)[:LISTED],
        "columns": ", ".join((*COLUMNS, *FLAT)),
        "most": f"{batch.MOST_UPLOAD:,}",
        "now": f"{batch.MOST_NOW:,}",
        "refused": refused,
        "hidden": True,
        "section": "check",
    }
    return render(request, "ratings/check_new.html", context, status=status)


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
    at_fee = fee_figures(found.answer, request.GET.get("fee", ""), terms_of(found.request).placement_fee)
    if request.headers.get("HX-Request"):
        return render(request, "ratings/parts/check_fee.html", {"at_fee": at_fee})
    return sheet(request, found, at_fee=at_fee)


def sheet(
    request: HttpRequest, found: Check, *, at_fee: dict[str, Any] | None = None, refused: str = "", status: int = 200
) -> HttpResponse:
    answer = worded(found.answer)
    fee = terms_of(found.request).placement_fee
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
        "kept": forecast["profit"]["not_collected"],
        "given": list(asked_for(found)),
        "parts": [round(100 * part["share"]) for part in answer["counter_offer"]["pay_schedule"]],
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
        "merchants": followers(request, found),
        "again": urlencode(dict(again(found))),
        "twin": reverse("api-check", args=[found.pk]),
        "hidden": True,
        "section": "check",
    }
    return render(request, "ratings/check_one.html", context, status=status)


def again(found: Check) -> Iterator[tuple[str, str]]:
    """The terms as the form takes them."""
    slug = found.influencer.slug or found.influencer.source_id
    given = {**found.request, "influencer": slug}
    guarantee = given.pop("guarantee", None)
    if isinstance(guarantee, dict):
        given |= {f"guarantee_{name}": value for name, value in guarantee.items()}
    for name, value in given.items():
        if isinstance(value, str | int | float):
            yield name, str(value)


def asked_for(found: Check) -> Iterator[tuple[str, str]]:
    """The terms that were given, with the words of the form."""
    form = CheckForm()
    values = dict(again(found))
    for name, field in form.fields.items():
        if name in values and name not in ("influencer", "placement_fee"):
            yield str(field.label), form.words(name, values[name])


def followers(request: HttpRequest, found: Check) -> list[dict[str, Any]]:
    """The reader's merchants, each with whether it follows this host."""
    own = roles.merchants_of(request.user)
    led = Influencer.with_merged(found.influencer.goes_on_as.pk)
    following = set(Follow.objects.filter(merchant__in=own, influencer__in=led).values_list("merchant", flat=True))
    return [{"pk": one.pk, "name": one.name, "follows": one.pk in following} for one in own]


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
