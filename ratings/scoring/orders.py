"""Orders that activity supports: how many of the shown orders audience, returns and reviews make believable.

Per session, orders above what commenters and the influencer's own habit explain are taken for honest excess or for
brushing, by a mixture. Per influencer, three proxies (audience, no-reason returns, reviews) are compared with what its
orders would bring elsewhere, and pooled. What is used are the orders times both factors.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ratings.scoring.inputs import Bools, Floats, Ints, Population, SessionRows
from ratings.scoring.policy import Policy
from ratings.scoring.robust import MAD_TO_SD, median, median_exceeds, tukey
from ratings.scoring.sums import per_influencer, runs

SESSION_FACTORS = tuple(float(np.log(b)) for b in (2, 3, 5, 8, 13, 20, 40))
INFLUENCER_FACTORS = tuple(float(np.log(b)) for b in (1.5, 2, 3, 5))
REWEIGHTINGS, BISECTIONS = 6, 60
HABIT_SCALE, DOWNWARD, PSEUDO_SESSION = 1.5, 0.3, 0.5
LEAST_SPREAD = 0.15
TOP_VARIANCE = 4.0
PROXIES = ("audience", "returns", "reviews")


@dataclass(frozen=True)
class OrderParameters:
    """What all influencers share; `coefficients` are empty while too few sessions can be compared.

    Attributes
    ----------
    coefficients : constant and log(commenters+1) of log(orders+1)
    center, spread : median and robust sd of the residuals
    habit_spread : robust sd of a session around its influencer's habit
    returns : no-reason returns per order by category; empty when unknown
    review_rate : reviews per order of the platform, 0 when unknown
    medians, variances : of the log-ratio of each proxy between influencers; only proxies that are known
    """

    coefficients: tuple[float, ...]
    center: float
    spread: float
    habit_spread: float
    returns: dict[str, float]
    review_rate: float
    medians: dict[str, float]
    variances: dict[str, float]


NOTHING = OrderParameters((), 0.0, 0.0, 0.0, {}, 0.0, {}, {})


@dataclass(frozen=True)
class Support:
    """Factors on orders.

    Attributes
    ----------
    session : (s,) f_s of each session
    influencer : (n,) f_h of each influencer
    doubt : (n,) relative variance that the correction adds to rates per order
    """

    session: Floats
    influencer: Floats
    doubt: Floats

    def factor(self, sessions: SessionRows) -> Floats:
        """(s,) what each session's orders are multiplied by."""
        return self.session * self.influencer[sessions.influencer]


@dataclass(frozen=True)
class _Habit:
    usable: Bools
    predicted: Floats
    deviation: Floats


def real_fraction(
    deviation: Floats, variance: Floats, share: float, factors: tuple[float, ...]
) -> tuple[Floats, Floats]:
    """E[e^−b] and Var(b) given a log-ratio: honest N(0, var) with fat tails, or brushed by b, together `share`.

    Parameters
    ----------
    deviation, variance : (m,) log(real/shown) as observed, and its variance
    """
    sd = np.sqrt(variance)

    def density(t: Floats) -> Floats:
        narrow, wide = np.exp(-0.5 * (t / sd) ** 2), np.exp(-0.5 * (t / (2 * sd)) ** 2)
        return np.asarray(0.97 * narrow + 0.015 * wide)

    total = (1 - share) * density(deviation)
    fraction = total.copy()
    first, second = np.zeros(deviation.size), np.zeros(deviation.size)
    for b in factors:
        p = share / len(factors) * density(deviation + b)
        total = total + p
        fraction = fraction + p * np.exp(-b)
        first, second = first + p * b, second + p * b * b
    total = np.maximum(total, 1e-300)
    return np.maximum(fraction, 1e-300) / total, np.maximum(second / total - (first / total) ** 2, 0.0)


def _design(sessions: SessionRows) -> list[Floats]:
    return [np.broadcast_to(1.0, sessions.size), np.log1p(np.nan_to_num(sessions.commenters))]


def _habits(sessions: SessionRows, p: OrderParameters) -> _Habit:
    """Each session against what its commenters predict and its influencer's robust centre."""
    usable = np.isfinite(sessions.commenters) & (sessions.orders > 0)
    predicted, deviation = np.empty(sessions.size), np.empty(sessions.size)
    # nobody's habit looks at another's sessions
    for run in runs(sessions.influencer):
        predicted[run], deviation[run] = _habit(sessions.rows(run), usable[run], p)
    return _Habit(usable, predicted, deviation)


