"""Model influencers, by published criteria and never by payment: surely among the best tenth of their peers in two
closes in a row, with no open case and nothing in force against them. Nobody grants it, so nobody can sell it.
"""

from __future__ import annotations

from collections.abc import Collection

from ratings.models import Action, Case, PublicRun, Scorecard
from ratings.models.governance import LIVE, CaseState

SURE = 0.9  # P(top 10% of the peer group)
LEAST_PEERS = 10  # among fewer there is no best tenth


def recognised(*, public: PublicRun, among: Collection[int]) -> set[int]:
    """Who of some influencers is a model influencer as of the public run; looks at cases as they are now."""
    if public.previous is None or public.previous.as_of >= public.run.as_of or not among:
        return set()
    runs = (public.run_id, public.previous_id)
    cards = Scorecard.objects.filter(run__in=runs, influencer__in=among, status=Scorecard.Status.RATED)
    found: dict[int, int] = {}
    told = cards.values_list("influencer", "card__overall__peer_p_top10", "card__peer_group__size")
    for influencer, chance, peers in told:
        found[influencer] = found.get(influencer, 0) + (float(chance or 0) >= SURE and int(peers or 0) >= LEAST_PEERS)
    sure = {influencer for influencer, times in found.items() if times == len(runs)}
    if not sure:
        return set()
    open_cases = Case.objects.filter(influencer__in=sure, state__in=[CaseState.OPEN, CaseState.PROPOSED])
    in_force = Action.objects.filter(influencer__in=sure, state__in=LIVE).order_by()
    ids = open_cases.order_by().values_list("influencer", flat=True)
    return sure - set(ids.union(in_force.values_list("influencer", flat=True)))
