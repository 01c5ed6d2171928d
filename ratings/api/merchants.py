"""What a merchant follows, by its key or by login; and the feed of changes for platforms."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.authentication import SessionAuthentication
from rest_framework.exceptions import NotAuthenticated
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import BaseThrottle
from rest_framework.views import APIView

from feedback.api import idempotency
from feedback.api.base import InfluencerField, refuse_parameters
from feedback.api.parsers import FlatJSONParser
from feedback.authentication import HasScope, KeyAuthentication
from feedback.models import ApiKey, Scope
from feedback.pace import HookPace, KeyPace, Paced
from influencers.models import Influencer
from ratings.api.errors import Problem
from ratings.api.own import given
from ratings.members import roles
from ratings.members.refusal import NotPossible
from ratings.models import Hook, Merchant
from ratings.watchlist import verbs
from ratings.watchlist.changes import PAGE, Unknown, changes


class ActsForAMerchant(BasePermission):
    """A merchant's own key, or an account that acts for one."""

    message = "This needs a merchant's own key, or an account that acts for a merchant."

    def has_permission(self, request: Request, view: Any) -> bool:
        if isinstance(request.auth, ApiKey):
            return roles.merchant_of_key(request.auth) is not None
        if not isinstance(request.user, User):
            raise NotAuthenticated
        return bool(roles.merchants_of(request.user))


class MerchantParameters(serializers.Serializer[Any]):
    merchant = serializers.IntegerField(
        required=False, min_value=1, help_text="Which of your merchants; a key has only one."
    )


class Followed(serializers.Serializer[Any]):
    slug = serializers.CharField()
    name = serializers.CharField()
    since = serializers.DateTimeField()
    formerly = serializers.ListField(
        child=serializers.CharField(), help_text="Names it was followed under that go on as this one."
    )