def _habit(sessions: SessionRows, usable: Bools, p: OrderParameters) -> tuple[Floats, Floats]:
    expected = np.full(sessions.size, p.center)
    for coefficient, column in zip(p.coefficients, _design(sessions), strict=True):
        expected = expected + coefficient * column
    residual = np.where(usable, np.log1p(sessions.orders.astype(np.float64)) - expected, 0.0)
    weight, who = usable.astype(np.float64), sessions.influencer - sessions.influencer[0]
    size = int(who[-1]) + 1
    for _ in range(REWEIGHTINGS):
        total = per_influencer(who, weight, size) + PSEUDO_SESSION
        center = per_influencer(who, weight * residual, size) / total
        t = (residual - center[who]) / (HABIT_SCALE * p.spread)
        weight = usable / (1 + np.where(t > 0, t, DOWNWARD * t) ** 2)
    return np.exp(expected), residual - center[who]


def _session_factor(sessions: SessionRows, habit: _Habit, p: OrderParameters, policy: Policy) -> Floats:
    result = np.ones(sessions.size)
    for run in runs(sessions.influencer):
        deviation = habit.deviation[run]
        above = habit.usable[run] & (deviation > 0)
        orders = sessions.orders[run].astype(np.float64)
        usual = np.minimum(orders, np.exp(np.log1p(orders) - deviation))
        variance = p.habit_spread**2 + 1 / (usual + 1)
        found, _ = real_fraction(-deviation, variance, policy.brushed_session_share, SESSION_FACTORS)
        result[run] = np.where(above, found, 1.0)
    return result


def _ratios(
    population: Population, sessions: SessionRows, habit: _Habit, orders: Floats, reviews: Ints, p: OrderParameters
) -> dict[str, tuple[Floats, Floats, Bools]]:
    """Log-ratio, sampling variance and usability of each proxy, per influencer."""
    who, n = sessions.influencer, population.size
    whole = per_influencer(who, orders, n)
    some = whole > 0
    audience = per_influencer(who, habit.usable * habit.predicted, n)
    matched = per_influencer(who, habit.usable * orders, n)
    result = {"audience": (np.log((audience + 1) / (matched + 1)), 1 / (matched + 1), some & (audience > 0))}
    if p.returns:
        known = sessions.no_reason >= 0
        returned = per_influencer(who, np.where(known, sessions.no_reason, 0).astype(np.float64), n)
        seen = per_influencer(who, known * orders, n)
        rate = np.array([p.returns.get(c, 0.0) for c in population.categories])[population.category]
        expected = rate * seen
        result["returns"] = (np.log((returned + 0.5) / (expected + 0.5)), 1 / (expected + 0.5), (seen > 0) & (rate > 0))
    if p.review_rate > 0:
        expected = p.review_rate * whole
        result["reviews"] = (np.log((reviews + 0.5) / (expected + 0.5)), 1 / (expected + 0.5), some)
    return result


def fit(population: Population, sessions: SessionRows, reviews: Ints, policy: Policy) -> OrderParameters:
    """Regression, habits and proxies of all influencers; nothing is corrected while too few sessions are comparable.

    Parameters
    ----------
    reviews : (n,) reviews of each influencer
    """
    usable = np.isfinite(sessions.commenters) & (sessions.orders > 0)
    if not policy.supported_orders or np.sum(usable) < policy.traffic_sessions:
        return NOTHING
    compared = sessions.rows(slice(None) if usable.all() else usable, "influencer", "orders", "commenters")
    coefficients, center, spread = tukey(np.log1p(compared.orders.astype(np.float64)), _design(compared))
    del compared
    spread = max(spread, policy.traffic_sd_floor)
    p = replace(NOTHING, coefficients=coefficients, center=center, spread=spread, habit_spread=spread)
    habit = _habits(sessions, p)
    counts = per_influencer(sessions.influencer, usable.astype(np.float64), population.size)
    regular = usable & (counts[sessions.influencer] > 3)
    if np.sum(regular) > policy.traffic_sessions:
        habit_spread = float(MAD_TO_SD * median(np.abs(habit.deviation[regular])))
        p = replace(p, habit_spread=max(habit_spread, policy.traffic_sd_floor))
    orders = sessions.orders * _session_factor(sessions, habit, p, policy)
    p = replace(p, returns=_returns(population, sessions, orders), review_rate=_review_rate(reviews, orders))
    medians, variances = {}, {}
    for name, (ratio, sampling, good) in _ratios(population, sessions, habit, orders, reviews, p).items():
        if not good.any():
            continue
        precise = good & (sampling <= median(sampling[good]))
        medians[name] = median(ratio[precise])
        well = good & (sampling < 0.5)
        found = _spread(ratio[well] - medians[name], sampling[well]) if np.sum(well) > 30 else 1.0
        variances[name] = max(found, LEAST_SPREAD**2)
    return replace(p, medians=medians, variances=variances)


