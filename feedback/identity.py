"""When two rows are the same: rules that PostgreSQL and DuckDB follow by the same SQL text."""

from __future__ import annotations

from feedback.columns import Kind

FIRST = "-9223372036854775807"  # the revision without updated_at comes before every other


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def revision(alias: str) -> str:
    """Which revision a staged row is, as microseconds."""
    return f"coalesce({alias}.updated_at, {FIRST})"


def repeats(kind: Kind, staged: str) -> str:
    """SQL for the rows of `staged` that repeat another row of it ('duplicate') or contradict one ('conflict').

    All rows of a conflict are named, so that order never matters. Of duplicates the one received first stays.
    """
    key = quoted(kind.key)
    content = ", ".join(f"s.{quoted(column.name)}" for column in kind.content)
    receipt = f"coalesce(s.received_at, s.{quoted(kind.event_time)})" if kind.event_time else "s.received_at"
    same = f"PARTITION BY s.{key}, {revision('s')}"
    return f"""
        SELECT file, line, CASE WHEN variants > 1 THEN 'conflict' ELSE 'duplicate' END AS verdict
        FROM (
            SELECT file, line, nth, max(variant) OVER (PARTITION BY key, revision) AS variants
            FROM (
                SELECT s.file, s.line, s.{key} AS key, {revision("s")} AS revision,
                    dense_rank() OVER ({same} ORDER BY {content}) AS variant,
                    row_number() OVER ({same} ORDER BY {receipt} NULLS FIRST, s.file, s.line) AS nth
                FROM {staged} s
                WHERE s.{key} IN (SELECT {key} FROM {staged} GROUP BY {key} HAVING count(*) > 1)
            ) numbered
        ) compared
        WHERE variants > 1 OR nth > 1
    """
