"""A public document as a page reads it: figures, their words, their charts. Nothing is computed anew."""

from collections.abc import Mapping, Sequence
from datetime import date
from functools import cached_property
from typing import Any

from ratings.pages import labels, wording
from ratings.pages import standing as stood
from ratings.pages.charts import Chart, band_row, interval_band, refund_rate, trend
from ratings.pages.numbers import as_day, day, sentences
from ratings.pages.shows import Shows
from ratings.pages.why import Why

KINDS = tuple(labels.KINDS)

LEAST_ORDERS = 30  # before a share of them says anything

Row = Mapping[str, Any]


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

    @property
    def formerly(self) -> list[dict[str, Any]]:
        """Hosts that go on as this one, and since when."""
        return [{**gone, "since": as_day(gone["since"])} for gone in self.influencer.get("formerly", [])]

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
        counted = {k: v for k, v in found.items() if isinstance(v, int) and not isinstance(v, bool)}
        return {k: v for k, v in counted.items() if not k.startswith("held_down")}

    @property
    def verified_share(self) -> float | None:
        value = (self.data.get("evidence") or {}).get("verified_share")
        return None if value is None else float(value)

    @property
    def held_down(self) -> int:
        """Those that came faster than orders explain: what the sentence says of them is true of no others."""
        return int((self.data.get("evidence") or {}).get("held_down_fast") or 0)

    @property
    def held_down_text(self) -> str:
        return wording.held_down(self.held_down) if self.held_down else ""

    @property
    def reviewed(self) -> str:
        """What the reviews add up to, in words."""
        return sentences(self.sure, self.held_down_text)

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

    # what stands behind it --------------------------------------------------------------------------------

    @cached_property
    def why(self) -> Why:
        return Why(self.data, peers=self.peers)

    @cached_property
    def shows(self) -> Shows:
        return Shows(self.data)

    @property
    def refunds(self) -> Row | None:
        """Refunds against peers, where both are known and there are orders enough to speak of."""
        found: Row | None = self.data.get("refunds")
        if not found or found.get("peers_low") is None or found["orders"] < LEAST_ORDERS:
            return None
        return found

    @property
    def refunds_text(self) -> str:
        r = self.refunds
        return wording.refunded(r["rate"], r["peers_low"], r["peers_high"]) if r else ""

    @cached_property
    def refunds_chart(self) -> Chart | None:
        r = self.refunds
        return refund_rate(r["rate"], r["peers_low"], r["peers_high"]) if r else None

    @cached_property
    def standing(self) -> list[stood.Entry]:
        return stood.entries(self.data)

    @cached_property
    def events(self) -> list[stood.Event]:
        return stood.events(self.standing, self.history)

    @cached_property
    def trend(self) -> Chart | None:
        points = [p for p in self.history if p.get("score") is not None]
        return trend(points, [(event.when, event.what) for event in self.events]) if len(points) >= 2 else None

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
