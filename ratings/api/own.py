"""What belongs to whom: an influencer's own pages as JSON, by login."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.http import Http404, QueryDict
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.authentication import SessionAuthentication
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import BaseThrottle
from rest_framework.views import APIView

from feedback.api import idempotency
from feedback.api.base import CleanText, refuse_parameters
from feedback.api.parsers import FlatJSONParser
from feedback.pace import WritingPace
from influencers.models import Influencer
from ratings.api.errors import Problem
from ratings.governance import appeals
from ratings.governance.errors import CannotAct
from ratings.growth import plan
from ratings.growth.own import NothingPublished, own
from ratings.growth.what_if import MOST, Lever, what_if
from ratings.members import contests, dashboard, replies, roles
from ratings.members.refusal import NotPossible
from ratings.models import Contest


class WhoseParameters(serializers.Serializer[Any]):
    influencer = serializers.SlugField(required=False, help_text="Which of your hosts; the only one may be left out.")


class OwnDocument(serializers.Serializer[Any]):
    influencer = serializers.JSONField()
    card = serializers.JSONField(help_text="The scorecard document, as the public reads it.")
    moved = serializers.JSONField(help_text="Change of score, dimensions and contributions since the last close.")
    open = serializers.JSONField(help_text="Complaints, contests, actions and appeals, with their clocks.")
    notices = serializers.JSONField()
    also = serializers.ListField(child=serializers.CharField(), help_text="Other hosts this account speaks for.")


class ReplyRequest(WhoseParameters):
    review_id = serializers.CharField(max_length=128)
    text = CleanText(length=replies.LONGEST, help_text="Plain words: no links, no markup.")


class ReplyAnswer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    review_id = serializers.CharField()
    text = serializers.CharField()
    at = serializers.DateTimeField()


class ContestRequest(WhoseParameters):
    kind = serializers.ChoiceField(choices=Contest.Kind.values)
    evidence_id = serializers.CharField(max_length=128)
    text = CleanText(length=contests.LONGEST)


class ContestAnswer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    evidence = serializers.CharField()
    state = serializers.CharField()
    filed_at = serializers.DateTimeField()
    due_at = serializers.DateTimeField()
    late = serializers.BooleanField()
    text = serializers.CharField()
    reason = serializers.CharField()


class AppealRequest(WhoseParameters):
    action = serializers.IntegerField(min_value=1, max_value=2**62)
    grounds = serializers.ListField(child=CleanText(length=5_000), min_length=1, max_length=20)


class AppealAnswer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    action = serializers.IntegerField()
    state = serializers.CharField()
    acknowledge_due = serializers.DateTimeField()
    decide_due = serializers.DateTimeField()


class WhatIfRequest(WhoseParameters):
    changes = serializers.DictField(
        child=serializers.IntegerField(min_value=0, max_value=MOST),
        help_text=f"How many of the latest had been otherwise, by lever: {', '.join(Lever.values)}.",
    )


class WhatIfAnswer(serializers.Serializer[Any]):
    before = serializers.FloatField()
    after = serializers.FloatField()
    gain = serializers.FloatField()
    grade = serializers.CharField(allow_null=True)
    changed = serializers.JSONField(help_text="Ids of the evidence each lever touched.")


class PlanAnswer(serializers.Serializer[Any]):
    plan = serializers.JSONField()
    progress = serializers.JSONField()


class OwnView(APIView):
    """A view of one's own things, by the session of the pages; writing needs their CSRF token."""

    authentication_classes = (SessionAuthentication,)
    permission_classes = (IsAuthenticated,)
    parser_classes = (FlatJSONParser,)
    query: type[serializers.Serializer[Any]] = WhoseParameters

    def get_throttles(self) -> list[BaseThrottle]:
        writes = self.request.method == "POST" and settings.THROTTLE
        return [*super().get_throttles(), *([WritingPace()] if writes else [])]

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        refuse_parameters(request, self.query().fields if request.method == "GET" else ())

    def finalize_response(self, request: Request, response: Response, *args: Any, **kwargs: Any) -> Response:
        final = super().finalize_response(request, response, *args, **kwargs)
        final.headers["Cache-Control"] = "private, no-store"
        return final

    def whose(self, request: Request, slug: str | None) -> Influencer:
        """One of the account's own hosts; somebody else's does not exist here."""
        hosts = roles.influencers_of(request.user)
        found = next((host for host in hosts if slug in (None, "", host.slug)), None)
        if found is None:
            raise Http404
        if not slug and len(hosts) > 1:
            raise Problem("invalid", 400, "You speak for several hosts: say which by “influencer”.")
        return found


def user_of(request: Request) -> User:
    assert isinstance(request.user, User)
    return request.user


