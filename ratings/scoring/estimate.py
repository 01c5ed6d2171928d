"""From everyone's sums to the parameters of a run."""

from __future__ import annotations

from ratings.scoring import bounded, rates, traffic
from ratings.scoring.borrowing import bounded_signal, loadings
from ratings.scoring.inputs import DaySums, Population
from ratings.scoring.observed import Observed, observe, review_counts, view
from ratings.scoring.orders import fit
from ratings.scoring.parameters import Parameters
from ratings.scoring.policy import MARKS, Policy


def estimate(population: Population, sums: DaySums, policy: Policy) -> Parameters:
    """Priors, variances, drift, regressions and correlations, from all influencers.

    Raises
    ------
    SumsError
        When the sums are not such as evidence gives.
    """
    return learn(population, sums, policy)[0]


def learn(population: Population, sums: DaySums, policy: Policy) -> tuple[Parameters, Observed]:
    """As `estimate`, and what was observed on the way, so that `score` need not look again."""
    sums.check(population)
    orders = fit(population, sums.sessions, review_counts(population, sums), policy)
    seen = observe(population, sums, orders, policy)
    marks = {
        name: bounded.estimate(seen.mark_days[name], seen.marks[name], population, seen.tier, policy)
        for name in seen.marks
    }
    rate = {
        name: rates.estimate(
            seen.rate_days[name], seen.rates[name], rates.RateShape.of(name, policy), population, seen.tier, policy
        )
        for name in seen.rates
    }
    factor = view(population, seen, marks, rate, policy).signals
    own = {
        name: bounded_signal(
            seen.mark_days[name], seen.marks[name], marks[name].peers.of(population, seen.tier), marks[name],
            population, policy,
        )
        for name in MARKS
    }  # fmt: skip
    found = Parameters(
        orders=orders,
        bounded=marks,
        rates=rate,
        traffic=traffic.fit(sums.sessions, population, policy),
        loadings=loadings(factor, own, policy),
    )
    return found, seen
