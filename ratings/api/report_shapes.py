"""The shapes of the transparency report, for the schema."""

from __future__ import annotations

from drf_spectacular.utils import inline_serializer
from rest_framework import serializers

from ratings.api.shapes import PolicySince, Shape
from ratings.models import Publication


class People(Shape):
    all = serializers.IntegerField()
    rated = serializers.IntegerField()
    provisional = serializers.IntegerField()
    suspended = serializers.IntegerField()


class SessionCounts(Shape):
    judged = serializers.IntegerField()
    flagged = serializers.IntegerField()


class TopicCount(Shape):
    topic = serializers.CharField()
    count = serializers.IntegerField(allow_null=True, help_text="Null where there are too few to tell apart.")


class ComplaintCounts(Shape):
    open = serializers.IntegerField()
    upheld = serializers.IntegerField()
    rejected = serializers.IntegerField()
    withdrawn = serializers.IntegerField()
    mean_days_to_decision = serializers.FloatField(allow_null=True)
    median_days_to_decision = serializers.FloatField(allow_null=True)
    by_topic = TopicCount(many=True)


class CaseCounts(Shape):
    opened = serializers.IntegerField()
    by_code = serializers.ListField(child=serializers.DictField(), help_text="A code, its names, class and outcomes.")
    by_source = serializers.DictField(child=serializers.IntegerField())
    by_outcome = serializers.DictField(child=serializers.IntegerField())
    detected_automatically = serializers.IntegerField()
    median_hours_to_decision = serializers.FloatField(allow_null=True)


class ActionCounts(Shape):
    decided = serializers.IntegerField()
    by_level = serializers.DictField(child=serializers.IntegerField())
    by_state = serializers.DictField(child=serializers.IntegerField())
    decided_automatically = serializers.IntegerField()


class AppealCounts(Shape):
    filed = serializers.IntegerField()
    decided = serializers.IntegerField()
    by_outcome = serializers.DictField(child=serializers.IntegerField())
    share_overturned = serializers.FloatField(allow_null=True)
    median_days_to_decision = serializers.FloatField(allow_null=True)
    overdue = serializers.IntegerField()


class Published(Shape):
    run = serializers.IntegerField()
    action = serializers.ChoiceField(choices=Publication.Action.choices)
    at = serializers.DateTimeField()
    reason = serializers.CharField()


ViolationCounts = inline_serializer(
    "ViolationCounts",
    {
        "code": serializers.CharField(),
        "name_en": serializers.CharField(),
        "name_zh": serializers.CharField(),
        "class": serializers.CharField(),
        "alleged": serializers.IntegerField(),
        "confirmed": serializers.IntegerField(),
        "overturned": serializers.IntegerField(),
    },
    many=True,
)

Transparency = inline_serializer(
    "Transparency",
    {
        "period": serializers.CharField(allow_null=True),
        "from": serializers.DateField(),
        "until": serializers.DateField(),
        "run": serializers.IntegerField(),
        "policy": serializers.CharField(),
        "published_at": serializers.DateTimeField(),
        "influencers": People(),
        "evidence": serializers.DictField(child=serializers.IntegerField()),
        "reviews_held_down": serializers.IntegerField(),
        "sessions": SessionCounts(),
        "reviews_restored": serializers.IntegerField(help_text="Held down in the run before and no longer."),
        "violations": ViolationCounts,
        "cases": CaseCounts(),
        "actions": ActionCounts(),
        "appeals": AppealCounts(),
        "complaints": ComplaintCounts(),
        "contests": serializers.DictField(child=serializers.IntegerField()),
        "alerts": serializers.DictField(child=serializers.IntegerField()),
        "policies": PolicySince(many=True),
        "publications": Published(many=True),
    },
)
