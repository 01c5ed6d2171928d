"""Columns of text → typed canonical columns and rejects, by one SQL query for a whole chunk."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from feedback.columns import Column, Kind, Type
from feedback.ingest import expressions as sql
from feedback.ingest.chunks import Chunk
from feedback.ingest.mapping import Mapping, Rule
from feedback.ingest.rejects import Reject

ARROW = {
    Type.ID: pa.string(),
    Type.TEXT: pa.string(),
    Type.CHOICE: pa.string(),
    Type.WHOLE: pa.int64(),
    Type.NUMBER: pa.float64(),
    Type.BOOLEAN: pa.bool_(),
    Type.TIME: pa.int64(),  # microseconds since the epoch
    Type.DATE: pa.date32(),
}
SEPARATOR = "\x1f"


def typed_schema(kind: Kind) -> pa.Schema:
    """Of the rows that stay: `line`, then the kind's columns."""
    return pa.schema([("line", pa.int64()), *((column.name, ARROW[column.type]) for column in kind.columns)])


@dataclass
class Typed:
    """What became of a chunk."""

    table: pa.Table
    rejects: list[Reject]
    skipped: int


@dataclass
class Typer:
    """Types chunks of one mapping. Not for several threads at once."""

    mapping: Mapping
    source: str | None = None
    tz: str | None = None
    unknown: set[str] = field(default_factory=set)  # columns met and not read

    def __post_init__(self) -> None:
        self.duck = duckdb.connect(config={"autoinstall_known_extensions": "false"})
        self.duck.execute("SET TimeZone = 'UTC'")
        self._queries: dict[tuple[str, ...], str] = {}

    def close(self) -> None:
        self.duck.close()

    def type(self, chunk: Chunk) -> Typed:
        schema = typed_schema(self.mapping.kind)
        rejects = list(chunk.rejects)
        if not chunk.lines.size:
            return Typed(schema.empty_table(), rejects, 0)
        wanted = self.mapping.wanted
        present = tuple(name for name in chunk.columns if name in wanted)
        self.unknown.update(name for name in chunk.columns if name and name not in wanted)
        if present not in self._queries:
            prefix = f"{self.source or self.mapping.source}:" if self.source or self.mapping.source else ""
            self._queries[present] = query(self.mapping, present, prefix, self.tz)
        columns = {f"c{at}": pc.utf8_trim_whitespace(chunk.columns[name]) for at, name in enumerate(present)}
        self.duck.register("chunk", pa.table({"i": pa.array(range(chunk.lines.size), pa.int64()), **columns}))
        found: Any = self.duck.sql(self._queries[present]).to_arrow_table()
        problems = found["problem"]
        if problems.null_count < found.num_rows:
            bad = found.filter(problems.is_valid())
            for i, problem in zip(bad["i"].to_pylist(), bad["problem"].to_pylist(), strict=True):
                column, _, reason = problem.partition(SEPARATOR)
                rejects.append(Reject(int(chunk.lines[i]), column, reason, chunk.raw(i)))
            found = found.filter(problems.is_null())
        lines = pa.array(chunk.lines[found["i"].to_numpy()], pa.int64())
        kept = found.drop_columns(["i", "problem"]).add_column(0, "line", lines)
        return Typed(kept.cast(schema), rejects, chunk.lines.size - found.num_rows - len(rejects) + len(chunk.rejects))


