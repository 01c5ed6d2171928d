"""A public document as a page reads it: figures, their words, their charts. Nothing is computed anew."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from ratings.pages import labels, wording
from ratings.pages.charts import Chart, Table, band_row, dimension_bars, interval_band, shown_against_real, trend
from ratings.pages.numbers import as_day, day, sentences, signed

DIMENSIONS = ("professionalism", "service_attitude", "compliance", "after_sales", "authenticity")
KINDS = tuple(labels.KINDS)

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class DimensionRow:
    """One dimension: its bar, and by how much it lifts or lowers the overall score against peers."""

    code: str
    name: str
    about: str
    figures: Row
    chart: Chart
    lift: float | None

    @property
    def lift_text(self) -> str:
        return "" if self.lift is None else signed(self.lift)

    @property
    def points(self) -> float:
        """Points this dimension gives to the overall score."""
        return float(self.figures["weight"]) * float(self.figures["score"])

    @property
    def possible(self) -> float:
        return float(self.figures["weight"]) * 100

    @property
    def unseen(self) -> bool:
        return not self.figures.get("evidence")


@dataclass(frozen=True, slots=True)
class Part:
    """One contribution, in points of the overall score."""

    name: str
    source: str
    points: float
    code: str
    evidence_id: str
    held_points: float


class Card:
    """The scorecard page's view of one document."""

    def __init__(self, data: Row, history: Sequence[Row] = ()) -> None:
        self.data = data
        self.history = history
        self.influencer: Row = data["influencer"]
        self.overall: Row = data["overall"]
        self.status: str = data["status"]

    # who ------------------------------------------------------------------------------------------------

    @property
    def name(self) -> str:
        return str(self.influencer["name"])

    @property
    def slug(self) -> str:
        return str(self.influencer["slug"])

    @property
    def category(self) -> str:
        return labels.category(self.influencer.get("category"))

    @property
    def category_code(self) -> str:
        value = self.influencer.get("category")
        return str(value.get("code", "") if isinstance(value, Mapping) else value or "")

    @property
    def tier(self) -> str:
        group = self.data.get("peer_group") or {}
        name = group.get("name", "") if isinstance(group, Mapping) else str(group)
        return str(name).rpartition("/")[2]

    @property
    def tier_name(self) -> str:
        return labels.name(labels.TIERS, self.tier)

    @property
    def tier_size(self) -> str:
        return labels.name(labels.TIER_SIZES, self.tier)

    @property
    def peers(self) -> int:
        group = self.data.get("peer_group")
        return int(group.get("size") or 0) if isinstance(group, Mapping) else 0

    @cached_property
    def platforms(self) -> list[dict[str, Any]]:
        """Accounts as {platform, handle, followers}; a bare platform name is taken as it is."""
        found = self.influencer.get("platforms") or []
        return [dict(p) if isinstance(p, Mapping) else {"platform": p} for p in found]

    @property
    def qualification_expired(self) -> bool:
        until = self.influencer.get("qualification_expires")
        return bool(until) and as_day(until) < self.updated_on

    # how good, and how sure -------------------------------------------------------------------------------

    @property
    def rated(self) -> bool:
        return self.status == "rated"

    @property
    def provisional(self) -> bool:
        return self.status == "provisional"

    @property
    def suspended(self) -> bool:
        return self.status == "suspended"

    @property
    def likely(self) -> str:
        return wording.likely(self.overall["score"], self.overall["low"], self.overall["high"])

    @property
    def lead(self) -> str:
        return sentences(self.likely, self.rank_text)

    @property
    def basis(self) -> str:
        """How sure we are, and what that rests on."""
        chance = self.overall.get("p_top10") or 0
        return sentences(self.confidence, self.sure, wording.best_tenth(chance) if chance >= 0.01 else "")

    @property
    def rank_text(self) -> str:
        o = self.overall
        return wording.ranked(o["rank"], o["rank_low"], o["rank_high"]) if o.get("rank") else ""

    @property
    def grade_range(self) -> str:
        low, high = self.overall.get("grade_low"), self.overall.get("grade_high")
        return "" if not low or not high else low if low == high else f"{low} – {high}"

    @property
    def cap_text(self) -> str:
        cap = self.data.get("grade_cap")
        return wording.cap_reason(cap, str(self.overall.get("grade") or "")) if isinstance(cap, Mapping) else ""

    @cached_property
    def counts(self) -> dict[str, int]:
        evidence: Row = self.data.get("evidence") or {}
        found = evidence.get("counts", evidence)
        return {k: v for k, v in found.items() if isinstance(v, int) and not isinstance(v, bool) and k != "held_down"}

    @property
    def verified_share(self) -> float | None:
        value = (self.data.get("evidence") or {}).get("verified_share")
        return None if value is None else float(value)

    @property
    def held_down(self) -> int:
        return int((self.data.get("evidence") or {}).get("held_down") or 0)

    @property
    def held_down_text(self) -> str:
        return wording.held_down(self.held_down) if self.held_down else ""

    @property
    def sure(self) -> str:
        return wording.sure(self.counts.get("reviews", 0), self.verified_share, self.counts.get("sessions", 0))

    @property
    def confidence(self) -> str:
        return wording.confidence(self.overall["high"] - self.overall["low"])

    @cached_property
    def evidence_rows(self) -> list[tuple[str, int]]:
        ordered = sorted(self.counts, key=lambda kind: KINDS.index(kind) if kind in KINDS else len(KINDS))
        return [(labels.name(labels.KINDS, kind), self.counts[kind]) for kind in ordered]

    @cached_property
    def band(self) -> Chart:
        return interval_band(self.overall["score"], self.overall["low"], self.overall["high"])

    # the five dimensions, and why -----------------------------------------------------------------------

    @cached_property
    def dimensions(self) -> list[DimensionRow]:
        found: Row = self.data["dimensions"]
        alone = {"peer_mean": None} if self.peers == 1 else {}  # one's own mean is no peers' average
        named = [
            (code, labels.name(labels.DIMENSIONS, code), {**found[code], **alone})
            for code in DIMENSIONS
            if code in found
        ]
        charts, self.dimension_table = dimension_bars(named)
        return [
            DimensionRow(code, name, labels.name(labels.ABOUT, code), row, chart, self.lift(row))
            for (code, name, row), chart in zip(named, charts, strict=True)
        ]

    dimension_table: Table = Table((), ())

    @staticmethod
    def lift(row: Row) -> float | None:
        """Points of the overall score above the peers' average of this dimension."""
        peer = row.get("peer_mean")
        return None if peer is None else float(row["weight"]) * (float(row["score"]) - float(peer))

    @property
    def lifts(self) -> list[DimensionRow]:
        """What stands above the peers, most first."""
        return sorted((d for d in self.dimensions if (d.lift or 0) >= 0.05), key=lambda d: -(d.lift or 0))

    @property
    def drops(self) -> list[DimensionRow]:
        return sorted((d for d in self.dimensions if (d.lift or 0) <= -0.05), key=lambda d: d.lift or 0)

    @cached_property
    def parts(self) -> list[Part]:
        """Every contribution, strongest first; together they are the overall score."""
        rows = [
            Part(
                labels.name(labels.CHANNELS, c["channel"]),
                labels.name(labels.SOURCES, c["source"]),
                float(c["points"]),
                str(c["dimension"]),
                str(c.get("evidence_id") or ""),
                float(c.get("held_points") or 0),
            )
            for c in self.data.get("contributions") or []
        ]
        return sorted(rows, key=lambda p: -abs(p.points))

    @cached_property
    def parts_by_dimension(self) -> list[tuple[DimensionRow, list[Part], float]]:
        grouped = []
        for row in self.dimensions:
            parts = [p for p in self.parts if p.code == row.code]
            grouped.append((row, parts, sum(p.points for p in parts)))
        return [g for g in grouped if g[1]]

    # viewers, trend, standing ---------------------------------------------------------------------------

    @cached_property
    def shows(self) -> list[Row]:
        """The last shows with viewers, newest first."""
        found = [s for s in self.data.get("traffic") or [] if s.get("shown") and s.get("real") is not None]
        return sorted(found, key=lambda s: str(s["started_at"]), reverse=True)

    @property
    def flagged(self) -> int:
        return sum(1 for s in self.shows if s["flagged"])

    @cached_property
    def traffic(self) -> tuple[list[Chart], Table]:
        return shown_against_real(self.shows)

    @cached_property
    def traffic_rows(self) -> list[tuple[Row, Chart]]:
        return list(zip(self.shows, self.traffic[0], strict=False))

    @property
    def worst_show(self) -> Row | None:
        """The flagged show with the largest gap, else none."""
        flagged = [s for s in self.shows if s["flagged"]]
        return max(flagged, key=lambda s: s["shown"] - s["real"], default=None)

    @property
    def viewers_text(self) -> str:
        if worst := self.worst_show:
            return wording.viewers(worst["shown"], worst["real"])
        last = self.shows[0] if self.shows else None
        return wording.viewers_supported(last["shown"], last["real"]) if last else ""

    @cached_property
    def standing(self) -> list[dict[str, Any]]:
        """Public warnings and appeals, with what they are called."""
        found = []
        for row in self.data.get("standing") or []:
            appeal = row.get("appeal")
            due = appeal.get("due") or appeal.get("due_at") if isinstance(appeal, Mapping) else None
            found.append(
                {
                    **row,
                    "name": labels.name(labels.LEVELS, row.get("level")),
                    "appeal_text": wording.under_appeal(as_day(due)) if due else "",
                    "from": day(as_day(row["start"])) if row.get("start") else "",
                    "until": day(as_day(row["end"])) if row.get("end") else "",
                }
            )
        return found

    @cached_property
    def events(self) -> list[tuple[date, str]]:
        return [
            (as_day(r["start"]), f"{r['name']}: {r.get('public_summary') or ''}")
            for r in self.standing
            if r.get("start")
        ]

    @cached_property
    def trend(self) -> Chart | None:
        points = [p for p in self.history if p.get("score") is not None]
        return trend(points, self.events) if len(points) >= 2 else None

    # which run ------------------------------------------------------------------------------------------

    @property
    def updated_on(self) -> date:
        return as_day(self.data["updated_at"])

    @property
    def updated(self) -> str:
        return day(self.updated_on)


def small_band(row: Row, *, uid: str, label: str, scale: tuple[float, float]) -> Chart:
    """A line of a list: anything with score, low and high."""
    return band_row(row["score"], row["low"], row["high"], uid=uid, label=label, height=20, scale=scale)
