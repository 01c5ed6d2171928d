"""Rates one synthetic world, clean and under each attack, and measures the result against the truth."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date

import numpy as np

from ratings.rating import CURRENT, Policy, rate_evidence
from ratings.scoring.intervals import beta_interval
from ratings.worlds import attacks, measures
from ratings.worlds.baselines import BASELINES
from ratings.worlds.regimes import Rugged
from ratings.worlds.rugged import rugged_world
from ratings.worlds.smooth import Lift, Smooth, smooth_world
from ratings.worlds.tables import clean_tables
from ratings.worlds.world import Bools, Floats, World

UNTIL = date(2026, 1, 1)
FAMILIES = ("A", "B")
SEEDS = {"dev": 101, "report": 9001}
"""First seed of each set; the sets never meet, and no constant is chosen by looking at the second."""
IMPROVER_DAYS, IMPROVER_SDS = 60, 2.0
VARIED_HABITS = 0.40
"""Spread of no-reason returns between influencers of one category in the harder brushing world."""
LEVELS = (0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99)
COSTS = (5, 20, 80, 320)
CHANNEL_OF = {"traffic": "real_share"}
CHANNELS = ("professionalism", "service", "as_described", "refund", "complaint", "violation", "traffic")

Measure = str
ALL: tuple[Measure, ...] = (
    "baselines",
    *attacks.REVIEW_ATTACKS,
    *attacks.ORDER_ATTACKS,
    "varied",
    "improver",
    "views",
    "cost",
)
QUICK: tuple[Measure, ...] = ("drip", "camouflaged", "brushing")


@dataclass(frozen=True, slots=True)
class Rated:
    """What a rating says about a world, in the world's own order, 0 to 1."""

    mean: Floats
    sd: Floats
    low: Floats
    high: Floats
    channels: dict[str, tuple[Floats, Floats, Floats]]
    z: Floats
    share: Floats


@dataclass(slots=True)
class Figures:
    """Measured figures of one world: single numbers and short curves, by name."""

    family: str
    seed: int
    numbers: dict[str, float] = field(default_factory=dict)
    curves: dict[str, list[float]] = field(default_factory=dict)


def make_world(family: str, *, n: int, seed: int, varied: bool = False, lift: Lift | None = None) -> World:
    """A world of family A or B; `varied` lets no-reason returns differ between influencers."""
    habit = VARIED_HABITS if varied else 0.0
    if family == "A":
        return smooth_world(n=n, seed=seed, until=UNTIL, p=Smooth(no_reason_sd=habit), lift=lift)
    return rugged_world(n=n, seed=seed, until=UNTIL, p=Rugged(no_reason_sd=habit), lift=lift)


def rate_world(world: World, policy: Policy = CURRENT) -> Rated:
    """The model's scores of a world, through the same tables as any other evidence."""
    scores = rate_evidence(clean_tables(world), as_of=world.until, policy=policy, explain="none")
    cards, rows = scores.cards, scores.gathered.sums.sessions
    at = np.argsort([int(name[1:]) for name in cards.population.ids], kind="stable")
    place = np.asarray([int(name[1:]) for name in rows.ids], dtype=np.int64)
    z, share = np.zeros(world.sessions.host.size), np.ones(world.sessions.host.size)
    z[place], share[place] = cards.sessions.z, cards.sessions.share
    return Rated(
        mean=cards.mean[at],
        sd=cards.sd[at],
        low=cards.low[at],
        high=cards.high[at],
        channels={name: (c.mean[at], c.low[at], c.high[at]) for name, c in cards.channels.items()},
        z=z,
        share=share,
    )


def evaluate_world(
    family: str,
    seed: int,
    *,
    n: int,
    policy: Policy = CURRENT,
    which: Iterable[Measure] = ALL,
    progress: Callable[[str], None] | None = None,
) -> Figures:
    """Every wanted figure of one world."""
    tell, wanted = progress or (lambda step: None), set(which)
    tell("clean")
    world = make_world(family, n=n, seed=seed)
    rated = rate_world(world, policy)
    figures = Figures(family, seed)
    _clean(figures, world, rated, baselines="baselines" in wanted)
    for name, attack in attacks.REVIEW_ATTACKS.items():
        if name in wanted:
            tell(name)
            _reviews_attacked(figures, name, world, rated, attack(world), policy, baselines="baselines" in wanted)
    for name, attack in attacks.ORDER_ATTACKS.items():
        if name in wanted:
            tell(name)
            hit = attack(world)
            after = rate_world(hit.world, policy)
            figures.numbers[f"gained {name}"] = measures.gained(rated.mean, after.mean, hit.targets)
    if "varied" in wanted:
        tell("varied")
        other = make_world(family, n=n, seed=seed, varied=True)
        hit = attacks.brushing(other)
        before, after = rate_world(other, policy), rate_world(hit.world, policy)
        figures.numbers["gained varied"] = measures.gained(before.mean, after.mean, hit.targets)
    if "improver" in wanted:
        tell("improver")
        _improver(figures, world, rated, policy)
    if "views" in wanted:
        tell("views")
        for factor in attacks.FACTORS:
            _views(figures, world, factor, policy)
    if "cost" in wanted:
        tell("cost")
        _cost(figures, world, rated, policy)
    return figures


