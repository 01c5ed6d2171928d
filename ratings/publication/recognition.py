"""Model influencers, by published criteria and never by payment: surely among the best tenth of their peers in two
closes in a row, with no open case and nothing in force against them. Nobody grants it, so nobody can sell it.
"""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import FloatField
from django.db.models.fields.json import KeyTextTransform, KeyTransform
from django.db.models.functions import Cast

from influencers.models import Influencer
from ratings.models import Action, Case, PublicRun, Run, Scorecard
from ratings.models.governance import LIVE, CaseState

SURE = 0.9  # P(top 10% of the peer group)
LEAST_PEERS = 10  # among fewer there is no best tenth


def recognised(*, public: PublicRun, among: Collection[int]) -> set[int]:
    """Who of some influencers is a model influencer as of the public run; looks at cases as they are now."""
    return chosen(run=public.run, previous=public.previous, among=among)


def chosen(*, run: Run, previous: Run | None, among: Collection[int] | None = None) -> set[int]:
    """The same of a run and the one published before it; of everybody unless some are named."""
    if previous is None or previous.as_of >= run.as_of:
        return set()
    sure = _sure(run, among)
    sure = _sure(previous, sure) if sure else sure
    if not sure:
        return set()
    theirs = Influencer.with_merged(*sure)
    open_cases = Case.objects.filter(influencer__in=theirs, state__in=[CaseState.OPEN, CaseState.PROPOSED])
    in_force = Action.objects.filter(influencer__in=theirs, state__in=LIVE).order_by()
    ids = open_cases.order_by().values_list("influencer", flat=True)
    troubled = ids.union(in_force.values_list("influencer", flat=True))
    return sure - set(Influencer.survivors(troubled).values())


def _sure(run: Run, among: Collection[int] | None) -> set[int]:
    def figure(part: str, key: str) -> Cast:
        return Cast(KeyTextTransform(key, KeyTransform(part, "card")), FloatField())

    cards = Scorecard.objects.filter(run=run, status=Scorecard.Status.RATED)
    if among is not None:
        cards = cards.filter(influencer__in=among)
    cards = cards.annotate(chance=figure("overall", "peer_p_top10"), peers=figure("peer_group", "size"))
    return set(cards.filter(chance__gte=SURE, peers__gte=LEAST_PEERS).order_by().values_list("influencer", flat=True))
