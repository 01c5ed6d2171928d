"""`/me/{slug}/reviews/` and `/me/{slug}/cases/`: reply, contest, appeal."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from influencers.models import Influencer
from ratings import pieces, publication
from ratings.governance import appeals
from ratings.governance.errors import CannotAct
from ratings.members import contests, dashboard, replies
from ratings.members.refusal import NotPossible
from ratings.models import Contest, Reply
from ratings.pages.evidence import line
from ratings.pages.forms import Accessible, CleanTextField
from ratings.pages.me.access import own_influencer, user_of

PAGE = 20
GROUND_LENGTH = 5_000


class ReplyForm(Accessible):
    """The public reply to one review."""

    text = CleanTextField(
        length=replies.LONGEST,
        label=_("Your public reply"),
        help_text=_("Plain words, 10 to 1,000 characters: no links, no names, no telephone numbers."),
        widget=forms.Textarea(attrs={"rows": 4, "dir": "auto"}),
    )


class ContestForm(Accessible):
    """What is wrong with a piece of evidence."""

    text = CleanTextField(
        length=contests.LONGEST,
        label=_("What is wrong with it, and how can we tell?"),
        help_text=_("Our staff read it and decide within 7 days, with a reason."),
        widget=forms.Textarea(attrs={"rows": 5, "dir": "auto"}),
    )


class AppealForm(Accessible):
    """Grounds, one a line."""

    grounds = CleanTextField(
        length=GROUND_LENGTH,
        label=_("Your grounds"),
        help_text=_("One a line. Every one of them is answered, by someone who did not decide before."),
        widget=forms.Textarea(attrs={"rows": 6, "dir": "auto"}),
    )


@own_influencer
def reviews(request: HttpRequest, influencer: Influencer) -> HttpResponse:
    """Reviews, newest first, each with its reply or the way to one."""
    try:
        page = publication.reviews(influencer=influencer.pk, cursor=request.GET.get("cursor", ""), size=PAGE)
    except publication.CursorInvalid:
        raise Http404 from None
    ids = [row.review.source_id for row in page.rows]
    standing = Reply.shown(ids)
    contested = dict(Contest.objects.filter(kind="reviews", source_id__in=ids).values_list("source_id", "state"))
    rows = [
        {"review": row.review, "reply": standing.get(row.review.source_id),
         "contest": contested.get(row.review.source_id)}
        for row in page.rows
    ]  # fmt: skip
    context = {"host": influencer, "rows": rows, "next": page.next, "section": "reviews", "hidden": True}
    return render(request, "ratings/me/reviews.html", context)


@own_influencer
def reply(request: HttpRequest, influencer: Influencer, review: str) -> HttpResponse:
    """Write the reply to a review."""
    form = ReplyForm(request.POST or None)
    if form.is_valid():
        try:
            replies.reply(
                influencer=influencer,
                review_id=review,
                text=form.cleaned_data["text"],
                by=user_of(request),
                at=timezone.now(),
            )
        except NotPossible as why:
            form.add_error("text", str(why))
        else:
            messages.success(request, _("Your reply is public now, below the review."))
            return redirect("pages:my_reviews", influencer.slug)
    facts = pieces.facts(influencer=influencer.pk, kind="reviews", name=review)
    if facts is None:
        raise Http404
    context = {"host": influencer, "form": form, "facts": facts, "section": "reviews", "hidden": True}
    return render(request, "ratings/me/reply.html", context, status=400 if form.errors else 200)


@own_influencer
def take_back(request: HttpRequest, influencer: Influencer, number: int) -> HttpResponse:
    """Take a reply back."""
    found = Reply.objects.filter(pk=number, influencer=influencer).first()
    if found is None:
        raise Http404
    if request.method == "POST":
        try:
            replies.take_back(reply=found, by=user_of(request), at=timezone.now())
        except NotPossible as why:
            messages.error(request, str(why))
    return redirect("pages:my_reviews", influencer.slug)


@own_influencer
def contest(request: HttpRequest, influencer: Influencer, kind: str, name: str) -> HttpResponse:
    """Contest a piece of evidence."""
    facts = pieces.facts(influencer=influencer.pk, kind=kind, name=name)
    if facts is None:
        raise Http404
    form = ContestForm(request.POST or None)
    if form.is_valid():
        try:
            contests.contest(
                influencer=influencer,
                kind=kind,
                source_id=name,
                text=form.cleaned_data["text"],
                by=user_of(request),
                at=timezone.now(),
            )
        except NotPossible as why:
            form.add_error("text", str(why))
        else:
            messages.success(request, _("We decide within 7 days; you find it here."))
            return redirect("pages:my_cases", influencer.slug)
    context = {
        "host": influencer,
        "form": form,
        "facts": facts,
        "kind": Contest.Kind(kind).label,
        "name": name,
        "section": "cases",
        "hidden": True,
    }
    return render(request, "ratings/me/contest.html", context, status=400 if form.errors else 200)


@own_influencer
def cases(request: HttpRequest, influencer: Influencer) -> HttpResponse:
    """Contests, actions and appeals with their clocks."""
    at = timezone.now()
    appealed = {appeal.action_id: appeal for appeal in dashboard.appeals_of(influencer)}
    actions = [
        (action, appealed.get(action.pk), appeals.may_appeal(action=action, at=at))
        for action in dashboard.actions_of(influencer)
    ]
    slug = influencer.slug or ""
    strongest = pieces.pieces(slug=slug, direction="down", size=PAGE).rows if publication.document(slug) else []
    context = {
        "host": influencer,
        "contests": Contest.objects.filter(influencer=influencer)[: dashboard.SHOWN],
        "actions": actions,
        "pieces": [(piece, line(piece)) for piece in strongest if piece.kind in Contest.Kind.values],
        "at": at,
        "section": "cases",
        "hidden": True,
    }
    return render(request, "ratings/me/cases.html", context)


@own_influencer
def withdraw_contest(request: HttpRequest, influencer: Influencer, number: int) -> HttpResponse:
    """Give a contest up."""
    found = Contest.objects.filter(pk=number, influencer=influencer).first()
    if found is None:
        raise Http404
    if request.method == "POST":
        try:
            contests.withdraw(contest=found, by=user_of(request), at=timezone.now())
        except NotPossible as why:
            messages.error(request, str(why))
    return redirect("pages:my_cases", influencer.slug)


@own_influencer
def appeal(request: HttpRequest, influencer: Influencer, number: int) -> HttpResponse:
    """Appeal against an action."""
    action = dashboard.told(influencer).filter(pk=number).first()
    if action is None:
        raise Http404
    form = AppealForm(request.POST or None)
    if form.is_valid():
        grounds = [line.strip() for line in form.cleaned_data["grounds"].splitlines() if line.strip()]
        try:
            appeals.file_appeal(action=action, grounds=grounds, by=user_of(request), at=timezone.now())
        except CannotAct as why:
            form.add_error("grounds", str(why))
        else:
            messages.success(request, _("Your appeal is filed."))
            return redirect("pages:my_cases", influencer.slug)
    context = {"host": influencer, "form": form, "action": action, "section": "cases", "hidden": True}
    return render(request, "ratings/me/appeal.html", context, status=400 if form.errors else 200)
