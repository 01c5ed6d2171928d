"""`checks/`: terms checked before paying, by a merchant's key or by whoever is signed in; only one's own are seen."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import User
from django.http import Http404
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.authentication import SessionAuthentication
from rest_framework.parsers import BaseParser
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response

from feedback.api import idempotency
from feedback.api.base import TakingIn
from feedback.api.parsers import FlatJSONParser
from feedback.authentication import HasScope, KeyAuthentication
from feedback.models import ApiKey, Scope
from feedback.pace import CheckPace, KeyPace
from ratings.api.base import PageParameters, PublicView, listed
from ratings.api.own import given
from ratings.api.views import paged
from ratings.checks import exports, rules
from ratings.checks.outcomes import record_outcome
from ratings.checks.terms import TermsError
from ratings.checks.verbs import Owner, check, kept
from ratings.checks.wording import audited, worded
from ratings.models import Check

ID = OpenApiParameter("id", OpenApiTypes.UUID, OpenApiParameter.PATH, description="The check's id.")
MERCHANT = OpenApiParameter("merchant", OpenApiTypes.INT, description="Which of your merchants; a key has only one.")


class MayCheck(BasePermission):
    """A key of scope check, or a person who is signed in."""

    def has_permission(self, request: Request, view: Any) -> bool:
        if isinstance(request.auth, ApiKey):
            return HasScope().has_permission(request, view)
        return bool(request.user and request.user.is_authenticated)


class GuaranteeIn(serializers.Serializer[Any]):
    amount = serializers.FloatField(required=False, help_text="Yuan; or give a roi.")
    roi = serializers.FloatField(required=False, help_text="A multiple of the fee.")
    basis = serializers.ChoiceField(["paid", "shipped", "settled"], required=False)
    max_return_rate = serializers.FloatField(required=False)
    clawback = serializers.ChoiceField(["none", "pro_rata", "full"], required=False)
    due_days = serializers.IntegerField(required=False)
    collect_probability = serializers.FloatField(required=False)


class CheckIn(serializers.Serializer[Any]):
    """For the schema; what is read, and what is wrong with it, is said by `ratings.checks.parsing`."""

    influencer = serializers.CharField(help_text="Slug or id.")
    placement_fee = serializers.FloatField()
    commission_rate = serializers.FloatField()
    unit_price = serializers.FloatField(required=False, help_text="Needed without `skus`.")
    unit_cost = serializers.FloatField(required=False, help_text="Needed without `skus`.")
    category = serializers.CharField()
    show_type = serializers.ChoiceField(["dedicated", "mixed"], required=False)
    show_date = serializers.DateField(required=False, help_text="A day within a sales festival sells differently.")
    slot_minutes = serializers.FloatField(required=False)
    skus = serializers.ListField(child=serializers.DictField(), required=False)
    commission_basis = serializers.ChoiceField(["paid", "settled"], required=False)
    tiers = serializers.ListField(child=serializers.DictField(), required=False)
    platform_fee_rate = serializers.FloatField(required=False)
    ad_budget = serializers.FloatField(required=False)
    guarantee = GuaranteeIn(required=False)
    pay_schedule = serializers.ListField(child=serializers.DictField(), required=False)
    max_loss = serializers.FloatField(required=False)
    promised_gmv = serializers.FloatField(required=False)
    promised_viewers = serializers.FloatField(required=False)


class ReasonOut(serializers.Serializer[Any]):
    check = serializers.CharField()
    code = serializers.CharField()
    text = serializers.CharField()
    details = serializers.DictField()


class FindingOut(serializers.Serializer[Any]):
    check = serializers.CharField()
    outcome = serializers.ChoiceField(["pass", "warn", "fail", "unknown"])
    code = serializers.CharField()
    reason = serializers.CharField()
    details = serializers.DictField()
    remedy = serializers.CharField()


class CheckOut(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    at = serializers.DateTimeField()
    as_of = serializers.DateField()
    influencer = serializers.DictField()
    verdict = serializers.ChoiceField(["go", "negotiate", "avoid", "not_enough_evidence"])
    reasons = ReasonOut(many=True)
    forecast = serializers.DictField(help_text="viewers, orders, net_sales, profit: p05 p25 p50 p75 p95, in yuan.")
    p_fee_earned_back = serializers.FloatField()
    p_loss_over_max = serializers.FloatField()
    break_even_fee = serializers.FloatField()
    counter_offer = serializers.DictField()
    safe_balance_day = serializers.IntegerField()
    contract_gaps = serializers.ListField(child=serializers.DictField())
    promise = serializers.DictField()
    refund_lag = serializers.ListField(child=serializers.DictField())
    cancel_share = serializers.FloatField()
    findings = FindingOut(many=True)
    comparable = serializers.ListField(child=serializers.DictField())
    scorecard = serializers.DictField(allow_null=True)
    request = serializers.DictField()
    outcome = serializers.DictField(allow_null=True)


class CheckRow(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    at = serializers.DateTimeField()
    influencer = serializers.DictField()
    verdict = serializers.CharField()


class ChecksOut(serializers.Serializer[Any]):
    results = CheckRow(many=True)
    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)


class OrderIn(serializers.Serializer[Any]):
    order_id = serializers.CharField()
    amount = serializers.FloatField()
    status = serializers.ChoiceField(exports.STATES)
    buyer_id = serializers.CharField(required=False)
    shipped_at = serializers.DateTimeField(required=False)
    refunded_at = serializers.DateTimeField(required=False)
    cancelled_at = serializers.DateTimeField(required=False)


class OutcomeIn(serializers.Serializer[Any]):
    orders = OrderIn(many=True)


class OutcomeOut(serializers.Serializer[Any]):
    check = serializers.UUIDField()
    at = serializers.DateTimeField()
    verdict = serializers.CharField()
    text = serializers.CharField()
    totals = serializers.DictField()
    claim = serializers.DictField()
    findings = serializers.ListField(child=serializers.DictField())


def shown(found: Check) -> dict[str, Any]:
    """A stored check as it is answered."""
    last = found.outcomes.first()
    return {
        "id": str(found.pk),
        "at": found.at.isoformat(),
        **worded(found.answer),
        "request": found.request,
        "outcome": audited(last.audit) if last else None,
    }


class ListParameters(PageParameters):
    merchant = serializers.IntegerField(required=False, min_value=1)


def owner_of(request: Request, *, acting: int | None = None) -> Owner:
    if isinstance(request.auth, ApiKey):
        return Owner(api_key=request.auth, acting=acting)
    return Owner(user=request.user if isinstance(request.user, User) else None, acting=acting)


class Checking(TakingIn):
    authentication_classes = (KeyAuthentication, SessionAuthentication)
    permission_classes = (MayCheck,)
    scope = Scope.CHECK
    throttled_by = {"GET": KeyPace, "POST": CheckPace}


class Checks(Checking):
    known_parameters = frozenset({"merchant", "cursor", "page_size"})

    @extend_schema(
        operation_id="check", parameters=[MERCHANT, idempotency.PARAMETER], request=CheckIn, responses={201: CheckOut}
    )
    @idempotency.once
    def post(self, request: Request) -> Response:
        """Check terms before paying: it judges these terms, not the person. The answer is kept."""
        if not isinstance(request.data, dict):
            raise serializers.ValidationError({"terms": "have to be a JSON object"})
        owner = owner_of(request, acting=given(ListParameters, request.query_params).get("merchant"))
        try:
            found = check(request=request.data, owner=owner, at=timezone.now())
        except TermsError as error:
            raise serializers.ValidationError(error.errors) from None
        return Response(shown(found), status=201)

    @extend_schema(operation_id="checks", parameters=[ListParameters], responses=ChecksOut)
    def get(self, request: Request) -> Response:
        """One's own checks, the newest first."""
        asked = given(ListParameters, request.query_params)
        owner = owner_of(request, acting=asked.get("merchant"))
        found = paged(kept, owner=owner, cursor=asked.get("cursor", ""), page_size=asked["page_size"])
        rows = [
            {"id": str(c.pk), "at": c.at.isoformat(), "influencer": c.answer["influencer"], "verdict": c.verdict}
            for c in found.rows
        ]
        return Response(listed(request, rows, found))