def query(mapping: Mapping, present: tuple[str, ...], prefix: str, tz: str | None) -> str:
    """SQL over `chunk` (i, c0, c1, …) giving i, the canonical columns and `problem` of the rows that are taken."""
    at = {name: f"c{position}" for position, name in enumerate(present)}

    def source(name: str) -> str:
        return at.get(name, "CAST(NULL AS VARCHAR)")

    rules = _with_ranges(mapping)
    texts, spread, values, problems = ["i"], ["i"], ["*"], []
    for column in mapping.kind.columns:
        rule, end = rules.get(column.name, (Rule(value=None), None))
        t, v = sql.name(f"t_{column.name}"), sql.name(column.name)
        given = bool(rule.sources) or rule.value is not None
        if rule.hashed and any(name not in at for name in rule.sources):
            given = False  # the digest of fewer columns is another id
        text = sql.text_of(rule, source, mapping.null) if given else _NULL
        texts.append(f"{text} AS {t}")
        spread.append(f"{_end_of_range(t, end)} AS {t}")
        value = sql.value_of(column, rule, t, prefix=prefix, tz=tz)
        values.append(f"CAST({value} AS {_DUCK[column.type]}) AS {v}")
        problem = sql.problem_of(column, rule, t, v, missing=_missing(column, rule, at), tz=tz)
        problems.append(f"{sql.literal(column.name + SEPARATOR)} || ({problem})")
    for low, high in mapping.kind.in_order:
        told = f"lies before {low}" if mapping.kind.by_name[high].type is Type.TIME else f"is less than {low}"
        wrong = f"CASE WHEN {sql.name(low)} > {sql.name(high)} THEN {sql.literal(high + SEPARATOR + told)} END"
        problems.append(wrong)
    named = ", ".join(_shown_value(mapping.kind, column) for column in mapping.kind.columns)
    taken = [f"{source(name)} IN ({', '.join(map(sql.literal, words))})" for name, words in mapping.where.items()]
    where = f"WHERE {' AND '.join(taken)}" if taken else ""
    return (
        f"SELECT i, {named}, coalesce({', '.join(problems)}) AS problem "
        f"FROM (SELECT {', '.join(values)} FROM (SELECT {', '.join(spread)} "
        f"FROM (SELECT {', '.join(texts)} FROM chunk {where}))) ORDER BY i"
    )


_NULL = "CAST(NULL AS VARCHAR)"
_DUCK = {
    Type.ID: "VARCHAR",
    Type.TEXT: "VARCHAR",
    Type.CHOICE: "VARCHAR",
    Type.WHOLE: "BIGINT",
    Type.NUMBER: "DOUBLE",
    Type.BOOLEAN: "BOOLEAN",
    Type.TIME: "BIGINT",
    Type.DATE: "DATE",
}


def _shown_value(kind: Kind, column: Column) -> str:
    """The row's id is made of its parts where the source gives none."""
    if column.name != kind.key or not kind.parts:
        return sql.name(column.name)
    made = " || '/' || ".join(f"coalesce(CAST({sql.name(part)} AS VARCHAR), '')" for part in kind.parts)
    return f"coalesce({sql.name(column.name)}, {made}) AS {sql.name(column.name)}"


def _with_ranges(mapping: Mapping) -> dict[str, tuple[Rule, int | None]]:
    """A quantity whose column has _low and _high fills them from a range; itself it stays unknown then."""
    rules: dict[str, tuple[Rule, int | None]] = {name: (rule, None) for name, rule in mapping.columns.items()}
    for name, rule in mapping.columns.items():
        ends = (f"{name}_low", f"{name}_high")
        if rule.number and all(end in mapping.kind.by_name and end not in mapping.columns for end in ends):
            rules |= {ends[0]: (rule, 0), ends[1]: (rule, 1), name: (rule, 2)}
    return rules


def _end_of_range(t: str, end: int | None) -> str:
    if end is None:
        return t
    ends = sql.range_ends(t)
    return f"CASE WHEN {ends[0]} IS NULL THEN {t} END" if end == 2 else ends[end]


def _missing(column: Column, rule: Rule, at: dict[str, str]) -> str:
    """Why a required value is not there."""
    absent = [name for name in rule.sources if name not in at]
    if absent:
        return f"the file has no column {', '.join(absent)}; add it, or name another in a mapping"
    if not rule.sources and rule.value is None:
        return "the mapping gives no such column, and it is required"
    return "does not match the mapping's pattern" if rule.match else "is empty, and it is required"
