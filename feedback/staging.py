"""From typed rows to stored ones in PostgreSQL: COPY into a temporary table, then decide by sets what each row is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from io import BytesIO
from typing import Any

import pyarrow as pa
import pyarrow.csv
from django.db import connection

from feedback.columns import Column, Kind, Type
from feedback.identity import FIRST, quoted, repeats, revision
from feedback.kinds import PSEUDONYMS
from feedback.stored import LOCAL_DAY, moment, stored
from influencers.categories import NAMES

STAGED_TYPES = {
    Type.ID: 'text COLLATE "C"',
    Type.TEXT: "text",
    Type.CHOICE: "text",
    Type.WHOLE: "bigint",
    Type.NUMBER: "double precision",
    Type.BOOLEAN: "boolean",
    Type.TIME: "bigint",
    Type.DATE: "date",
}
PROBED = 100  # rows that all have to be known before the rest is looked up
DAYS_NAMED = 10_000  # rows up to which the outbox names days; behind a bulk load everything is counted again anyway

Refuse = Callable[[int, int, str, str], None]  # file, line, column, reason


class Staging:
    """One kind's rows on their way in. Lives and ends with the transaction around it."""

    def __init__(self, kind: Kind, refuse: Refuse) -> None:
        self.kind = kind
        self.refuse = refuse
        self.to = stored(kind)
        self.key = f"s.{quoted(kind.key)}"
        self.stored_too = f"staged s JOIN {self.to.table} f ON f.source_id = {self.key}"
        self.counts: dict[int, Counter[str]] = {}
        self.touched: set[int] = set()  # influencers whose names or handles may have changed
        self.rows = 0
        self.cursor = connection.cursor()

    def fill(self, batches: Iterable[tuple[int, pa.Table]]) -> None:
        columns = ", ".join(f"{quoted(column.name)} {staged_type(column)}" for column in self.kind.columns)
        self._run("SET LOCAL work_mem = '128MB'")
        self._run("SET LOCAL jit = off")
        self._table("staged", f"(file int, line bigint, {columns}) ON COMMIT DROP")
        names = ", ".join(quoted(column.name) for column in self.kind.columns)
        with self.cursor.copy(f"COPY staged (file, line, {names}) FROM STDIN (FORMAT csv)") as copy:
            for data, count in _as_csv(batches):
                copy.write(data)
                self.rows += count
        # a few thousand rows tell the planner enough of a table that ends with the transaction
        self._run("SET LOCAL default_statistics_target = 10")
        self._run("ANALYZE staged")
        self._run("SET LOCAL default_statistics_target TO DEFAULT")

    def settle(self) -> None:
        """Leave nothing undecided: each row is refused, counted as known already, kept as history, or stored."""
        self._run("SELECT pg_advisory_xact_lock(hashtext('feedback.intake'), hashtext(%s))", self.kind.name)
        if self._settle_replay():
            return
        if self.kind.refers_to_influencer:
            self._refuse_unknown_influencers()
        if self.kind.name == "influencers":
            codes, names = list(NAMES), list(NAMES.values())
            self._run(
                "INSERT INTO influencers_category (code, name_en, name_zh) "
                "SELECT DISTINCT s.category, coalesce(k.en, ''), coalesce(k.zh, '') FROM staged s "
                "LEFT JOIN unnest(%s::text[], %s::text[], %s::text[]) k(code, en, zh) ON k.code = s.category "
                "ON CONFLICT DO NOTHING",
                codes, [english for english, _ in names], [chinese for _, chinese in names],
            )  # fmt: skip
        several = self._settle_repeats()
        known = self._settle_known()
        if known and not self._run("SELECT FROM staged LIMIT 1"):
            return  # the file was loaded before
        if known or several:
            self._keep_older()
        if known:
            self._take_up(self.stored_too, "f.influencer_id", self._stored_day())
        if self.rows > DAYS_NAMED and self.kind.event_time:
            self._take_up("influencers_influencer i", "i.id", "NULL::date", "i.source_id IN (TABLE named)")
        else:
            self._take_up(self.to.joined("staged s"), "i.id", self._staged_day(), self.to.where())
        if known:
            self._revise()
        self._insert()

    def _settle_replay(self) -> bool:
        """Whether every row is stored just so, as when a file comes again: told by reading alone."""
        new = f"SELECT FROM {self.to.table} f WHERE f.source_id = {self.key}"
        if self._run(f"SELECT FROM (SELECT * FROM staged LIMIT {PROBED}) s WHERE NOT EXISTS ({new}) LIMIT 1"):
            return False
        same = f"f.updated_at IS NOT DISTINCT FROM {moment('s.updated_at')}"
        just_so = self.to.where(f"f.source_id = {self.key}", same, f"NOT ({self.to.differs('f')})")
        self._run(f"SELECT s.file, count(*) FROM {self.to.joined('staged s', f'{self.to.table} f')} "
                  f"WHERE {just_so} GROUP BY 1")  # fmt: skip
        found = list(self._returned())
        if sum(count for _, count in found) != self.rows:
            return False
        for file, count in found:
            self._count(file, "duplicate", count)
        return True

    def _refuse_unknown_influencers(self) -> None:
        """Look up the distinct influencers, which are few, and go through the rows only where one is missing."""
        self._table("named", "ON COMMIT DROP AS SELECT DISTINCT influencer_id FROM staged")
        known = "SELECT source_id FROM influencers_influencer"
        if not self._run(f"SELECT FROM named WHERE influencer_id NOT IN ({known}) LIMIT 1"):
            return
        self._run(f"DELETE FROM staged WHERE influencer_id NOT IN ({known}) RETURNING file, line, influencer_id")
        for file, line, influencer in self._returned():
            self._refused(file, line, "influencer_id", f'"{influencer}" is no known influencer; load influencers first')

    def _settle_repeats(self) -> bool:
        """Within what came together. Whether some row may be left in more than one revision."""
        if not self._run(f"SELECT FROM staged s GROUP BY {self.key} HAVING count(*) > 1 LIMIT 1"):
            return False
        self._table("repeated", f"ON COMMIT DROP AS {repeats(self.kind, 'staged')}")
        self._run(
            "DELETE FROM staged s USING repeated r WHERE r.file = s.file AND r.line = s.line "
            f"RETURNING s.file, s.line, r.verdict, {self.key}"
        )
        for file, line, verdict, source_id in self._returned():
            if verdict == "duplicate":
                self._count(file, "duplicate")
            else:
                reason = f'"{source_id}" occurs again with other content and no later updated_at; none of them is taken'
                self._refused(file, line, self.kind.key, reason)
        return True

    def _settle_known(self) -> bool:
        """Against what is stored. Whether rows are left that are stored in another revision."""
        if not self._run(f"SELECT FROM {self.stored_too} LIMIT 1"):
            return False
        self._settle_same(f"{self.to.table} f", "source_id", "updated_at")
        if self._run("SELECT FROM feedback_revision WHERE kind = %s LIMIT 1", self.kind.name):
            columns = ", ".join(f"x.{quoted(name)}" for name, _ in self.to.content)
            history = (
                f"(SELECT r.source_id AS of_id, r.updated_at AS revised, {columns} FROM feedback_revision r, "
                f"jsonb_populate_record(NULL::{self.to.table}, r.row) x WHERE r.kind = '{self.kind.name}') f"
            )
            self._settle_same(history, "of_id", "revised")
        return True

    def _settle_same(self, other: str, of_id: str, revised: str) -> None:
        same = f"f.{revised} IS NOT DISTINCT FROM {moment('s.updated_at')}"
        self._run(
            f"WITH gone AS (DELETE FROM staged s USING {self.to.joined(other)} "
            f"WHERE {self.to.where(f'f.{of_id} = {self.key}', same)} "
            f"RETURNING s.file, s.line, {self.key} AS key, {self.to.differs('f')} AS differs) "
            "SELECT file, CASE WHEN differs THEN line END, CASE WHEN differs THEN key END, count(*) "
            "FROM gone GROUP BY 1, 2, 3"
        )
        for file, line, source_id, count in self._returned():
            if line is None:
                self._count(file, "duplicate", count)
            else:
                reason = f'"{source_id}" is stored with other content; to revise it, give a later updated_at'
                self._refused(file, line, self.kind.key, reason)

    def _keep_older(self) -> None:
        """What a later revision, stored or come together with it, has already replaced goes straight to history."""
        latest = f"SELECT {self.key} AS key, max({revision('s')}) AS latest FROM staged s GROUP BY 1"
        revised = f"coalesce((extract(epoch FROM f.updated_at) * 1000000)::bigint, {FIRST})"
        current = f"CASE WHEN f.id IS NOT NULL THEN {revised} END"
        self._table(
            "superseded",
            f"ON COMMIT DROP AS SELECT s.file, s.line FROM staged s JOIN ({latest}) l ON l.key = {self.key} "
            f"LEFT JOIN {self.to.table} f ON f.source_id = {self.key} "
            f"WHERE {revision('s')} < greatest(l.latest, {current})",
        )
        row = ", ".join(f"{expression} AS {quoted(name)}" for name, expression in self.to.pairs)
        this = self.to.where("o.file = s.file", "o.line = s.line")
        self._run(
            "INSERT INTO feedback_revision (kind, source_id, updated_at, received_at, loaded_at, row) "
            "SELECT %s, x.source_id, x.updated_at, x.received_at, now(), to_jsonb(x) "
            f"FROM (SELECT {row} FROM {self.to.joined('staged s', 'superseded o')} WHERE {this}) x",
            self.kind.name,
        )
        self._count_gone("DELETE FROM staged s USING superseded o WHERE o.file = s.file AND o.line = s.line", "older")

    def _revise(self) -> None:
        """What is stored goes to history; the later revision takes its place, and a void stays a void."""
        columns = ", ".join(f"f.{quoted(name)}" for name, _ in self.to.pairs)
        self._run(
            "INSERT INTO feedback_revision (kind, source_id, updated_at, received_at, loaded_at, row) "
            "SELECT %s, f.source_id, f.updated_at, f.received_at, f.loaded_at, to_jsonb(x) "
            f"FROM {self.stored_too}, LATERAL (SELECT {columns}) x",
            self.kind.name,
        )
        self._table("revised", f"ON COMMIT DROP AS SELECT s.file, s.line FROM {self.stored_too}")
        new = ", ".join(f"{quoted(name)} = {expression}" for name, expression in self.to.pairs)
        self._run(
            f"UPDATE {self.to.table} f SET {new}, loaded_at = now() FROM {self.to.joined('staged s')} "
            f"WHERE {self.to.where(f'f.source_id = {self.key}')}"
        )
        if self.kind.name == "influencers":
            self._touch(f"SELECT f.id FROM {self.stored_too}")
        self._count_gone("DELETE FROM staged s USING revised r WHERE r.file = s.file AND r.line = s.line", "loaded")

    def _insert(self) -> None:
        values = ", ".join(expression for _, expression in self.to.pairs)
        loaded = self._run(
            f"INSERT INTO {self.to.table} ({self.to.columns}) SELECT {values} "
            f"FROM {self.to.joined('staged s')} WHERE {self.to.where()}"
        )
        if self.kind.name == "influencers":
            self._touch(f"SELECT f.id FROM {self.stored_too}")
        self._run("SELECT file, count(*) FROM staged GROUP BY 1")
        for file, count in self._returned():
            self._count(file, "loaded", count)
            loaded -= count
        assert loaded == 0, "a row was neither stored nor refused"

    def _take_up(self, source: str, influencer: str, day: str, where: str = "true") -> None:
        """Say whose days have to be counted again."""
        if not self.kind.rated:
            return
        if self.kind.name == "accounts":
            self._touch(f"SELECT DISTINCT {influencer} FROM {source} WHERE {where}")
        elif self.kind.event_time:
            self._run(
                f"INSERT INTO feedback_outbox (influencer_id, day) SELECT DISTINCT {influencer}, {day} "
                f"FROM {source} WHERE {where}"
            )

    def _stored_day(self) -> str:
        time = (
            f"f.{quoted(self.kind.event_time)} AT TIME ZONE 'UTC' + interval '8 hours'" if self.kind.event_time else ""
        )
        return f"({time})::date" if time and self.rows <= DAYS_NAMED else "NULL::date"

    def _staged_day(self) -> str:
        return LOCAL_DAY.format(f"s.{quoted(self.kind.event_time)}") if self.kind.event_time else "NULL::date"

    def _touch(self, sql: str) -> None:
        self._run(sql)
        self.touched.update(found for (found,) in self._returned())

    def _count(self, file: int, verdict: str, count: int = 1) -> None:
        self.counts.setdefault(file, Counter())[verdict] += count

    def _count_gone(self, delete: str, verdict: str) -> None:
        self._run(f"WITH gone AS ({delete} RETURNING s.file) SELECT file, count(*) FROM gone GROUP BY 1")
        for file, count in self._returned():
            self._count(file, verdict, count)

    def _refused(self, file: int, line: int, column: str, reason: str) -> None:
        self._count(file, "rejected")
        self.refuse(file, line, column, reason)

    def _run(self, sql: str, *values: Any) -> int:
        self.cursor.execute(sql, values or None)
        return int(self.cursor.rowcount)

    def _table(self, name: str, rest: str) -> None:
        self._run(f"DROP TABLE IF EXISTS pg_temp.{name}")
        self._run(f"CREATE TEMPORARY TABLE {name} {rest}")

    def _returned(self) -> Iterator[tuple[Any, ...]]:
        rows = self.cursor.fetchall()  # on the client already; further statements may run between
        yield from rows


def staged_type(column: Column) -> str:
    return "uuid" if column.name in PSEUDONYMS else STAGED_TYPES[column.type]


def _as_csv(batches: Iterable[tuple[int, pa.Table]]) -> Iterator[tuple[memoryview, int]]:
    options = pyarrow.csv.WriteOptions(include_header=False)
    for file, table in batches:
        if table.num_rows:
            buffer = BytesIO()
            if "file" not in table.column_names:
                table = table.add_column(0, "file", pa.repeat(pa.scalar(file, pa.int32()), table.num_rows))
            pyarrow.csv.write_csv(table, buffer, options)
            yield buffer.getbuffer(), table.num_rows