def _returns(population: Population, sessions: SessionRows, orders: Floats) -> dict[str, float]:
    known = sessions.no_reason >= 0
    if np.sum(sessions.no_reason[known]) <= 50:
        return {}
    category, n = population.category[sessions.influencer], len(population.categories)
    returned = np.bincount(category, np.where(known, sessions.no_reason, 0), minlength=n)
    whole = np.bincount(category, known * orders, minlength=n)
    return dict(zip(population.categories, ((returned + 1) / (whole + 10)).tolist(), strict=True))


def _review_rate(reviews: Ints, orders: Floats) -> float:
    total = float(np.sum(orders))
    return float(np.sum(reviews)) / total if np.sum(reviews) > 50 and total > 0 else 0.0


def _spread(deviation: Floats, sampling: Floats) -> float:
    """Variance between influencers at which the median standardised deviation is that of a normal; 60 bisections."""
    low, high, size = 1e-4, TOP_VARIANCE, np.abs(deviation)
    for _ in range(BISECTIONS):
        middle = 0.5 * (low + high)
        if median_exceeds(size / np.sqrt(middle + sampling), 0.6745):
            low = middle
        else:
            high = middle
    return 0.5 * (low + high)


def support(
    population: Population, sessions: SessionRows, reviews: Ints, parameters: OrderParameters, policy: Policy
) -> Support:
    """Factors of every session and influencer under given parameters, from its own rows only.

    The doubt leaves the reviews out: a review more must not change how sure the refunds are.
    """
    n, p = population.size, parameters
    if not p.coefficients:
        return Support(np.ones(sessions.size), np.ones(n), np.zeros(n))
    habit = _habits(sessions, p)
    session = _session_factor(sessions, habit, p, policy)
    ratios = _ratios(population, sessions, habit, sessions.orders * session, reviews, p)
    sold = per_influencer(sessions.influencer, sessions.orders.astype(np.float64), n) > 0
    ratio, variance = _pool(ratios, p, PROXIES, n)
    found, _ = real_fraction(ratio, variance, policy.brushed_share, INFLUENCER_FACTORS)
    others, wide = _pool(ratios, p, PROXIES[:2], n)
    _, doubt = real_fraction(others, wide, policy.brushed_share, INFLUENCER_FACTORS)
    return Support(session, np.where(sold & (ratio < 0), found, 1.0), np.where(sold, policy.brushed_doubt * doubt, 0.0))


def _pool(
    ratios: dict[str, tuple[Floats, Floats, Bools]], p: OrderParameters, names: tuple[str, ...], n: int
) -> tuple[Floats, Floats]:
    """Mean log-ratio by precision, and its variance, at most 4."""
    pulled, precision = np.zeros(n), np.zeros(n)
    for name in names:
        if name in ratios and name in p.medians:
            ratio, sampling, good = ratios[name]
            weight = np.where(good, 1 / (p.variances[name] + sampling), 0.0)
            pulled, precision = pulled + weight * (ratio - p.medians[name]), precision + weight
    safe = np.maximum(precision, 1e-9)
    return pulled / safe, np.minimum(1 / safe, TOP_VARIANCE)


def supported_share(population: Population, sessions: SessionRows, reviews: Ints, day: int, policy: Policy) -> Floats:
    """(n,) share of each influencer's orders up to the close of `day` that activity known by then supports.

    Returns come late and are left out: a share of a past day never changes.

    Parameters
    ----------
    reviews : (n,) reviews received by then
    """
    past = np.flatnonzero(sessions.day <= day)
    then = sessions.rows(past, "influencer", "orders", "commenters")
    then = replace(then, no_reason=np.broadcast_to(-1, past.size))
    del past
    found = support(population, then, reviews, fit(population, then, reviews, policy), policy)
    orders = then.orders.astype(np.float64)
    whole = per_influencer(then.influencer, orders, population.size)
    supported = per_influencer(then.influencer, orders * found.factor(then), population.size)
    return np.where(whole > 0, supported / np.maximum(whole, 1e-12), 1.0)
