"""A comparison of two policies on the terminal and as a file."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from feedback.ingest.rejects import without_formula
from ratings.comparison import Comparison, Move, most

SUFFIXES = (".csv", ".json")


def show(found: Comparison, *, names: Mapping[str, str], top: int, console: Console) -> None:
    """What changed, who moves most and why, and how many move."""
    console.print(f"Policy {found.before} → {found.after}, both on the evidence before {found.as_of}.")
    for name, (old, new) in found.changed.items():
        console.print(f"  {name}: {old} → {new}")
    if not found.changed:
        console.print("  No constant differs.")
    moving = [move for move in found.moves if _differs(move)][:top]
    if moving:
        table = Table("influencer", "score", "moves", "grade", "rank", "most by channel", "most by constant")
        for move in moving:
            who = names.get(move["influencer_id"], move["influencer_id"])
            score = f"{move['score'][0]:.1f} → {move['score'][1]:.1f}"
            table.add_row(
                who, score, f"{move['moved']:+.2f}", _pair(move["grade"]), _pair(move["rank"]),
                _part(move["by_channel"]), _part(move["by_constant"]),
            )  # fmt: skip
        console.print(table)
    s = found.summary
    median, largest = s["median_points"] or 0.0, s["most_points"] or 0.0
    console.print(
        f"{s['moved_up']:,} move up, {s['moved_down']:,} down, {s['unmoved']:,} stay; median {median:.2f} points, "
        f"at most {largest:.2f}. {s['other_grade']:,} get another grade, {s['newly_rated']:,} are newly rated, "
        f"{s['no_longer_rated']:,} no longer. Kendall's tau between the two orders: "
        f"{'unknown' if s['kendall_tau'] is None else format(s['kendall_tau'], '.4f')}."
    )


def write(found: Comparison, path: Path, *, names: Mapping[str, str]) -> None:
    """Everything for everyone: JSON, or CSV with one row per influencer."""
    if path.suffix == ".json":
        document = found.document()
        document["moves"] = [{"name": names.get(m["influencer_id"]), **m} for m in found.moves]
        path.write_text(json.dumps(document, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        return
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = [_row(move, names) for move in found.moves]
        writer = csv.DictWriter(file, fieldnames=list(rows[0]) if rows else ["influencer_id"])
        writer.writeheader()
        writer.writerows(
            {key: without_formula(cell) if isinstance(cell, str) else cell for key, cell in row.items()} for row in rows
        )


def _row(move: Move, names: Mapping[str, str]) -> dict[str, Any]:
    row = {"influencer_id": move["influencer_id"], "name": names.get(move["influencer_id"], "")}
    for key in ("status", "score", "grade", "rank"):
        row[f"{key}_before"], row[f"{key}_after"] = move[key]
    row["moved"] = move["moved"]
    row |= {f"channel {name}": value for name, value in move["by_channel"].items()}
    return row | {f"constant {name}": value for name, value in move["by_constant"].items()}


def _differs(move: Move) -> bool:
    return bool(move["moved"]) or any(move[key][0] != move[key][1] for key in ("status", "grade", "rank"))


def _pair(pair: list[Any]) -> str:
    old, new = ("–" if value is None else str(value) for value in pair)
    return old if old == new else f"{old} → {new}"


def _part(parts: Mapping[str, float]) -> str:
    found = most(parts)
    return "–" if found is None else f"{found[0]} {found[1]:+.2f}"
