"""The shapes of what is answered, for the schema; the answers themselves are plain dictionaries or stored bytes."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from ratings.models import DIMENSIONS, Scorecard

Shape = serializers.Serializer[Any]


class GradeField(serializers.ChoiceField):
    def __init__(self) -> None:
        super().__init__(choices=Scorecard.Grade.choices, allow_null=True)


class CategoryShape(Shape):
    code = serializers.CharField()
    name_en = serializers.CharField()
    name_zh = serializers.CharField()


class PlatformAccount(Shape):
    platform = serializers.CharField()
    handle = serializers.CharField()
    followers = serializers.IntegerField(allow_null=True)


class Former(Shape):
    slug = serializers.CharField(allow_null=True)
    name = serializers.CharField()
    since = serializers.DateTimeField()


class Who(Shape):
    slug = serializers.CharField()
    name = serializers.CharField()
    category = CategoryShape()
    platforms = PlatformAccount(many=True)
    tier = serializers.ChoiceField(choices=Scorecard.Tier.choices)
    league = serializers.ChoiceField(choices=Scorecard.League.choices)
    qualification = serializers.CharField(allow_null=True)
    qualification_expires = serializers.DateField(allow_null=True)
    model = serializers.BooleanField(help_text="Model influencer, by the published criteria.")
    formerly = Former(many=True, help_text="Hosts that go on as this one; what was observed of them counts here.")


class WhoInFull(Who):
    agency = serializers.CharField(allow_null=True)
    operator = serializers.CharField(allow_null=True)
    joined_at = serializers.DateTimeField(allow_null=True)
    skill_level = serializers.CharField(allow_null=True)


class Overall(Shape):
    score = serializers.FloatField(help_text="0 to 100.")
    low = serializers.FloatField(help_text="The central 90% interval begins here.")
    high = serializers.FloatField(help_text="The central 90% interval ends here.")
    grade = GradeField()
    grade_low = GradeField()
    grade_high = GradeField()
    rank = serializers.IntegerField(allow_null=True)
    rank_low = serializers.IntegerField(allow_null=True)
    rank_high = serializers.IntegerField(allow_null=True)
    percentile = serializers.FloatField(allow_null=True)
    p_top10 = serializers.FloatField(allow_null=True)
    peer_rank = serializers.IntegerField(allow_null=True)
    peer_rank_low = serializers.IntegerField(allow_null=True)
    peer_rank_high = serializers.IntegerField(allow_null=True)
    peer_p_top10 = serializers.FloatField(allow_null=True)


class ShortOverall(Shape):
    score = serializers.FloatField()
    low = serializers.FloatField()
    high = serializers.FloatField()
    grade = GradeField()
    rank = serializers.IntegerField(allow_null=True)
    rank_low = serializers.IntegerField(allow_null=True)
    rank_high = serializers.IntegerField(allow_null=True)
    percentile = serializers.FloatField(allow_null=True)
    p_top10 = serializers.FloatField(allow_null=True)
    peer_rank = serializers.IntegerField(allow_null=True)


class Dimension(Shape):
    score = serializers.FloatField()
    low = serializers.FloatField()
    high = serializers.FloatField()
    weight = serializers.FloatField()
    evidence = serializers.FloatField(help_text="Effective number of observations.")
    peer_mean = serializers.FloatField(allow_null=True)


class Contribution(Shape):
    dimension = serializers.ChoiceField(choices=DIMENSIONS)
    channel = serializers.CharField()
    source = serializers.ChoiceField(  # type: ignore[assignment]  # a name of the contract
        choices=["prior", "borrowed", "evidence", "exposure", "held"]
    )
    points = serializers.FloatField(help_text="Of the overall score; all add up to it exactly at four decimals.")
    held_points = serializers.FloatField(required=False)
    evidence_id = serializers.CharField(required=False)


class PeerGroup(Shape):
    name = serializers.CharField()
    size = serializers.IntegerField()
    mean = serializers.DictField(child=serializers.FloatField())


class SessionTraffic(Shape):
    session_id = serializers.CharField()
    started_at = serializers.DateTimeField()
    shown = serializers.IntegerField()
    real_low = serializers.IntegerField()
    real = serializers.IntegerField()
    real_high = serializers.IntegerField()
    inflation_z = serializers.FloatField()
    flagged = serializers.BooleanField()


class RefundShare(Shape):
    rate = serializers.FloatField(help_text="Refunded share of the covered orders of the last year.")
    orders = serializers.IntegerField()
    peers_low = serializers.FloatField(allow_null=True, help_text="What is usual in its category begins here.")
    peers_high = serializers.FloatField(allow_null=True, help_text="What is usual in its category ends here.")


class StandingAppeal(Shape):
    status = serializers.ChoiceField(choices=["under_appeal", "upheld", "reduced", "overturned"])
    due = serializers.DateTimeField(allow_null=True, help_text="By when it is decided.")


class Correction(Shape):
    on = serializers.DateField()
    note = serializers.CharField()


class Standing(Shape):
    level = serializers.CharField()
    codes = serializers.ListField(child=serializers.CharField())
    public_summary = serializers.CharField()
    start = serializers.DateField()
    end = serializers.DateField(allow_null=True)
    appeal = StandingAppeal(allow_null=True)
    overturned = Correction(allow_null=True, help_text="Shown for 90 days after a public decision was undone.")


class ShortCard(Shape):
    influencer = Who()
    status = serializers.ChoiceField(choices=Scorecard.Status.choices)
    overall = Overall()
    dimensions = serializers.DictField(child=Dimension())
    peer_group = PeerGroup()
    standing = Standing(many=True)
    grade_cap = serializers.DictField(allow_null=True, help_text="Why the grade is below the score: `code`.")
    evidence = serializers.DictField(
        help_text="Counts by kind, verified share; reviews held down, and of these the ones that came too fast."
    )
    as_of = serializers.DateField()
    run = serializers.IntegerField()
    policy = serializers.CharField()
    published_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()


class ScorecardDocument(ShortCard):
    contributions = Contribution(many=True)
    traffic = SessionTraffic(many=True, help_text="The latest judged sessions, newest first.")
    refunds = RefundShare(allow_null=True)


class Profile(ShortCard):
    influencer = WhoInFull()


class Comparison(Shape):
    results = ShortCard(many=True)


class InfluencerRow(Shape):
    place = serializers.IntegerField(help_text="In this list.")
    slug = serializers.CharField()
    name = serializers.CharField()
    category = CategoryShape()
    platforms = serializers.ListField(child=serializers.CharField())
    status = serializers.ChoiceField(choices=Scorecard.Status.choices)
    overall = ShortOverall()
    dimensions = serializers.DictField(child=serializers.FloatField())
    peer_group = serializers.CharField()
    tier = serializers.ChoiceField(choices=Scorecard.Tier.choices)
    league = serializers.ChoiceField(choices=Scorecard.League.choices)


class InfluencerPage(Shape):
    run = serializers.IntegerField()
    as_of = serializers.DateField()
    policy = serializers.CharField()
    updated_at = serializers.DateTimeField()
    results = InfluencerRow(many=True)
    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)


class Point(Shape):
    as_of = serializers.DateField()
    run = serializers.IntegerField()
    policy = serializers.CharField()
    status = serializers.ChoiceField(choices=Scorecard.Status.choices)
    score = serializers.FloatField()
    low = serializers.FloatField()
    high = serializers.FloatField()
    grade = GradeField()
    rank = serializers.IntegerField(allow_null=True)


class HistoryPage(Shape):
    slug = serializers.CharField()
    results = Point(many=True)
    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)


class ChannelDays(Shape):
    channel = serializers.CharField()
    days = serializers.ListField(child=serializers.ListField(child=serializers.FloatField()))


class EvidencePage(Shape):
    slug = serializers.CharField()
    run = serializers.IntegerField()
    policy = serializers.CharField()
    as_of = serializers.DateField()
    peer_group = serializers.CharField()
    last_day = serializers.IntegerField(help_text="Days since 1970 in the policy's zone, like every day here.")
    doubt = serializers.DictField(
        child=serializers.FloatField(), help_text="Relative variance of the exposure, by channel."
    )
    dimensions = serializers.DictField(child=serializers.ListField(child=serializers.CharField()))
    columns = serializers.ListField(
        child=serializers.CharField(), help_text="Of every row of `days`; METHOD.md says what they hold."
    )
    results = ChannelDays(many=True)
    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)


class RunDocument(Shape):
    run = serializers.IntegerField()
    as_of = serializers.DateField()
    policy = serializers.CharField()
    digest = serializers.CharField()
    evidence_digest = serializers.CharField()
    influencers = serializers.IntegerField()
    rated = serializers.IntegerField()
    parameters = serializers.DictField(help_text="What all influencers share: priors, spreads, drift, loadings.")


class Constant(Shape):
    name = serializers.CharField()
    value = serializers.JSONField()
    unit = serializers.CharField()
    low = serializers.FloatField(allow_null=True)
    high = serializers.FloatField(allow_null=True)
    reason = serializers.CharField()


class Policy(Shape):
    version = serializers.CharField()
    constants = Constant(many=True)


class PolicySince(Shape):
    version = serializers.CharField()
    since = serializers.DateTimeField()


class Methodology(Policy):
    versions = PolicySince(many=True)
