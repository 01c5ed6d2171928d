"""The peak memory of `manage.py score_files`: `python -m tests.benchmarks.score_files_memory --reviews 10000000`."""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import duckdb

ROOT = Path(__file__).resolve().parents[2]
UNTIL = "2026-01-01"
PER_INFLUENCER = 100
PER_SESSION = 5
PER_ACCOUNT = 2


def write_files(folder: Path, *, reviews: int, influencers: int | None = None) -> None:
    """Canonical files of that many reviews in the year before `UNTIL`, of a hundredth as many influencers or others."""
    influencers = influencers or max(reviews // PER_INFLUENCER, 1)
    sessions = max(reviews // PER_SESSION, influencers)
    accounts = max(reviews // PER_ACCOUNT, 1)
    moment = f"TIMESTAMPTZ '{UNTIL} 00:00:00+08' - to_seconds(1 + hash(i, %s) %% 31000000)"
    mark = "1 + CAST(4 * sqrt((hash(i, '%s') %% 1000) / 1000.0) AS INTEGER)"
    tables = {
        "influencers": f"SELECT 'h' || i AS influencer_id, 'Host ' || i AS name, 'c' || (i % 20) AS category "
        f"FROM range({influencers}) t(i)",
        "sessions": f"SELECT 's' || i AS session_id, 'h' || (i % {influencers}) AS influencer_id, "
        f"{moment % 1} AS started_at, 20 + hash(i, 2) % 200 AS orders, 2000 + hash(i, 3) % 20000 AS viewers, "
        f"40 + hash(i, 4) % 400 AS commenters FROM range({sessions}) t(i)",
        "reviews": f"SELECT 'r' || i AS review_id, 'h' || (hash(i, 5) % {influencers}) AS influencer_id, "
        f"'u' || (hash(i, 6) % {accounts}) AS reviewer_id, {moment % 7} AS created_at, "
        f"{mark % 'a'} AS professionalism, {mark % 'b'} AS service, {mark % 'c'} AS as_described, "
        f"hash(i, 8) % 10 < 7 AS verified FROM range({reviews}) t(i)",
        "refunds": f"SELECT 'f' || i AS refund_id, 'h' || (i % {influencers}) AS influencer_id, "
        f"{moment % 9} AS created_at, 'quality' AS reason FROM range({sessions}) t(i)",
    }
    with duckdb.connect(config={"memory_limit": "500MB", "temp_directory": str(folder / "spill")}) as db:
        db.execute("SET TimeZone = 'Asia/Shanghai'")
        for kind, sql in tables.items():
            db.execute(f"COPY ({sql}) TO '{folder / kind}.parquet' (FORMAT parquet)")


def figures(*, reviews: int) -> dict[str, Any]:
    """Peak resident memory of the whole process, as the kernel counts it."""
    with tempfile.TemporaryDirectory(prefix="clearhost-memory-") as room:
        folder = Path(room) / "files"
        folder.mkdir()
        write_files(folder, reviews=reviews)
        began = time.monotonic()
        command = [sys.executable, "manage.py", "score_files", str(folder), "--as-of", UNTIL]
        done = subprocess.run([*command, "--out", f"{room}/scores.json"], cwd=ROOT, capture_output=True, text=True)
        if done.returncode:
            raise RuntimeError(done.stderr)
        return {
            "reviews": reviews,
            "influencers": max(reviews // PER_INFLUENCER, 1),
            "seconds": round(time.monotonic() - began, 1),
            "peak_mb": round(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024),
            "scores_mb": round((Path(room) / "scores.json").stat().st_size / 1e6, 1),
        }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--reviews", type=int, default=10_000_000, metavar="N")
    print(json.dumps(figures(reviews=parser.parse_args().reviews), indent=1))


if __name__ == "__main__":
    main()
