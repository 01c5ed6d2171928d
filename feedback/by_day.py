"""Clean evidence as Parquet partitioned by day: what a cluster reads where one machine's disk ends."""

from __future__ import annotations

import shutil
import tempfile
from datetime import date
from pathlib import Path

from feedback.evidence import extract
from feedback.kinds import RATED
from feedback.sieve import small_duck

DAY = "strftime(make_timestamp({time} + 28800000000), '%Y-%m-%d')"  # in the policy's zone


def write_by_day(*, until: date, into: Path) -> dict[str, int]:
    """Everything known before the start of `until`: `<kind>.parquet/day=…/` where a kind has a time, else one file.

    The number of rows of each kind; a day that is there already is written anew.
    """
    into.mkdir(parents=True, exist_ok=True)
    counts = {}
    with tempfile.TemporaryDirectory(prefix="clearhost-") as room, small_duck(Path(room)) as duck:
        extract(until=until, into=Path(room))
        for kind in RATED:
            file = Path(room) / f"{kind.name}.parquet"
            if not file.exists():
                continue
            rows, target = _quoted(file), _quoted(into / f"{kind.name}.parquet")
            if kind.event_time:
                day = DAY.format(time=kind.event_time)
                duck.execute(
                    f"COPY (SELECT *, {day} AS day FROM read_parquet({rows}) ORDER BY day) TO {target} "
                    "(FORMAT parquet, PARTITION_BY (day), OVERWRITE_OR_IGNORE)"
                )
            else:
                duck.execute(f"COPY (SELECT * FROM read_parquet({rows})) TO {target} (FORMAT parquet)")
            (counts[kind.name],) = duck.execute(f"SELECT count(*) FROM read_parquet({rows})").fetchone() or (0,)
        shutil.copyfile(Path(room) / "merged.parquet", into / "merged.parquet")
    return counts


def _quoted(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"
