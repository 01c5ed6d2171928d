"""`/complaints/new/`: file a complaint. `/complaints/{token}/`: follow it without an account."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from feedback import complaints
from feedback.attachments import MOST_IN_ALL
from feedback.clocks import clocks
from feedback.models import Fault, Topic
from feedback.pace import ComplaintPace, TokenPace, TooMany, pause
from feedback.reviews import UnknownTokenError
from feedback.timeline import timeline
from ratings.pages import hosts
from ratings.pages.forms import ComplaintForm
from ratings.pages.slow_down import slow_down
from ratings.pages.uploads import at_most


@at_most(MOST_IN_ALL)
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    influencer = hosts.asked(request)
    if influencer is None:
        return hosts.choose(request, purpose="complaint", target=reverse("pages:new_complaint"))
    at = timezone.now()
    form = ComplaintForm(request.POST or None, request.FILES or None, influencer=influencer, at=at)
    if not form.is_valid():
        context = {"form": form, "host": influencer, "hidden": True}
        return render(request, "ratings/complaint_new.html", context, status=400 if form.is_bound else 200)
    if wait := pause(request, ComplaintPace):
        return slow_down(request, wait)
    given = form.cleaned_data
    try:
        filed = complaints.file_complaint(
            influencer=influencer,
            topic=Topic(given["topic"]),
            text=given["text"],
            wish=given["wish"],
            order_id=given["order_id"],
            receipt=given.get("receipt", ""),
            files=given["attached"],
            at=at,
        )
    except TooMany as many:
        return slow_down(request, many.wait)
    return redirect(f"{reverse('pages:complaint', args=[filed.token])}?new")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def follow(request: HttpRequest, token: str) -> HttpResponse:
    if wait := pause(request, TokenPace):
        return slow_down(request, wait)
    at = timezone.now()
    try:
        case = complaints.case_of(token)
    except UnknownTokenError:
        raise Http404 from None
    refused = ""
    if request.method == "POST":
        try:
            complaints.withdraw(case=case, at=at)
            return redirect("pages:complaint", token=token)
        except complaints.NotPossibleError as error:
            refused = str(error)
            case.refresh_from_db()
    context = {
        "case": case,
        "clocks": clocks(case, at=at),
        "lines": timeline(case),
        "files": list(case.attachments.all()),
        "shares": [(Fault(who).label, share) for who, share in case.shares.items()],
        "token": token,
        "open": case.state in complaints.OPEN,
        "refused": refused,
        "address": request.build_absolute_uri(request.path),
        "new": "new" in request.GET,
        "twin": reverse("feedback:complaint", args=[token]),
        "hidden": True,
    }
    return render(request, "ratings/complaint_own.html", context, status=409 if refused else 200)
