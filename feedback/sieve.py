"""What staging does in PostgreSQL, done to files by DuckDB: refuse, count once, take the revision of the day."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from feedback.clean import clean_select, microseconds
from feedback.columns import Column, Kind
from feedback.identity import quoted, repeats, revision
from feedback.ingest.files import Files
from feedback.ingest.typed import typed_schema
from feedback.kinds import COVERED, KINDS

MEMORY = "256MB"


def small_duck(spill: Path | None = None) -> duckdb.DuckDBPyConnection:
    """DuckDB that keeps to its share of memory and fetches nothing from anywhere."""
    duck = duckdb.connect(config={"autoinstall_known_extensions": "false", "memory_limit": MEMORY})
    if spill:
        duck.execute(f"SET temp_directory = '{str(spill).replace(chr(39), chr(39) * 2)}'")
    return duck


class Sieve:
    """Kinds have to come in the order in which they depend on each other."""

    def __init__(self, room: Path, start: datetime, into: Path) -> None:
        self.room, self.into, self.start = room, into, microseconds(start)
        self.duck = small_duck(room)
        self.duck.execute("CREATE TABLE covered (kind VARCHAR, from_us BIGINT, until_us BIGINT, complete BOOLEAN)")
        self.duck.execute("CREATE TABLE known (influencer_id VARCHAR)")
        self.assumed: set[str] = set()

    def sift(self, files: Files) -> None:
        kind = files.mapping.kind
        path = self.room / f"{kind.name}.parquet"
        with pq.ParquetWriter(path, _staged_schema(kind)) as writer:
            for file, table in files.batches():
                numbers = pa.repeat(pa.scalar(file, pa.int32()), table.num_rows)
                writer.write_table(table.add_column(0, "file", numbers))
        if any(summary.whole for summary in files.summaries):
            self.assumed.add(kind.name)
        self.duck.execute(f"CREATE OR REPLACE VIEW staged AS SELECT * FROM read_parquet('{_escaped(path)}')")
        self.duck.execute("CREATE OR REPLACE TABLE gone (file INTEGER, line BIGINT)")
        if kind.refers_to_influencer:
            self._refuse_unknown_influencers(files)
        several = self._settle_repeats(kind, files)
        files.finish()
        if kind.name == "influencers":
            self.duck.execute(
                "INSERT INTO known SELECT DISTINCT influencer_id FROM staged ANTI JOIN gone USING (file, line)"
            )
        if kind.rated:
            self._keep(kind, several=several)
        path.unlink()

    def _refuse_unknown_influencers(self, files: Files) -> None:
        unknown = "FROM staged WHERE influencer_id NOT IN (SELECT influencer_id FROM known)"
        found = self.duck.execute(f"SELECT file, line, influencer_id {unknown}")
        while rows := found.fetchmany(10_000):
            for file, line, influencer in rows:
                reason = f'"{influencer}" is no known influencer; load influencers first'
                files.refuse(file, line, "influencer_id", reason)
        self.duck.execute(f"INSERT INTO gone SELECT file, line {unknown}")

    def _settle_repeats(self, kind: Kind, files: Files) -> bool:
        """Whether more than one revision of some row may be left."""
        # by hashes first, which fit into memory; equal hashes of different ids only cost time
        once = f"SELECT 1 FROM staged GROUP BY hash({quoted(kind.key)}) HAVING count(*) > 1 LIMIT 1"
        if not self.duck.execute(once).fetchone():
            return False
        self.duck.execute("CREATE OR REPLACE VIEW left_over AS SELECT * FROM staged ANTI JOIN gone USING (file, line)")
        self.duck.execute(f"CREATE OR REPLACE TABLE repeated AS {repeats(kind, 'left_over')}")
        named = f"SELECT r.file, r.line, s.{quoted(kind.key)} FROM repeated r JOIN staged s USING (file, line)"
        for file, line, source_id in self.duck.execute(f"{named} WHERE verdict = 'conflict'").fetchall():
            reason = f'"{source_id}" occurs again with other content and no later updated_at; none of them is taken'
            files.refuse(file, line, kind.key, reason)
        self.duck.execute("INSERT INTO gone SELECT file, line FROM repeated")
        return True

    def _keep(self, kind: Kind, *, several: bool) -> None:
        judged = kind.name in ("influencers", "accounts")
        conditions = [] if judged else [f"{revision('s')} < {self.start}"]
        if kind.event_time:
            event = f"s.{quoted(kind.event_time)}"
            times = [f"{event} < {self.start}", f"coalesce(s.received_at, {event}) < {self.start}"]
        else:
            times = []
        rows = f"SELECT * FROM staged s ANTI JOIN gone USING (file, line) WHERE {' AND '.join(conditions) or 'true'}"
        if several:
            before = f"{revision('s')} < {self.start}"
            order = f"{before} DESC, CASE WHEN {before} THEN -{revision('s')} ELSE {revision('s')} END"
            rows += f" QUALIFY row_number() OVER (PARTITION BY s.{quoted(kind.key)} ORDER BY {order}) = 1"
        clean = f"SELECT {clean_select(kind, _value)} FROM ({rows}) s WHERE {' AND '.join(times) or 'true'}"
        if kind.name == "coverage":
            self.duck.execute(f"INSERT INTO covered BY NAME {clean}")
        else:
            self.duck.execute(f"COPY ({clean}) TO '{_escaped(self.into / f'{kind.name}.parquet')}' (FORMAT parquet)")

    def finish(self) -> None:
        """Coverage: what the source says, and where it says nothing, that a kind that came is complete."""
        said = {kind for (kind,) in self.duck.execute("SELECT DISTINCT kind FROM covered").fetchall()}
        for kind in COVERED:
            if kind in self.assumed and kind not in said:
                self.duck.execute("INSERT INTO covered VALUES (?, NULL, NULL, true)", [kind])
        path = _escaped(self.into / f"{KINDS['coverage'].name}.parquet")
        self.duck.execute(f"COPY covered TO '{path}' (FORMAT parquet)")
        self.duck.close()


def _value(column: Column) -> str:
    return f"s.{quoted(column.name)}"


def _staged_schema(kind: Kind) -> pa.Schema:
    return pa.schema([("file", pa.int32()), *typed_schema(kind)])


def _escaped(path: Path) -> str:
    return str(path).replace("'", "''")
