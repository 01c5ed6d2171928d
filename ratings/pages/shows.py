"""Shown against supported viewers of a card's last shows."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from ratings.pages import wording
from ratings.pages.charts import Chart, Table, shown_against_real

Row = Mapping[str, Any]


class Shows:
    """The last shows with viewers, newest first."""

    def __init__(self, data: Row) -> None:
        found = [s for s in data.get("traffic") or [] if s.get("shown") and s.get("real") is not None]
        self.rows: list[Row] = sorted(found, key=lambda s: str(s["started_at"]), reverse=True)

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def flagged(self) -> int:
        return sum(1 for s in self.rows if s["flagged"])

    @cached_property
    def _drawn(self) -> tuple[list[Chart], Table]:
        return shown_against_real(self.rows)

    @property
    def table(self) -> Table:
        return self._drawn[1]

    @property
    def lines(self) -> list[tuple[Row, Chart]]:
        return list(zip(self.rows, self._drawn[0], strict=False))

    @property
    def worst(self) -> Row | None:
        """The flagged show with the largest gap, else none."""
        flagged = [s for s in self.rows if s["flagged"]]
        return max(flagged, key=lambda s: s["shown"] - s["real"], default=None)

    @property
    def text(self) -> str:
        if worst := self.worst:
            return wording.viewers(worst["shown"], worst["real"])
        last = self.rows[0] if self.rows else None
        return wording.viewers_supported(last["shown"], last["real"]) if last else ""
