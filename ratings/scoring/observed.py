"""What the day sums of a population show, channel by channel, before anything is believed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, fields
from typing import Any, TypeVar

import numpy as np

from ratings.scoring import bounded, rate_parameters, rates
from ratings.scoring.borrowing import Signal, bounded_signal, rate_signal
from ratings.scoring.inputs import DaySums, Ints, Population
from ratings.scoring.orders import OrderParameters, Support, support
from ratings.scoring.policy import RATES, REVIEW_CHANNELS, Policy
from ratings.scoring.priors import tiers
from ratings.scoring.sums import MarkDays, Parted, RateDays, bucket_factor, mark_days, per_influencer, rate_days

Of = TypeVar("Of", bound=bounded.BoundedSums | rate_parameters.RateSums | Signal)


@dataclass(frozen=True)
class Observed:
    """Days and decayed sums of every channel, and the tier that follows from a year of orders."""

    tier: Ints
    support: Support
    mark_days: dict[str, MarkDays]
    marks: dict[str, bounded.BoundedSums]
    rate_days: dict[str, RateDays]
    rates: dict[str, rate_parameters.RateSums]


@dataclass(frozen=True)
class Seen:
    """What was observed of everyone: what is one row an influencer stands here, their days some of them at a time.

    Attributes
    ----------
    population : everyone
    tier, marks, rates : as in `Observed`, of everyone
    parts : first influencer and number of each part, and how to have its `Observed` again
    """

    population: Population
    tier: Ints
    marks: dict[str, bounded.BoundedSums]
    rates: dict[str, rate_parameters.RateSums]
    parts: tuple[tuple[int, int, Callable[[], Observed]], ...]

    @classmethod
    def whole(cls, population: Population, observed: Observed) -> Seen:
        """Everyone in one part."""
        part = (0, population.size, lambda: observed)
        return cls(population, observed.tier, observed.marks, observed.rates, (part,))

    @classmethod
    def joined(
        cls,
        population: Population,
        parts: Iterable[tuple[Population, Observed]],
        keep: Callable[[Observed], Callable[[], Observed]],
    ) -> Seen:
        """Parts one after the other; `keep` puts the days of one away and says how to have them again."""
        tier: list[Ints] = []
        marks: dict[str, list[bounded.BoundedSums]] = {}
        rate: dict[str, list[rate_parameters.RateSums]] = {}
        kept, low = [], 0
        for people, one in parts:
            tier.append(one.tier)
            for name, mark in one.marks.items():
                marks.setdefault(name, []).append(mark)
            for name, sums in one.rates.items():
                rate.setdefault(name, []).append(sums)
            kept.append((low, people.size, keep(one)))
            low += people.size
        return cls(
            population,
            np.concatenate(tier),
            {name: joined(some) for name, some in marks.items()},
            {name: joined(some) for name, some in rate.items()},
            tuple(kept),
        )

    def each(self) -> Iterator[tuple[Population, Observed]]:
        """Part by part: who, and what was observed of them."""
        for low, size, again in self.parts:
            yield self.population.part(low, low + size), again()

    def of_mark(self, name: str) -> Parted[MarkDays]:
        """The days of one bounded channel."""
        return lambda: ((people, one.mark_days[name]) for people, one in self.each())

    def of_rate(self, name: str) -> Parted[RateDays]:
        """The days of one rate channel."""
        return lambda: ((people, one.rate_days[name]) for people, one in self.each())

    def of(self, index: int) -> tuple[int, Observed]:
        """The part an influencer is in, and its place there."""
        low, again = next((low, again) for low, size, again in self.parts if low <= index < low + size)
        return index - low, again()


def joined(parts: list[Of]) -> Of:
    """Records of arrays, one row an influencer, one after the other."""
    if len(parts) == 1:
        return parts[0]
    names = [field.name for field in fields(parts[0])]
    rows: dict[str, Any] = {name: np.concatenate([getattr(part, name) for part in parts]) for name in names}
    return type(parts[0])(**rows)


def review_counts(population: Population, sums: DaySums) -> Ints:
    """(n,) reviews of each influencer, whatever their trust."""
    counts = per_influencer(sums.reviews.influencer, sums.reviews.n.astype(np.float64), population.size)
    return counts.astype(np.int64)


def observe(population: Population, sums: DaySums, parameters: OrderParameters, policy: Policy) -> Observed:
    """Scale and decay the sums of all channels; each influencer's from its own rows only.

    Tiers go by orders that their session's audience supports: a review more must not move anyone to other peers.
    """
    sessions = sums.sessions
    found = support(population, sessions, review_counts(population, sums), parameters, policy)
    recent = sessions.day >= population.as_of_day - policy.tier_days
    year = (sessions.orders * found.session)[recent]
    yearly = per_influencer(sessions.influencer[recent], year, population.size)
    factor = bucket_factor(sums.reviews, sums.buckets)
    m_days = mark_days(sums.reviews, factor, REVIEW_CHANNELS)
    used = found.factor(sessions)
    r_days = {name: rate_days(sums.events, sessions, used, name) for name in RATES}
    nothing = np.zeros(population.size)
    return Observed(
        tier=tiers(yearly, policy),
        support=found,
        mark_days=m_days,
        marks={k: bounded.decayed(d, population, policy.half_life) for k, d in m_days.items()},
        rate_days=r_days,
        rates={
            k: rate_parameters.decayed(
                d,
                rate_parameters.RateShape.of(k, policy),
                nothing if k == "violation" else found.doubt,
                population,
                policy.half_life,
            )
            for k, d in r_days.items()
        },
    )


@dataclass(frozen=True)
class View:
    """What the observed days say under the peers' priors, with the memory of one policy.

    Attributes
    ----------
    evidence : of each rate channel, as one observation
    signals : deviation of the four channels of the common factor from their peers' priors
    """

    evidence: dict[str, rates.RateEvidence]
    signals: dict[str, Signal]


def view(
    population: Population,
    seen: Observed,
    marks: dict[str, bounded.BoundedParameters],
    rate: dict[str, rate_parameters.RateParameters],
    policy: Policy,
) -> View:
    """Look at everyone's days through the filter (or the decayed sums) of a policy."""
    p = marks["review"]
    peer = p.peers.of(population, seen.tier)
    found = {"review": bounded_signal(seen.mark_days["review"], seen.marks["review"], peer, p, population, policy)}
    evidence = {}
    for name in RATES:
        q, shape = rate[name], rate_parameters.RateShape.of(name, policy)
        peer = q.peers.of(population, seen.tier)
        evidence[name] = rates.gathered(seen.rate_days[name], seen.rates[name], peer, q, shape, population, policy)
        found[name] = rate_signal(evidence[name], peer, q)
    return View(evidence, found)
