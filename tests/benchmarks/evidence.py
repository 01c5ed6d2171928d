"""Files of evidence of any size, made in seconds: shapes and shares as in the demo, no story."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

START = 1_735_660_800  # 2025-01-01 in the policy's zone, seconds
YEAR = 365 * 86_400


def moments(seconds: np.ndarray) -> pa.Array:
    """ISO-8601 with offset."""
    text = np.datetime_as_string(seconds.astype("datetime64[s]"), unit="s")
    return pa.array(np.char.add(text, "+00:00"))


def ids(prefix: str, numbers: np.ndarray) -> pa.Array:
    """Opaque ids."""
    return pa.array(np.char.add(prefix, numbers.astype(str)))


def influencers(many: int) -> pa.Table:
    """A canonical table of influencers in 20 categories."""
    number = np.arange(many)
    return pa.table(
        {
            "influencer_id": ids("h", number),
            "name": ids("主播", number),
            "category": ids("category", number % 20),
        }
    )


def sessions(many: int, hosts: int, seed: int = 1) -> pa.Table:
    """A canonical table of shows over a year, sizes lognormal."""
    draw = np.random.default_rng(seed)
    orders = np.exp(draw.normal(4, 1, many)).astype(np.int64)
    return pa.table(
        {
            "session_id": ids("s", np.arange(many)),
            "influencer_id": ids("h", np.arange(many) % hosts),
            "started_at": moments(START + draw.integers(0, YEAR, many)),
            "orders": orders,
            "viewers": (orders * np.exp(draw.normal(3.5, 0.5, many))).astype(np.int64),
            "commenters": (orders * np.exp(draw.normal(1, 0.4, many))).astype(np.int64),
        }
    )


def reviews(many: int, hosts: int, seed: int = 2) -> pa.Table:
    """A canonical table of reviews over a year by half as many reviewers."""
    draw = np.random.default_rng(seed)
    marks = draw.choice([1, 2, 3, 4, 5], (3, many), p=[0.06, 0.06, 0.13, 0.30, 0.45])
    return pa.table(
        {
            "review_id": ids("r", np.arange(many)),
            "influencer_id": ids("h", draw.integers(0, hosts, many)),
            "reviewer_id": ids("u", draw.integers(0, max(1, many // 2), many)),
            "created_at": moments(START + draw.integers(0, YEAR, many)),
            "professionalism": marks[0],
            "service": marks[1],
            "as_described": marks[2],
            "verified": draw.random(many) < 0.9,
        }
    )


def write_csv(table: pa.Table, path: Path) -> Path:
    """The table as a canonical CSV file."""
    pacsv.write_csv(table, path)
    return path


def write_parquet(table: pa.Table, path: Path) -> Path:
    """The table as a canonical Parquet file."""
    pq.write_table(table, path)
    return path
