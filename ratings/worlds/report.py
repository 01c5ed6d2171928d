"""Tables of an evaluation: means over seeds with their spread, as Markdown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ratings.worlds import measures
from ratings.worlds.baselines import BASELINES
from ratings.worlds.evaluation import CHANNELS, FAMILIES, Figures


@dataclass(frozen=True, slots=True)
class Spread:
    """Mean and standard deviation over seeds."""

    mean: float
    sd: float

    def text(self, digits: int, scale: float = 1.0, *, sign: bool = False) -> str:
        mean, sd = self.mean * scale, self.sd * scale
        if not np.isfinite(mean):
            return "–"
        shown = f"{mean:+.{digits}f}" if sign else f"{mean:.{digits}f}"
        return f"{shown} ± {sd:.{digits}f}"


def spread(rows: Sequence[Figures], family: str, name: str) -> Spread | None:
    """Mean and spread of one figure, or None where it was not measured."""
    values = [f.numbers[name] for f in rows if f.family == family and name in f.numbers]
    return _spread(values) if values else None


def curve(rows: Sequence[Figures], family: str, name: str) -> tuple[np.ndarray, np.ndarray] | None:
    """Mean and spread of a curve, point by point."""
    values = [f.curves[name] for f in rows if f.family == family and name in f.curves]
    if not values:
        return None
    table = np.asarray(values, dtype=np.float64)
    return table.mean(axis=0), table.std(axis=0, ddof=1) if len(values) > 1 else np.zeros(table.shape[1])


def _spread(values: Sequence[float]) -> Spread:
    return Spread(float(np.mean(values)), float(np.std(values, ddof=1)) if len(values) > 1 else 0.0)


def best_baseline(rows: Sequence[Figures], family: str, measure: str) -> tuple[str, Spread] | None:
    """The simple rule with the highest mean of a measure."""
    found = {name: spread(rows, family, f"{measure} {name}") for name in BASELINES}
    known = {name: value for name, value in found.items() if value is not None}
    return max(known.items(), key=lambda item: item[1].mean) if known else None


def _worst_curve(rows: Sequence[Figures], family: str, name: str, target: float) -> Spread | None:
    found = curve(rows, family, name)
    if found is None:
        return None
    at = int(np.nanargmax(np.abs(found[0] - target)))
    return Spread(float(found[0][at]), float(found[1][at]))


def _worst_channel(rows: Sequence[Figures], family: str) -> tuple[str, Spread] | None:
    found = {c: spread(rows, family, f"coverage {c}") for c in CHANNELS if c != "traffic"}
    known = {c: s for c, s in found.items() if s is not None}
    return max(known.items(), key=lambda item: abs(item[1].mean - 0.9)) if known else None


def _margin(rows: Sequence[Figures], family: str) -> Spread | None:
    best = best_baseline(rows, family, "tau")
    if best is None:
        return None
    name = f"tau {best[0]}"
    return _spread([f.numbers["tau"] - f.numbers[name] for f in rows if f.family == family and name in f.numbers])


TARGETS: dict[str, tuple[str, str]] = {
    "tau": ("≥ .56", "≥ .65"),
    "ndcg": ("≥ .60", "≥ .57"),
    "margin": ("≥ .13", "≥ .11"),
    "lost burst": ("≤ .002", "≤ .002"),
    "lost drip": ("≤ .005", "≤ .005"),
    "lost camouflaged": ("≤ .005", "≤ .005"),
    "lost rings": ("–", "≤ .002"),
    "promoted drip": ("≤ 5", "≤ 5"),
    "bombed drip": ("≤ 3", "≤ 3"),
    "gained brushing": ("< 3", "< 3"),
    "gained varied": ("< 3", "< 3"),
    "coverage": ("90 ± 1", "90 ± 2"),
    "coverage decile": ("90 ± 2", "90 ± 3"),
    "coverage channel": ("90 ± 2", "90 ± 3"),
    "size bias": ("± 2", "± 4"),
    "improver all": ("≥ 35%", "≥ 35%"),
    "improver large": ("≥ 50%", "≥ 50%"),
    "auc x2": ("≥ .92", "≥ .92"),
    "auc x5": ("≥ .999", "≥ .999"),
    "auc x28": ("1.0", "1.0"),
    "share error": ("≤ .15", "≤ .25"),
}
"""What each family is held to (rating model, section 9)."""

LABELS: dict[str, tuple[str, int, float, bool]] = {
    "tau": ("Kendall τ-b with the true overall", 3, 1.0, False),
    "ndcg": ("NDCG@100", 3, 1.0, False),
    "margin": ("τ above the best baseline", 3, 1.0, True),
    "lost burst": ("τ lost: unverified burst", 3, 1.0, False),
    "lost drip": ("τ lost: verified drip", 3, 1.0, False),
    "lost camouflaged": ("τ lost: camouflaged drip", 3, 1.0, False),
    "lost rings": ("τ lost: collusion rings", 3, 1.0, False),
    "lost fresh": ("τ lost: accounts never reused", 3, 1.0, False),
    "promoted drip": ("points moved by the drip, 95th percentile: promoted", 1, 1.0, False),
    "bombed drip": ("the same: bombed", 1, 1.0, False),
    "promoted fresh": ("the same by accounts never reused: promoted", 1, 1.0, False),
    "bombed fresh": ("the same: bombed ", 1, 1.0, False),
    "gained brushing": ("percentiles gained by doubling orders", 1, 1.0, True),
    "gained varied": ("the same where no-reason returns vary", 1, 1.0, True),
    "gained refunded": ("percentiles gained by refunded brushing", 1, 1.0, True),
    "coverage": ("coverage of 90% intervals, %", 1, 100.0, False),
    "coverage decile": ("coverage, worst decile of size, %", 1, 100.0, False),
    "coverage channel": ("coverage, worst channel, %", 1, 100.0, False),
    "coverage traffic": ("coverage, real share of viewers, %", 1, 100.0, False),
    "size bias": ("size bias, worst decile, percentile points", 1, 1.0, True),
    "improver all": ("improver: gap closed after 60 days, %", 0, 100.0, False),
    "improver large": ("the same above 1,000 orders a year, %", 0, 100.0, False),
    "auc x2": ("views ×2: AUC", 3, 1.0, False),
    "auc x5": ("views ×5: AUC", 3, 1.0, False),
    "auc x28": ("views ×28: AUC", 3, 1.0, False),
    "share error": ("error of the real share", 2, 1.0, False),
}


def figure(rows: Sequence[Figures], family: str, name: str) -> Spread | None:
    """One row of the table for one family."""
    if name == "margin":
        return _margin(rows, family)
    if name == "coverage decile":
        return _worst_curve(rows, family, "coverage by size", 0.9)
    if name == "size bias":
        return _worst_curve(rows, family, "size bias", 0.0)
    if name == "coverage channel":
        found = _worst_channel(rows, family)
        return found[1] if found else None
    if name == "share error":
        parts = [spread(rows, family, f"share error x{factor}") for factor in ("2", "5", "28")]
        known = [p for p in parts if p is not None]
        return Spread(float(np.mean([p.mean for p in known])), float(np.mean([p.sd for p in known]))) if known else None
    return spread(rows, family, name)


def main_table(rows: Sequence[Figures]) -> list[list[str]]:
    """The table of section 9: figure, A, target of A, B, target of B; rows that were not measured are left out."""
    table = [["figure", "A", "target A", "B", "target B"]]
    for name, (label, digits, scale, sign) in LABELS.items():
        found = [figure(rows, family, name) for family in FAMILIES]
        if not any(found):
            continue
        cells = [value.text(digits, scale, sign=sign) if value else "–" for value in found]
        goal = TARGETS.get(name, ("–", "–"))
        table.append([label, cells[0], goal[0], cells[1], goal[1]])
    return table


def baseline_table(rows: Sequence[Figures]) -> list[list[str]]:
    """τ, NDCG and τ lost to the drip of each simple rule, beside the model's."""
    table = [["rule", "τ A", "τ B", "NDCG A", "NDCG B", "τ lost to the drip A", "B", "size bias A", "B"]]
    for label in (*BASELINES, "this model"):
        own = label == "this model"
        tail = "" if own else f" {label}"
        cells = []
        for name in (f"tau{tail}", f"ndcg{tail}", f"lost drip{tail}"):
            cells += [s.text(3) if (s := spread(rows, family, name)) else "–" for family in FAMILIES]
        for family in FAMILIES:
            found = _worst_curve(rows, family, f"size bias{tail}", 0.0)
            cells.append(found.text(1, sign=True) if found else "–")
        table.append([label, *cells])
    return table


