"""Does a score of the past say what buyers will say next? Printed against two simple forecasts.

    python manage.py score_files OUT --as-of DATE --out scores.json
    python examples/olist/backtest.py OUT scores.json

Everything before the scores' day is the past. For each seller with enough later reviews the forecast of their mean mark
is compared with what came. Imports nothing of the project: it reads the prepared reviews and the scores file only.
"""

from __future__ import annotations

import csv
import json
import math
import random
import statistics
import sys
from collections import defaultdict
from pathlib import Path

LATER_REVIEWS = 3  # a mean of fewer says more about chance than about the seller
RESAMPLES = 2000


def mark(score: float) -> float:
    """A score of 0 to 100 as a mark of 1 to 5, the scale of the reviews."""
    return 1 + 4 * score / 100


def reviews(folder: Path, as_of: str) -> tuple[dict[str, list[int]], dict[str, list[int]]]:
    """Marks of each seller before the day and from it on."""
    earlier, later = defaultdict(list), defaultdict(list)
    with (folder / "reviews.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            side = earlier if row["review_creation_date"][:10] < as_of else later
            side[row["seller_id"]].append(int(row["review_score"]))
    return earlier, later


def rmse(errors: list[float]) -> float:
    return math.sqrt(statistics.fmean(error * error for error in errors))


def margin(ours: list[float], theirs: list[float]) -> tuple[float, float]:
    """The central 90% of their RMSE less ours, sellers drawn anew."""
    rng = random.Random(1)
    count = len(ours)
    gains = []
    for _ in range(RESAMPLES):
        drawn = [rng.randrange(count) for _ in range(count)]
        gains.append(rmse([theirs[i] for i in drawn]) - rmse([ours[i] for i in drawn]))
    gains.sort()
    return gains[RESAMPLES // 20], gains[-RESAMPLES // 20]


def report(title: str, sellers: list[str], forecasts: dict[str, dict[str, float]], truth: dict[str, float]) -> None:
    errors = {name: [forecast[s] - truth[s] for s in sellers] for name, forecast in forecasts.items()}
    print(f"{title}: {len(sellers)}")
    for name, values in errors.items():
        line = f"  {name:<26} RMSE {rmse(values):.4f}   bias {statistics.fmean(values):+.4f}"
        if name != "score":
            low, high = margin(errors["score"], values)
            line += f"   score better by {rmse(values) - rmse(errors['score']):+.4f} (90%: {low:+.4f} to {high:+.4f})"
        print(line)


def main(folder: Path, scores_file: Path) -> None:
    document = json.loads(scores_file.read_text(encoding="utf-8"))
    earlier, later = reviews(folder, document["as_of"])
    constant = statistics.fmean(mark for marks in earlier.values() for mark in marks)
    scores = {
        row["influencer_id"]: mark(row["dimensions"]["service_attitude"]["score"]) for row in document["influencers"]
    }
    truth = {seller: statistics.fmean(marks) for seller, marks in later.items() if len(marks) >= LATER_REVIEWS}
    sellers = sorted(truth)
    forecasts = {
        "score": scores,
        "plain mean": {s: statistics.fmean(earlier[s]) if s in earlier else constant for s in sellers},
        "constant": dict.fromkeys(sellers, constant),
    }
    before, after = (sum(map(len, side.values())) for side in (earlier, later))
    print(f"as of {document['as_of']}: {before} reviews of {len(earlier)} sellers before, {after} after")
    report(f"sellers with {LATER_REVIEWS} or more later reviews", sellers, forecasts, truth)
    known = [seller for seller in sellers if seller in earlier]
    report("of them with an earlier review", known, forecasts, truth)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