def given(kind: type[serializers.Serializer[Any]], data: Any) -> dict[str, Any]:
    """What was sent, checked; an empty query parameter is not one that was left out."""
    read = kind(data=data.dict() if isinstance(data, QueryDict) else data)
    read.is_valid(raise_exception=True)
    return dict(read.validated_data)


class Me(OwnView):
    @extend_schema(operation_id="me", parameters=[WhoseParameters], responses=OwnDocument)
    def get(self, request: Request) -> Response:
        """Your own dashboard."""
        asked = given(WhoseParameters, request.query_params)
        influencer = self.whose(request, asked.get("influencer"))
        found = dashboard.dashboard(influencer=influencer, at=timezone.now())
        also = [host.slug for host in roles.influencers_of(request.user) if host != influencer]
        return Response({**found, "also": also})


class MyPlan(OwnView):
    @extend_schema(operation_id="me_plan", parameters=[WhoseParameters], responses=PlanAnswer)
    def get(self, request: Request) -> Response:
        """Your growth plan, and what became of the one before."""
        asked, at = given(WhoseParameters, request.query_params), timezone.now()
        influencer = self.whose(request, asked.get("influencer"))
        kept = plan.latest(influencer=influencer)
        if kept is None:
            raise Problem("not-found", 404, "The plan is being made; ask again in some minutes.")
        try:
            return Response({"plan": kept.document, "progress": plan.progress(influencer=influencer, at=at)})
        except NothingPublished:
            raise Problem("not-published", 503, "No run of the rating has been published yet.") from None


class MyWhatIf(OwnView):
    @extend_schema(operation_id="me_what_if", request=WhatIfRequest, responses=WhatIfAnswer)
    def post(self, request: Request) -> Response:
        """What your score would be if some of the evidence had been otherwise."""
        asked = given(WhatIfRequest, request.data)
        influencer = self.whose(request, asked.get("influencer"))
        unknown = set(asked["changes"]) - set(Lever.values)
        if unknown:
            raise serializers.ValidationError({"changes": [f"Unknown: {', '.join(sorted(unknown))[:200]}."]})
        wanted = {Lever(name): many for name, many in asked["changes"].items()}
        try:
            found = what_if(own=own(influencer=influencer, at=timezone.now()), wanted=wanted)
        except NothingPublished:
            raise Problem("not-published", 503, "No run of the rating has been published yet.") from None
        return Response(
            {
                "before": found.before.score,
                "after": found.after.score,
                "gain": found.gain,
                "grade": found.after.grade,
                "changed": found.changed,
            }
        )


class MyReplies(OwnView):
    @extend_schema(
        operation_id="me_reply", parameters=[idempotency.PARAMETER], request=ReplyRequest, responses={201: ReplyAnswer}
    )
    @idempotency.once
    def post(self, request: Request) -> Response:
        """Reply to a review, in public and once."""
        asked = given(ReplyRequest, request.data)
        influencer = self.whose(request, asked.get("influencer"))
        try:
            made = replies.reply(
                influencer=influencer,
                review_id=asked["review_id"],
                text=asked["text"],
                by=user_of(request),
                at=timezone.now(),
            )
        except NotPossible as why:
            raise Problem("invalid", 400, str(why)) from None
        return Response({"id": made.pk, "review_id": made.review_id, "text": made.text, "at": made.at}, status=201)


class MyContests(OwnView):
    @extend_schema(
        operation_id="me_contest",
        parameters=[idempotency.PARAMETER],
        request=ContestRequest,
        responses={201: ContestAnswer},
    )
    @idempotency.once
    def post(self, request: Request) -> Response:
        """Contest a piece of evidence; staff decide within seven days."""
        asked, at = given(ContestRequest, request.data), timezone.now()
        influencer = self.whose(request, asked.get("influencer"))
        try:
            made = contests.contest(
                influencer=influencer,
                kind=asked["kind"],
                source_id=asked["evidence_id"],
                text=asked["text"],
                by=user_of(request),
                at=at,
            )
        except NotPossible as why:
            raise Problem("invalid", 400, str(why)) from None
        return Response(dashboard.contest_row(made, at), status=201)


class MyAppeals(OwnView):
    @extend_schema(
        operation_id="me_appeal",
        parameters=[idempotency.PARAMETER],
        request=AppealRequest,
        responses={201: AppealAnswer},
    )
    @idempotency.once
    def post(self, request: Request) -> Response:
        """Appeal against an action, with your grounds."""
        asked, at = given(AppealRequest, request.data), timezone.now()
        influencer = self.whose(request, asked.get("influencer"))
        action = dashboard.told(influencer).filter(pk=asked["action"]).first()
        if action is None:
            raise Http404
        try:
            made = appeals.file_appeal(action=action, grounds=asked["grounds"], by=user_of(request), at=at)
        except CannotAct as why:
            raise Problem("conflict", 409, str(why)) from None
        return Response(dashboard.appeal_row(made, at), status=201)