class HookShape(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    url = serializers.CharField()
    created_at = serializers.DateTimeField()


class Watchlist(serializers.Serializer[Any]):
    merchant = serializers.CharField()
    results = Followed(many=True)
    hooks = HookShape(many=True)


class FollowRequest(serializers.Serializer[Any]):
    influencer = InfluencerField(help_text="Its slug.")


class HookRequest(serializers.Serializer[Any]):
    url = serializers.CharField(max_length=500)


class HookAnswer(HookShape):
    secret = serializers.CharField(help_text="Signs the messages; shown once.")


class MerchantView(APIView):
    authentication_classes: Any = (KeyAuthentication, SessionAuthentication)
    permission_classes: Any = (ActsForAMerchant,)
    parser_classes: Any = (FlatJSONParser,)
    paced_by: tuple[type[Paced], ...] = (KeyPace,)
    query: type[serializers.Serializer[Any]] = MerchantParameters

    def get_throttles(self) -> list[BaseThrottle]:
        return [pace() for pace in self.paced_by] if settings.THROTTLE else []

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        refuse_parameters(request, self.query().fields)

    def finalize_response(self, request: Request, response: Response, *args: Any, **kwargs: Any) -> Response:
        final = super().finalize_response(request, response, *args, **kwargs)
        final.headers["Cache-Control"] = "private, no-store"
        return final

    def merchant(self, request: Request) -> Merchant:
        """The key's, or the account's: the one asked for, or the first."""
        wanted = given(MerchantParameters, request.query_params).get("merchant")
        if isinstance(request.auth, ApiKey):
            found = roles.merchant_of_key(request.auth)
        else:
            own = roles.merchants_of(request.user)
            found = next((merchant for merchant in own if wanted in (None, merchant.pk)), None)
        if found is None:
            raise Http404
        return found


class Watching(MerchantView):
    @extend_schema(operation_id="watchlist", parameters=[MerchantParameters], responses=Watchlist)
    def get(self, request: Request) -> Response:
        """Whom the merchant follows, and where it is called."""
        merchant = self.merchant(request)
        hooks = Hook.objects.filter(merchant=merchant, ended_at=None).order_by("pk")
        return Response(
            {
                "merchant": merchant.name,
                "results": [_followed(row) for row in verbs.followed(merchant=merchant)],
                "hooks": [{"id": hook.pk, "url": hook.url, "created_at": hook.created_at} for hook in hooks],
            }
        )

    @extend_schema(
        operation_id="follow",
        parameters=[MerchantParameters, idempotency.PARAMETER],
        request=FollowRequest,
        responses={201: Followed},
    )
    @idempotency.once
    def post(self, request: Request) -> Response:
        """Follow an influencer."""
        influencer = given(FollowRequest, request.data)["influencer"]
        try:
            made = verbs.follow(merchant=self.merchant(request), influencer=influencer, at=timezone.now())
        except NotPossible as why:
            raise Problem("conflict", 409, str(why)) from None
        return Response(_followed(verbs.Followed(made.influencer, made.since, [])), status=201)


def _followed(row: verbs.Followed) -> dict[str, Any]:
    return {
        "slug": row.influencer.slug,
        "name": row.influencer.name,
        "since": row.since,
        "formerly": row.formerly,
    }


class OneWatched(MerchantView):
    @extend_schema(operation_id="unfollow", parameters=[MerchantParameters], responses={204: None})
    def delete(self, request: Request, slug: str) -> Response:
        """Follow an influencer no more."""
        found = Influencer.objects.defer("search").filter(slug=slug).first()
        if found is None or not verbs.unfollow(merchant=self.merchant(request), influencer=found):
            raise Http404
        return Response(status=204)


class Hooks(MerchantView):
    paced_by = (KeyPace, HookPace)

    @extend_schema(
        operation_id="add_hook",
        parameters=[MerchantParameters, idempotency.PARAMETER],
        request=HookRequest,
        responses={201: HookAnswer},
    )
    @idempotency.once
    def post(self, request: Request) -> Response:
        """Name an address to be called: public, by https."""
        url = given(HookRequest, request.data)["url"]
        try:
            hook, secret = verbs.add_hook(merchant=self.merchant(request), url=url, at=timezone.now())
        except NotPossible as why:
            raise Problem("invalid", 400, str(why)) from None
        made = {"id": hook.pk, "url": hook.url, "created_at": hook.created_at}
        return Response({**made, "secret": secret}, status=201)


class OneHook(MerchantView):
    @extend_schema(operation_id="end_hook", parameters=[MerchantParameters], responses={204: None})
    def delete(self, request: Request, number: int) -> Response:
        """Call an address no more."""
        hook = Hook.objects.filter(merchant=self.merchant(request), pk=number, ended_at=None).first()
        if hook is None:
            raise Http404
        verbs.end_hook(hook=hook, at=timezone.now())
        return Response(status=204)


class ChangesParameters(serializers.Serializer[Any]):
    since = serializers.IntegerField(min_value=1, help_text="The run you know.")
    cursor = serializers.IntegerField(required=False, min_value=0, help_text="`next` of the page before.")


class ChangesAnswer(serializers.Serializer[Any]):
    since = serializers.IntegerField()
    run = serializers.IntegerField()
    results = serializers.JSONField(
        help_text=f"At most {PAGE}: who changed, with score, grade and standing as of now; "
        "`status` `merged` with `into`, or `gone`, for who is no more."
    )
    next = serializers.IntegerField(allow_null=True)


class Changes(APIView):
    authentication_classes: Any = (KeyAuthentication,)
    permission_classes: Any = (HasScope,)
    scope = Scope.READ

    def get_throttles(self) -> list[BaseThrottle]:
        return [KeyPace()] if settings.THROTTLE else []

    @extend_schema(operation_id="changes", parameters=[ChangesParameters], responses=ChangesAnswer)
    def get(self, request: Request) -> Response:
        """Scorecards and standing that changed since a run, as a feed for platforms."""
        refuse_parameters(request, ChangesParameters().fields)
        asked = given(ChangesParameters, request.query_params)
        try:
            found = changes(since=asked["since"], after=asked.get("cursor", 0))
        except Unknown:
            raise Problem(
                "cursor-gone", 410, "This run is not kept; take the whole by `export`, or a newer run."
            ) from None
        return Response(found)
