"""From everyone's sums to the parameters of a run."""

from __future__ import annotations

from ratings.scoring import bounded, rate_parameters, traffic
from ratings.scoring.borrowing import bounded_signal, loadings
from ratings.scoring.inputs import DaySums, Population
from ratings.scoring.observed import Observed, observe, review_counts, view
from ratings.scoring.orders import OrderParameters, fit
from ratings.scoring.parameters import Parameters
from ratings.scoring.policy import MARKS, Policy


def estimate(population: Population, sums: DaySums, policy: Policy) -> Parameters:
    """Priors, variances, drift, regressions and correlations, from all influencers.

    Raises
    ------
    SumsError
        When the sums are not such as evidence gives.
    """
    return learn(population, sums, *look(population, sums, policy), policy)


def look(population: Population, sums: DaySums, policy: Policy) -> tuple[OrderParameters, Observed]:
    """What the sums show, to learn from and to score: after it nobody needs the sums of reviews again."""
    sums.check(population)
    orders = fit(population, sums.sessions, review_counts(population, sums), policy)
    return orders, observe(population, sums, orders, policy)


def learn(population: Population, sums: DaySums, orders: OrderParameters, seen: Observed, policy: Policy) -> Parameters:
    """The parameters that follow from what `look` saw."""
    marks = {
        name: bounded.estimate(seen.mark_days[name], seen.marks[name], population, seen.tier, policy)
        for name in seen.marks
    }
    rate = {
        name: rate_parameters.estimate(
            seen.rate_days[name],
            seen.rates[name],
            rate_parameters.RateShape.of(name, policy),
            population,
            seen.tier,
            policy,
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
    return Parameters(
        orders=orders,
        bounded=marks,
        rates=rate,
        traffic=traffic.fit(sums.sessions, population, policy),
        loadings=loadings(factor, own, policy),
    )