STEP_COLUMNS = (
    ("τ", "tau", 3, 1.0),
    ("NDCG", "ndcg", 3, 1.0),
    ("drip lost", "lost drip", 3, 1.0),
    ("camouflaged lost", "lost camouflaged", 3, 1.0),
    ("bombed 95%", "bombed drip", 1, 1.0),
    ("brushing", "gained brushing", 1, 1.0),
    ("refunded", "gained refunded", 1, 1.0),
    ("coverage", "coverage", 1, 100.0),
    ("worst channel", "coverage channel", 1, 100.0),
    ("size bias", "size bias", 1, 1.0),
    ("improver", "improver all", 0, 100.0),
    ("improver > 1,000", "improver large", 0, 100.0),
)


def step_table(steps: Sequence[tuple[str, Sequence[Figures]]]) -> list[list[str]]:
    """One row per step: A · B in every cell."""
    columns = [c for c in STEP_COLUMNS if any(figure(rows, f, c[1]) for _, rows in steps for f in FAMILIES)]
    table = [["step", *(f"{title} A · B" for title, *_ in columns)]]
    for name, rows in steps:
        cells = []
        for _, key, digits, scale in columns:
            found = [figure(rows, family, key) for family in FAMILIES]
            cells.append(" · ".join(f"{v.mean * scale:.{digits}f}" if v else "–" for v in found))
        table.append([name, *cells])
    return table


def markdown(table: list[list[str]]) -> str:
    """A Markdown table of cells."""
    head, *body = table
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in body])


__all__ = ["baseline_table", "curve", "main_table", "markdown", "measures", "step_table"]
