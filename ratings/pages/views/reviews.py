"""`/reviews/new/`: leave a review. `/reviews/{token}/`: what its author keeps, and the way to take it back."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from feedback.models import Review
from feedback.pace import ReviewPace, TokenPace, TooMany, pause
from feedback.reviews import Marks, UnknownTokenError, leave_review, ticket_of, withdraw_review
from ratings.pages import hosts
from ratings.pages.forms import ReviewForm
from ratings.pages.slow_down import slow_down
from ratings.pages.uploads import at_most

COOKIE = "reviewer"
YEAR = 365 * 24 * 3600


@at_most(1024 * 1024)
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    influencer = hosts.asked(request)
    if influencer is None:
        return hosts.choose(request, purpose="review", target=reverse("pages:new_review"))
    at = timezone.now()
    form = ReviewForm(request.POST or None, influencer=influencer, at=at)
    if not form.is_valid():
        context = {"form": form, "host": influencer, "hidden": True}
        return render(request, "ratings/review_new.html", context, status=400 if form.is_bound else 200)
    if wait := pause(request, ReviewPace):
        return slow_down(request, wait)
    given = form.cleaned_data
    try:
        left = leave_review(
            influencer=influencer,
            marks=Marks(given["professionalism"], given["service"], given["as_described"]),
            text=given["text"],
            language=get_language() or "",
            receipt=given.get("receipt", ""),
            reviewer=request.COOKIES.get(COOKIE, ""),
            at=at,
        )
    except TooMany as many:
        return slow_down(request, many.wait)
    response = redirect(f"{reverse('pages:review', args=[left.token])}?new")
    response.set_cookie(
        COOKIE,
        left.reviewer,
        max_age=YEAR,
        path=reverse("pages:new_review"),
        samesite="Lax",
        secure=request.is_secure(),
        httponly=True,
    )
    return response


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def own(request: HttpRequest, token: str) -> HttpResponse:
    if wait := pause(request, TokenPace):
        return slow_down(request, wait)
    try:
        ticket = withdraw_review(token=token, at=timezone.now()) if request.method == "POST" else ticket_of(token)
    except UnknownTokenError:
        raise Http404 from None
    if request.method == "POST":
        return redirect("pages:review", token=token)
    review = Review.objects.select_related("influencer").filter(source_id=ticket.review_id).first()
    context = {
        "ticket": ticket,
        "review": review,
        "address": request.build_absolute_uri(request.path),
        "new": "new" in request.GET,
        "hidden": True,
    }
    return render(request, "ratings/review_own.html", context)