class OneCheck(Checking):
    @extend_schema(operation_id="check_read", parameters=[ID], responses=CheckOut)
    def get(self, request: Request, id: str) -> Response:
        """A check as it was answered, with its outcome if there is one."""
        return Response(shown(own(request, id)))


def own(request: Request, id: str) -> Check:
    found = owner_of(request).checks().filter(pk=id).first()
    if found is None:
        raise Http404
    return found


class RulesOut(serializers.Serializer[Any]):
    version = serializers.CharField()
    constants = serializers.DictField(help_text="Name → value, unit, reason.")


class Rules(PublicView):
    @extend_schema(operation_id="check_rules", responses=RulesOut)
    def get(self, request: Request) -> Response:
        """The thresholds of the verdict and every constant of the forecast, with their reasons."""
        return Response(rules.document())


class Raw(BaseParser):
    """A CSV, as it is."""

    media_type = "text/csv"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        return stream.read()


class OneOutcome(Checking):
    parser_classes = (FlatJSONParser, Raw)
    most_bytes = 32 * 1024 * 1024

    @extend_schema(
        operation_id="check_outcome",
        parameters=[ID, idempotency.PARAMETER],
        request={"application/json": OutcomeIn, "text/csv": OpenApiTypes.STR},
        responses={201: OutcomeOut},
    )
    @idempotency.once
    def post(self, request: Request, id: str) -> Response:
        """Send the order export after the show: brushed or sold, what is kept, what may be claimed back."""
        found = own(request, id)
        data: Any = request.data
        try:
            if isinstance(data, bytes):
                rows = exports.from_csv(data)
            else:
                sent = data.get("orders") if isinstance(data, dict) else data
                rows = exports.from_rows(sent if isinstance(sent, list) else [])
            outcome = record_outcome(check=found, orders=rows, at=timezone.now())
        except TermsError as error:
            raise serializers.ValidationError(error.errors) from None
        body = {"check": str(found.pk), "at": outcome.at.isoformat(), **audited(outcome.audit)}
        return Response(body, status=201)
