"""From everyone's sums to the parameters of a run."""

from __future__ import annotations

from ratings.scoring import bounded, rates, traffic
from ratings.scoring.borrowing import bounded_signal, loadings
from ratings.scoring.inputs import DaySums, Population
from ratings.scoring.observed import Observed, observe, signals
from ratings.scoring.parameters import Parameters
from ratings.scoring.policy import MARKS, Policy


def estimate(population: Population, sums: DaySums, policy: Policy, observed: Observed | None = None) -> Parameters:
    """Priors, variances, drift, traffic regression and correlations, from all influencers.

    Parameters
    ----------
    observed : what `observe` gave for the same population and sums, to spare doing it twice

    Raises
    ------
    SumsError
        When the sums are not such as evidence gives.
    """
    sums.check(population)
    seen = observed or observe(population, sums, policy)
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
    factor = signals(population, seen, marks, rate, policy)
    own = {
        name: bounded_signal(
            seen.mark_days[name], seen.marks[name], marks[name].peers.of(population, seen.tier), marks[name],
            population, policy,
        )
        for name in MARKS
    }  # fmt: skip
    return Parameters(
        bounded=marks,
        rates=rate,
        traffic=traffic.fit(sums.sessions, population, policy),
        loadings=loadings(factor, own, policy),
    )
