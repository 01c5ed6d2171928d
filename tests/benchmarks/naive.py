"""The scorecard as most would first write it: serializers over the models, all the middleware, no cache."""

from django.http import Http404
from django.urls import path
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from feedback.models import Session
from influencers.models import Account, Category, Influencer
from ratings.models import PublicRun, Scorecard


class CategoryOut(serializers.ModelSerializer[Category]):
    class Meta:
        model = Category
        fields = ("code", "name_en", "name_zh")


class AccountOut(serializers.ModelSerializer[Account]):
    class Meta:
        model = Account
        fields = ("platform", "handle", "followers")


class SessionOut(serializers.ModelSerializer[Session]):
    class Meta:
        model = Session
        fields = ("source_id", "started_at", "orders", "viewers", "commenters")


class InfluencerOut(serializers.ModelSerializer[Influencer]):
    category = CategoryOut()
    accounts = serializers.SerializerMethodField()
    sessions = serializers.SerializerMethodField()

    class Meta:
        model = Influencer
        fields = ("slug", "name", "category", "accounts", "sessions")

    def get_accounts(self, found: Influencer) -> list[dict[str, object]]:
        return list(AccountOut(Account.objects.filter(influencer=found), many=True).data)

    def get_sessions(self, found: Influencer) -> list[dict[str, object]]:
        return list(SessionOut(Session.objects.filter(influencer=found).order_by("-started_at")[:20], many=True).data)


class ScorecardOut(serializers.ModelSerializer[Scorecard]):
    influencer = InfluencerOut()

    class Meta:
        model = Scorecard
        fields = ("influencer", "status", "score", "low", "high", "grade", "rank", "card")


class Card(APIView):
    authentication_classes = ()
    throttle_classes = ()

    def get(self, request: Request, slug: str) -> Response:
        public = PublicRun.objects.get()
        found = Scorecard.objects.select_related("influencer__category").filter(
            run_id=public.run_id, influencer__slug=slug
        )
        if not found:
            raise Http404
        return Response(ScorecardOut(found[0]).data)


urlpatterns = [path("naive/<slug:slug>", Card.as_view())]
