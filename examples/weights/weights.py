"""Steer traffic by quality without starving the small: an example weight, and what it does to exposure.

python manage.py score_files DIR --as-of 2026-01-01 --out scores.json
python examples/weights/weights.py scores.json DIR/sessions.csv [DIR/truth.csv]
"""

from __future__ import annotations

import csv
import json
import statistics
import sys
from collections import defaultdict
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

DAYS = 30  # of sales that say how much a host's shows are worth to the platform
DOUBLES = 10.0  # points of score that double a weight
BENT = 0.5  # exponent of sales: four times the sales, twice the weight
EQUAL = 0.2  # part of all exposure that is shared out by heads, whatever anyone sells
LEAGUES = ("newcomers", "tiny", "small", "medium", "large")


def read(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV file."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def sales(sessions: list[dict[str, str]], real: dict[str, float], as_of: date) -> dict[str, float]:
    """What each host sold in the last days, in one currency; at least one order, so that a beginner has a weight.

    A show counts by the real share of its viewers: bought viewers buy no exposure. Orders stand in for missing amounts.
    """
    known = [float(row["gmv"]) / int(row["orders"]) for row in sessions if row.get("gmv") and int(row["orders"] or 0)]
    one = statistics.median(known) if known else 1.0
    found: dict[str, float] = defaultdict(float)
    begin = as_of - timedelta(days=DAYS)
    for row in sessions:
        if begin <= datetime.fromisoformat(row["started_at"].replace("Z", "+00:00")).date() < as_of:
            amount = float(row["gmv"]) if row.get("gmv") else one * int(row["orders"] or 0)
            found[row["influencer_id"]] += amount * real.get(row["session_id"], 1.0)
    return defaultdict(lambda: one, {who: max(one, amount) for who, amount in found.items()})


def shares(scores: dict[str, float], sold: dict[str, float]) -> dict[str, float]:
    """Part of all exposure per host: quality × bent sales, and a part by heads."""
    weight = {who: 2 ** (score / DOUBLES) * sold[who] ** BENT for who, score in scores.items()}
    whole = sum(weight.values())
    return {who: (1 - EQUAL) * value / whole + EQUAL / len(weight) for who, value in weight.items()}


def by_sales(scores: dict[str, float], sold: dict[str, float]) -> dict[str, float]:
    """What a platform does that looks at sales alone."""
    whole = sum(sold[who] for who in scores)
    return {who: sold[who] / whole for who in scores}


def table(document: dict[str, Any], sold: dict[str, float], truth: dict[str, float]) -> list[str]:
    """Both ways side by side, as Markdown."""
    hosts = document["influencers"]
    scores = {h["influencer_id"]: h["overall"]["score"] for h in hosts}
    ways = by_sales(scores, sold), shares(scores, sold)
    groups = {
        f"league: {name}": [h["influencer_id"] for h in hosts if h["overall"]["league"] == name] for name in LEAGUES
    }
    least = sorted(scores, key=lambda who: sold[who])
    groups["half that sells least"] = least[: len(least) // 2]
    ranked = sorted(scores, key=lambda who: -scores[who])
    groups["best quarter by score"] = ranked[: len(ranked) // 4]
    groups["worst quarter by score"] = ranked[-(len(ranked) // 4) :]
    caught = {session["influencer_id"] for session in document["sessions"] if session["flagged"]}
    groups["hosts with an inflated show"] = sorted(caught)
    lines = ["| exposure of | hosts | by sales alone | quality × √sales, 20% by heads |", "|---|---|---|---|"]
    for title, ids in groups.items():
        if ids:
            cells = " | ".join(f"{sum(way[who] for who in ids):.1%}" for way in ways)
            lines.append(f"| {title} | {len(ids)} | {cells} |")
    for title, points in (("score", scores), ("true score", truth)):
        if points:
            cells = " | ".join(f"{sum(share * points[who] for who, share in way.items()):.1f}" for way in ways)
            lines.append(f"| *mean {title} that a viewer meets* | {len(hosts)} | {cells} |")
    cells = " | ".join(f"{min(way.values()) * len(hosts):.1%}" for way in ways)
    lines.append(f"| *least exposed host, of an equal share* | {len(hosts)} | {cells} |")
    cells = " | ".join(f"{1 / sum(share**2 for share in way.values()):.0f}" for way in ways)
    lines.append(f"| *equal hosts that would be as concentrated* | {len(hosts)} | {cells} |")
    return lines


def main(scores: Path, sessions: Path, truth: Path | None = None) -> None:
    """Print the table."""
    document = json.loads(scores.read_text(encoding="utf-8"))
    real = {session["session_id"]: session["real_share"] for session in document["sessions"]}
    sold = sales(read(sessions), real, date.fromisoformat(document["as_of"]))
    true = {row["influencer_id"]: float(row["overall"]) for row in read(truth)} if truth else {}
    print("\n".join(table(document, sold, true)))


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
