"""What the queries of the public views may hold: checked against and published in the schema from one declaration."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from ratings.api.base import PageParameters
from ratings.models import DIMENSIONS, Scorecard
from ratings.publication.lists import ORDERS

__all__ = [
    "CompareParameters",
    "InfluencerParameters",
    "PageParameters",
    "RankingParameters",
    "ScorecardParameters",
]


class Word(serializers.CharField):
    """A free word without the character that the database refuses."""

    def to_internal_value(self, data: Any) -> str:
        text: str = super().to_internal_value(data)
        if "\x00" in text:
            raise serializers.ValidationError("Null characters are not allowed.")
        return text


class InfluencerParameters(PageParameters):
    q = Word(required=False, max_length=200, help_text="A name or a handle, or a part of one.")
    category = Word(required=False, max_length=64)
    tier = serializers.ChoiceField(required=False, choices=Scorecard.Tier.choices)
    platform = Word(required=False, max_length=64)
    grade = serializers.ChoiceField(required=False, choices=Scorecard.Grade.choices)
    status = serializers.ChoiceField(required=False, choices=Scorecard.Status.choices)
    min_score = serializers.FloatField(required=False, min_value=0, max_value=100)
    order = serializers.ChoiceField(
        required=False, choices=list(ORDERS), help_text="Default: the closest first with `q`, else by rank."
    )


class RankingParameters(PageParameters):
    category = Word(required=False, max_length=64)
    tier = serializers.ChoiceField(required=False, choices=Scorecard.Tier.choices)
    league = serializers.ChoiceField(required=False, choices=Scorecard.League.choices)
    dimension = serializers.ChoiceField(required=False, choices=DIMENSIONS)
    by = serializers.ChoiceField(required=False, choices=["score", "p_top10"], default="score")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs.get("dimension") and attrs["by"] == "p_top10":
            raise serializers.ValidationError({"by": "A dimension ranks by score only."})
        return attrs


class ScorecardParameters(serializers.Serializer[Any]):
    at = serializers.DateField(required=False, help_text="The nearest kept document; its `as_of` says of which day.")


class PeriodParameters(serializers.Serializer[Any]):
    period = serializers.RegexField(
        r"^[0-9]{4}(-(Q[1-4]|0[1-9]|1[0-2]))?$",
        required=False,
        help_text="A year, quarter or month until now: 2026, 2026-Q4, 2026-11.",
    )


class CompareParameters(serializers.Serializer[Any]):
    slugs = serializers.CharField(help_text="Two to five addresses, separated by commas.", max_length=700)

    def validate_slugs(self, value: str) -> list[str]:
        slugs = [slug.strip() for slug in value.split(",")]
        if not 2 <= len(slugs) <= 5 or len(set(slugs)) < len(slugs) or not all(slugs):
            raise serializers.ValidationError("Give two to five different addresses.")
        return slugs