def _clean(figures: Figures, world: World, rated: Rated, *, baselines: bool) -> None:
    truth, size, numbers, curves = world.truth.overall, world.orders(), figures.numbers, figures.curves
    numbers["tau"] = measures.kendall(rated.mean, truth)
    numbers["ndcg"] = measures.ndcg(rated.mean, truth)
    numbers["coverage"] = measures.coverage(rated.low, rated.high, truth)
    held = ((rated.low <= truth) & (truth <= rated.high)).astype(np.float64)
    curves["coverage by size"] = measures.by_decile(held, size).tolist()
    curves["size bias"] = measures.size_bias(rated.mean, truth, size).tolist()
    for name in CHANNELS:
        _, low, high = rated.channels[name]
        numbers[f"coverage {name}"] = measures.coverage(low, high, world.truth.channels[CHANNEL_OF.get(name, name)])
    intervals = [beta_interval(rated.mean, rated.sd**2, level) for level in LEVELS]
    curves["calibration"] = [measures.coverage(low, high, truth) for low, high in intervals]
    if baselines:
        for name, rule in BASELINES.items():
            score = rule(world)
            numbers[f"tau {name}"] = measures.kendall(score, truth)
            numbers[f"ndcg {name}"] = measures.ndcg(score, truth)
            curves[f"size bias {name}"] = measures.size_bias(score, truth, size).tolist()


def _reviews_attacked(
    figures: Figures, name: str, world: World, rated: Rated, hit: attacks.Attacked, policy: Policy, *, baselines: bool
) -> None:
    truth, numbers = world.truth.overall, figures.numbers
    after = rate_world(hit.world, policy)
    numbers[f"lost {name}"] = numbers["tau"] - measures.kendall(after.mean, truth)
    numbers[f"promoted {name}"] = 100 * measures.moved(rated.mean, after.mean, hit.promoted)
    numbers[f"bombed {name}"] = 100 * measures.moved(rated.mean, after.mean, hit.bombed)
    if baselines:
        for label, rule in BASELINES.items():
            numbers[f"lost {name} {label}"] = numbers[f"tau {label}"] - measures.kendall(rule(hit.world), truth)


def _improver(figures: Figures, world: World, rated: Rated, policy: Policy) -> None:
    hosts: Bools = np.arange(world.n) % 20 == 0
    since = float(world.days - IMPROVER_DAYS)
    better = make_world(world.name, n=world.n, seed=world.seed, lift=Lift(hosts, since, IMPROVER_SDS))
    after, now = rate_world(better, policy), world.truth.overall
    for label, who in (("all", hosts), ("large", hosts & (world.orders() > 1000))):
        figures.numbers[f"improver {label}"] = measures.gap_closed(
            rated.mean, after.mean, now, better.truth.overall, who
        )


def _views(figures: Figures, world: World, factor: float, policy: Policy) -> None:
    after = attacks.inflation(world, factor).world
    s = after.sessions
    rated = rate_world(after, policy)
    hit = s.inflation != world.sessions.inflation
    comparable = np.isfinite(s.viewers) & np.isfinite(s.commenters) & ((s.inflation <= 1.0) | hit)
    figures.numbers[f"auc x{factor:g}"] = measures.auc(rated.z[comparable], hit[comparable])
    figures.numbers[f"share error x{factor:g}"] = float(np.mean(np.abs(rated.share[hit] - 1 / factor)))


def _cost(figures: Figures, world: World, rated: Rated, policy: Policy) -> None:
    """Mean points that a promotion by so many verified fakes moves its targets, and the plain mean's, in points."""
    moved, simple = [], []
    rule = BASELINES["plain mean"]
    clean = rule(world)
    for count in COSTS:
        hit = attacks.verified_drip(world, name="cost", amount=count)
        after = rate_world(hit.world, policy)
        moved.append(float(100 * np.mean((after.mean - rated.mean)[hit.promoted])))
        simple.append(float(25 * np.mean((rule(hit.world) - clean)[hit.promoted])))
    figures.curves["cost"] = moved
    figures.curves["cost plain mean"] = simple
