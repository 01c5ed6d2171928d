"""The demo world: generator A in everyday sizes, with names, platforms, prices and words around it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import date

import numpy as np
import pyarrow as pa

from ratings.worlds import draws, names, texts
from ratings.worlds.deal_tables import deal_tables
from ratings.worlds.smooth import Smooth, smooth_world
from ratings.worlds.stories.draft import Row
from ratings.worlds.tables import clean_tables, epoch_us, labels, pick, table, whole
from ratings.worlds.world import CATEGORIES, DAY, DIMENSIONS, World

EVERYDAY = Smooth(
    log_orders=6.0,
    log_orders_sd=1.1,
    most_orders=40_000.0,
    log_sessions=4.0,
    general=0.60,
    marks_common=0.55,
    mark_sd=0.44,
    drift_half_life=1000.0,
    refund_sd=0.62,
    complaint_sd=0.64,
    violation_sd=0.64,
    view_sd=0.30,
    reviews_per_order=0.15,
    refund_lag=3.0,
    severity=(0.62, 0.29, 0.087, 0.003),
    no_reason=(0.11, 0.12, 0.05, 0.10, 0.04, 0.09, 0.18, 0.04, 0.13, 0.10, 0.06, 0.58),
    no_reason_sd=0.12,
    inflators=0.04,
)
PRICE = (90.0, 130.0, 45.0, 160.0, 60.0, 85.0, 420.0, 50.0, 210.0, 150.0, 110.0, 170.0)
QUALIFIED = {"beauty": "化妆品备案人员证", "food": "食品经营许可证", "jewelry": "珠宝鉴定师证", "tea": "评茶员证"}
FREE_TEXT = {
    "reviews": ("text",),
    "refunds": ("reason_text",),
    "complaints": ("text",),
    "violations": ("note", "class"),
}
CODES = (
    ("PRM-02", "SVC-02"),
    ("PRD-04", "PRC-01", "SVC-01", "PRC-02", "PRM-08"),
    ("PRM-01", "DAT-03", "PRM-05"),
    ("PRD-01",),
)


REGULARS = 0.85  # of a story's reviews, by accounts of the market around it


def demo_tables(
    *, n: int, seed: int, until: date, days: int = 365, stories: Mapping[str, list[Row]] | None = None
) -> tuple[dict[str, pa.Table], World]:
    """Canonical tables of `n` invented influencers and the given stories, and the world (with its truth)."""
    p = Smooth(**{**{f: getattr(EVERYDAY, f) for f in EVERYDAY.__slots__}, "days": days})
    world = smooth_world(n=n, seed=seed, until=until, p=p)
    clean = clean_tables(world)
    platform = draws.choose(draws.stream(seed, "demo", "platform"), [10, 6, 7, 5, 2], n)
    called, handles = names.names_and_handles(draws.stream(seed, "demo", "names"), world.category)
    tables = {
        "influencers": _influencers(world, clean["influencers"], called),
        "accounts": _accounts(world, clean["influencers"], handles, platform),
        "sessions": _sessions(world, clean["sessions"], platform),
        "reviews": _reviews(world, clean["reviews"]),
        "refunds": _refunds(world, clean["refunds"]),
        "complaints": _complaints(world, clean["complaints"]),
        "violations": _violations(world, clean["violations"]),
    }
    told = {**(stories or {})}
    if "reviews" in told:
        told["reviews"] = _by_the_market(told["reviews"], tables["reviews"]["reviewer_id"].to_pylist(), seed)
    whole_world = {kind: _unstamped(_joined(kind, rows, told.get(kind, []))) for kind, rows in tables.items()}
    end = int(epoch_us(world, np.array([days * DAY]))[0])
    return {**whole_world, **deal_tables(whole_world, seed=seed, end=end)}, world


def _by_the_market(rows: list[Row], accounts: list[str], seed: int) -> list[Row]:
    """Most reviews of the stories by accounts that review others, too, each as often as it does there; a story's
    accounts that come again stay its own.
    """
    rng = draws.stream(seed, "demo", "regulars")
    own = Counter(row["reviewer_id"] for row in rows)
    taken: set[tuple[str, str]] = set()
    found = []
    for row in rows:
        account = accounts[int(rng.integers(len(accounts)))]
        place = (row["influencer_id"], account)
        if own[row["reviewer_id"]] == 1 and rng.random() < REGULARS and place not in taken:
            taken.add(place)
            row = {**row, "reviewer_id": account}
        found.append(row)
    return found


def truth_table(world: World) -> pa.Table:
    """True value of each dimension and of the overall, 0 to 100."""
    columns = {"influencer_id": labels("h", np.arange(world.n), 4)}
    for name in DIMENSIONS:
        columns[name] = pa.array(np.round(100 * world.truth.dimensions[name], 4))
    columns["overall"] = pa.array(np.round(100 * world.truth.overall, 4))
    return pa.table(columns)


def _joined(kind: str, rows: pa.Table, told: list[Row]) -> pa.Table:
    if not told:
        return rows
    names = [*rows.column_names, *(f for f in FREE_TEXT.get(kind, ()) if f not in rows.column_names)]
    wide = pa.schema(
        [(name, rows.schema.field(name).type if name in rows.column_names else pa.string()) for name in names]
    )
    unknown = {name for row in told for name in row} - set(names)
    assert not unknown, unknown
    filled = [{name: row.get(name) for name in names} for row in told]
    return pa.concat_tables([rows, pa.Table.from_pylist(filled, schema=wide)], promote_options="default")


def _unstamped(rows: pa.Table) -> pa.Table:
    at = rows.schema.get_field_index("received_at")
    return rows if at < 0 else rows.remove_column(at)


def _with(_kind: str, rows: pa.Table, /, **columns: pa.Array) -> pa.Table:
    known = {name: rows[name] for name in rows.column_names if rows[name].null_count < rows.num_rows}
    return table(_kind, {**known, **columns})


def _sparse(rng: np.random.Generator, values: pa.Array, share: float) -> pa.Array:
    return pa.array(np.asarray(values, dtype=object), pa.string(), mask=rng.random(len(values)) >= share)


def _influencers(world: World, rows: pa.Table, called: list[str]) -> pa.Table:
    rng = draws.stream(world.seed, "demo", "influencers")
    first = np.full(world.n, world.days * DAY, dtype=np.int64)
    np.minimum.at(first, world.sessions.host, world.sessions.start)
    joined = np.where(first < 30 * DAY, first - rng.integers(30, 1500, world.n) * DAY, first - DAY)
    words = [QUALIFIED.get(CATEGORIES[c], "") for c in world.category]
    holds = np.asarray([bool(w) for w in words]) & (rng.random(world.n) < 0.8)
    ends = (world.until - date(1970, 1, 1)).days + rng.integers(40, 900, world.n)
    return _with(
        "influencers",
        rows,
        name=pa.array(called),
        agency=_sparse(rng, pick(names.AGENCIES, rng.integers(0, len(names.AGENCIES), world.n)), 0.45),
        joined_at=pa.array(epoch_us(world, joined)),
        qualification=pa.array(words, pa.string(), mask=~holds),
        qualification_expires=pa.array(ends.astype(np.int32), pa.int32(), mask=~holds),
        skill_level=_sparse(rng, pick(("三级", "四级", "五级"), rng.integers(0, 3, world.n)), 0.3),
    )


def _accounts(world: World, rows: pa.Table, handles: list[str], platform: np.ndarray) -> pa.Table:
    rng = draws.stream(world.seed, "demo", "accounts")
    extra = np.where(rng.random(world.n) < 0.35, 1 + (rng.random(world.n) < 0.25), 0)
    host = draws.expand(1 + extra)
    place = (platform[host] + draws.rank_within(host)) % len(names.PLATFORMS)
    followers = np.exp(rng.normal(9.5, 1.3, host.size) + 0.35 * np.log1p(world.orders()[host]))
    ids = pa.array([f"{names.PLATFORMS[p]}:{handles[h]}" for h, p in zip(host, place, strict=True)])
    return table(
        "accounts",
        {
            "account_id": ids,
            "influencer_id": rows["influencer_id"].combine_chunks().take(pa.array(host)),
            "platform": pick(names.PLATFORMS, place),
            "handle": pa.array([handles[h] for h in host]),
            "followers": whole(np.rint(followers)),
        },
    )


def _sessions(world: World, rows: pa.Table, platform: np.ndarray) -> pa.Table:
    rng, s = draws.stream(world.seed, "demo", "sessions"), world.sessions
    size = s.host.size
    length = (rng.uniform(1.5, 4.5, size) * 3600).astype(np.int64)
    real = s.viewers / s.inflation
    watch = np.exp(rng.normal(np.log(95.0), 0.25, size))
    views = np.rint(s.viewers * rng.uniform(1.15, 1.6, size))
    online = real * (views / s.viewers) * watch / length * np.exp(rng.normal(0.0, 0.05, size))
    basket = np.asarray(PRICE)[world.category[s.host]] * np.exp(rng.normal(0.0, 0.2, size))
    return _with(
        "sessions",
        rows,
        ended_at=pa.array(epoch_us(world, s.start + length)),
        platform=pick(names.PLATFORMS, platform[s.host]),
        show_type=pick(("dedicated", "mixed"), (rng.random(size) < 0.6).astype(np.int64)),
        views=whole(views),
        avg_online=pa.array(np.round(online, 1)),
        peak_online=whole(np.rint(online * rng.uniform(1.6, 3.0, size))),
        avg_watch_seconds=pa.array(np.round(watch, 1)),
        comments=whole(np.rint(s.commenters * rng.uniform(1.5, 3.5, size))),
        likes=whole(np.rint(s.viewers * rng.uniform(0.5, 4.0, size))),
        new_followers=whole(np.rint(real * rng.uniform(0.002, 0.02, size))),
        buyers=whole(np.rint(s.orders * rng.uniform(0.85, 0.98, size))),
        gmv=pa.array(np.round(s.orders * basket, 2)),
        currency=pick(("CNY",), np.zeros(size, np.int64)),
    )


def _reviews(world: World, rows: pa.Table) -> pa.Table:
    r = world.reviews
    rng = draws.stream(world.seed, "demo", "texts")
    words, languages = texts.review_texts(rng, world.category[r.host], r.marks)
    silent = np.asarray([not w for w in words], dtype=np.bool_)
    return _with(
        "reviews", rows, text=pa.array(words, pa.string(), mask=silent), language=pa.array(languages, mask=silent)
    )


def _refunds(world: World, rows: pa.Table) -> pa.Table:
    rng, f = draws.stream(world.seed, "demo", "refunds"), world.refunds
    size = f.session.size
    price = np.asarray(PRICE)[world.category[world.sessions.host[f.session]]]
    return _with(
        "refunds",
        rows.drop_columns(["fault"]),
        amount=pa.array(np.round(price * np.exp(rng.normal(0.0, 0.3, size)), 2)),
        kind=pick(("return", "refund", "exchange"), draws.choose(rng, [0.6, 0.33, 0.07], size)),
        stage=pick(("received", "in_transit"), draws.choose(rng, [0.93, 0.07], size)),
    )


def _complaints(world: World, rows: pa.Table) -> pa.Table:
    rng, c = draws.stream(world.seed, "demo", "complaints"), world.complaints
    size = c.session.size
    answered = c.time + (rng.exponential(0.7, size) * DAY).astype(np.int64)
    settled = answered + (rng.exponential(4.0, size) * DAY).astype(np.int64) + 3600
    end = world.days * DAY
    done = (c.status != 2) & (settled < end)
    return _with(
        "complaints",
        rows,
        kind=pick(("quality", "not_as_described", "after_sales", "delivery", "attitude"), rng.integers(0, 5, size)),
        channel=pick(("platform", "12315", "regulator"), draws.choose(rng, [0.88, 0.11, 0.01], size)),
        responded_at=pa.array(epoch_us(world, answered), mask=answered >= end),
        resolved_at=pa.array(epoch_us(world, settled), mask=~done),
    )


def _violations(world: World, rows: pa.Table) -> pa.Table:
    rng = draws.stream(world.seed, "demo", "violations")
    rank = world.violations.rank
    spot = rng.integers(0, 60, rank.size)
    codes = [CODES[int(r)][int(k) % len(CODES[int(r)])] for r, k in zip(rank, spot, strict=True)]
    return _with(
        "violations",
        rows.drop_columns(["class"]),
        code=pa.array(codes, pa.string()),
        reported_by=pick(("platform", "patrol", "consumer"), rng.integers(0, 3, rank.size)),
    )
