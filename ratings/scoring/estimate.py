"""From everyone's sums to the parameters of a run."""

from __future__ import annotations

from ratings.scoring import bounded, rate_parameters, traffic
from ratings.scoring.borrowing import Signal, bounded_signal, loadings
from ratings.scoring.inputs import DaySums, Population, SessionRows
from ratings.scoring.observed import Seen, joined, observe, review_counts, view
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
    sums.check(population)
    orders = fit(population, sums.sessions, review_counts(population, sums), policy)
    seen = Seen.whole(population, observe(population, sums, orders, policy))
    return learn(sums.sessions, orders, seen, policy)


def learn(sessions: SessionRows, orders: OrderParameters, seen: Seen, policy: Policy) -> Parameters:
    """The parameters that follow from what was seen; nobody needs the sums of reviews again."""
    population = seen.population
    marks = {
        name: bounded.estimate(seen.of_mark(name), sums, population, seen.tier, policy)
        for name, sums in seen.marks.items()
    }
    rate = {
        name: rate_parameters.estimate(
            seen.of_rate(name), sums, rate_parameters.RateShape.of(name, policy), population, seen.tier, policy
        )
        for name, sums in seen.rates.items()
    }
    factor: dict[str, list[Signal]] = {}
    own: dict[str, list[Signal]] = {}
    for people, one in seen.each():
        for name, signal in view(people, one, marks, rate, policy).signals.items():
            factor.setdefault(name, []).append(signal)
        for name in MARKS:
            p, prior = marks[name], marks[name].peers.of(people, one.tier)
            signal = bounded_signal(one.mark_days[name], one.marks[name], prior, p, people, policy)
            own.setdefault(name, []).append(signal)
    return Parameters(
        orders=orders,
        bounded=marks,
        rates=rate,
        traffic=traffic.fit(sessions, population, policy),
        loadings=loadings(
            {name: joined(parts) for name, parts in factor.items()},
            {name: joined(parts) for name, parts in own.items()},
            policy,
        ),
    )
