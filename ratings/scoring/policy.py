"""Every constant of the rating: name, value, unit, bounds and reason, under one version."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import Field, dataclass, field, fields, replace
from difflib import get_close_matches
from functools import cached_property
from typing import Any

VERSION_LENGTH = 32


class PolicyError(ValueError):
    """A policy names an unknown constant or sets one out of its bounds."""


def _c(value: float | bool, unit: str, low: float, high: float, reason: str) -> Any:
    return field(default=value, metadata={"unit": unit, "low": low, "high": high, "reason": reason})


@dataclass(frozen=True, kw_only=True)
class Policy:
    """The constants of one version of the rating; `document()` publishes them with unit, bounds and reason.

    Raises
    ------
    PolicyError
        When a constant lies outside its bounds, is not a number, or the weights do not add up to 1.
    """

    version: str = "2026.1"

    # -- time
    half_life: float = _c(180, "days", 7, 3650, "Evidence half a year old counts half: people change, memory fades.")
    traffic_half_life: float = _c(90, "days", 7, 3650, "Audience tricks come and go faster than manners.")
    tier_days: int = _c(365, "days", 30, 730, "Tiers go by the orders of one year.")
    month_days: int = _c(30, "days", 7, 90, "The grain at which drift is measured.")
    drift_months: int = _c(12, "months", 4, 24, "How far back drift is measured.")

    # -- weights of the channels in the overall score
    weight_professionalism: float = _c(0.20, "share", 0, 1, "Knows the goods and shows them well.")
    weight_service: float = _c(0.20, "share", 0, 1, "How people are treated.")
    weight_violation: float = _c(0.25, "share", 0, 1, "Breaking the rules harms people who never write a review.")
    weight_refund: float = _c(0.10, "share", 0, 1, "What came back through fault of the seller's side.")
    weight_complaint: float = _c(0.10, "share", 0, 1, "Upheld complaints: rarer and graver than refunds.")
    weight_as_described: float = _c(0.075, "share", 0, 1, "Goods as they were shown.")
    weight_traffic: float = _c(0.075, "share", 0, 1, "An audience as large as shown.")

    # -- trust of a review
    trust_unverified: float = _c(0.40, "share", 0, 1, "Without a receipt a review says less, yet not nothing.")
    repeat_power: float = _c(
        2, "power", 0, 4, "After k reviews of the same influencer an account counts 1/(1+k) to this power."
    )
    reliability_prior: float = _c(4, "reviews", 0.1, 100, "Reviews that weigh as much as the prior of an account.")
    reliability_start: float = _c(1.25, "ratio", 1, 10, "An unknown account counts 1/1.25 = 0.8.")
    new_account_reviews: int = _c(2, "reviews", 1, 100, "Accounts with fewer earlier reviews are new.")
    orders_memory: float = _c(5, "days", 1, 60, "Orders are reviewed over an e-fold of five days.")
    review_rate_weight: float = _c(1000, "orders", 1, 1e6, "Orders after which an influencer's own rate counts half.")
    review_rate_max: float = _c(2, "ratio", 1, 100, "No influencer is granted more than twice the platform's rate.")
    default_review_rate: float = _c(0.05, "reviews per order", 1e-4, 1, "Platform's review rate before any is known.")
    bucket_refill: float = _c(1.5, "ratio", 0.1, 100, "A bucket refills half faster than orders explain.")
    bucket_burst: float = _c(2, "reviews", 0, 1000, "What a bucket holds without any orders.")
    bucket_days: float = _c(30, "days", 1, 365, "A bucket holds at most what a month's orders explain.")
    typed_buckets: bool = _c(True, "switch", 0, 1, "Buckets of their own for all-high and all-low reviews.")
    typed_high: float = _c(0.89, "share", 0.5, 1, "A composite from here is all high.")
    typed_low: float = _c(0.15, "share", 0, 0.5, "A composite up to here is all low.")
    typed_high_refill: float = _c(2, "ratio", 0.1, 100, "All-high reviews may come twice as often as usual.")
    typed_low_refill: float = _c(1.5, "ratio", 0.1, 100, "All-low reviews may come half as often again as usual.")
    typed_high_burst: float = _c(2, "reviews", 0, 1000, "All-high reviews granted without any orders.")
    typed_low_burst: float = _c(1, "reviews", 0, 1000, "All-low reviews granted without any orders.")
    typed_weight: float = _c(12, "reviews", 0.1, 1000, "Reviews after which an influencer's own share counts half.")
    default_high_share: float = _c(0.30, "share", 0, 1, "Share of all-high reviews before any is known.")
    default_low_share: float = _c(0.04, "share", 0, 1, "Share of all-low reviews before any is known.")
    default_new_share: float = _c(0.20, "share", 0, 1, "Share of new accounts before any is known.")
    share_weight: float = _c(100, "reviews", 1, 1e5, "Reviews that weigh as much as these defaults.")
    crowd_cap: float = _c(3, "reviews", 1, 100, "One influencer's day counts at most so many in platform shares.")
    rate_cap: float = _c(50, "reviews", 1, 10_000, "One influencer counts at most so many in the platform's rate.")

    links: bool = _c(True, "switch", 0, 1, "Accounts that share influencers beyond chance count less.")
    link_weight: float = _c(2, "ratio", 0, 100, "A fully linked account counts 1/(1 + 2).")
    link_tolerance: float = _c(2, "ratio", 1, 10, "Twice the overlap that chance gives is still taken for chance.")
    link_least: float = _c(3, "accounts", 1, 1000, "Fewer shared accounts say nothing.")
    link_surprise: float = _c(3, "sd", 0, 10, "An overlap must lie this far above chance.")
    link_accounts_top: int = _c(60, "influencers", 2, 10_000, "Accounts that review more are no sign of a ring.")

    # -- supported orders
    supported_orders: bool = _c(True, "switch", 0, 1, "Orders count as far as activity supports them.")
    brushed_session_share: float = _c(0.01, "share", 0, 0.5, "Sessions with brushed orders, before looking.")
    brushed_share: float = _c(0.45, "share", 0, 0.9, "Influencers whose orders all stand too high, before looking.")
    brushed_doubt: float = _c(6, "ratio", 0, 10, "How much the doubt about orders widens rates per order.")

    # -- bounded channels
    provisional_evidence: float = _c(5, "reviews", 0, 100, "Fewer effective reviews are too few for a grade.")
    provisional_width: float = _c(20, "points", 1, 100, "A wider interval spans two grades and says nothing.")
    default_mark: float = _c(0.72, "share", 0.01, 0.99, "Platform mean of a mark before any is known.")
    default_sigma2: float = _c(0.06, "share²", 1e-4, 0.25, "Variance of one review around its influencer's mean.")
    default_kappa: float = _c(6, "reviews", 0.1, 1000, "Reviews that weigh as much as the prior.")

    # -- drift and spread
    daily_filter: bool = _c(True, "switch", 0, 1, "An exact daily filter instead of decayed sums.")
    memory_half_life: float = _c(1095, "days", 30, 36_500, "The filter forgets at least this fast.")
    spread_likelihood: bool = _c(True, "switch", 0, 1, "How much rates differ: by likelihood, not by squares.")
    recent: bool = _c(True, "switch", 0, 1, "A second, faster filter bounds how far the slow one may lag.")
    recent_half_life: float = _c(120, "days", 30, 36_500, "The faster filter forgets at least this fast.")
    recent_marks: float = _c(0.6, "sd", 0, 10, "How far a mark may stand from what was seen lately.")
    recent_rates: float = _c(0.4, "sd", 0, 10, "The same for the logarithm of a rate.")
    overdispersion: bool = _c(True, "switch", 0, 1, "How rates vary between sessions beyond chance is measured.")
    day_effect_top: float = _c(0.02, "share²", 0, 0.25, "The mood of a day explains at most this variance.")
    relative_variance_top: float = _c(9, "ratio²", 0.1, 100, "A rate's interval is never wider than this.")
    violation_variance_top: float = _c(1.35, "ratio²", 0.1, 100, "The same for violations, whose rates are rarest.")
    interval_marks: float = _c(1.2, "ratio", 0.1, 10, "Factor on the variance of marks that calibration asks for.")
    interval_prior: float = _c(2.5, "ratio", 0.1, 10, "A rate's prior is itself believed too firmly by so much.")
    interval_violation: float = _c(0.45, "ratio", 0.1, 10, "The same for violations.")
    interval_refund: float = _c(0.59, "ratio", 0.1, 10, "The same for refunds.")
    interval_complaint: float = _c(0.48, "ratio", 0.1, 10, "The same for complaints.")
    interval_overall: float = _c(1, "ratio", 0.1, 10, "The same for the overall score.")
    severity_noise: float = _c(0, "ratio²", 0, 1, "How uncertain an influencer's severity of complaints is.")

    borrowing: bool = _c(True, "switch", 0, 1, "Channels learn from each other through one common factor.")
    lag_share: float = _c(0.4, "share", 0, 1, "Part of a filter's error that the channels of one influencer share.")

    # -- rate channels
    points_refund_fault: int = _c(10, "tenths", 0, 100, "A refund through fault of influencer or merchant.")
    points_refund_other: int = _c(1, "tenths", 0, 100, "A refund by the buyer's choice, or for a reason unknown.")
    points_complaint_minor: int = _c(1, "points", 0, 100, "An upheld minor complaint.")
    points_complaint_moderate: int = _c(2, "points", 0, 100, "An upheld moderate complaint.")
    points_complaint_severe: int = _c(4, "points", 0, 100, "An upheld severe complaint.")
    points_violation_d: int = _c(2, "points", 0, 1000, "A confirmed minor violation (class D).")
    points_violation_c: int = _c(4, "points", 0, 1000, "A confirmed medium violation (class C).")
    points_violation_b: int = _c(12, "points", 0, 1000, "A confirmed severe violation (class B).")
    points_violation_a: int = _c(24, "points", 0, 1000, "A confirmed red-line violation (class A).")
    scale_refund: float = _c(0.25, "points per order", 0.01, 10, "Refund points an order at which the score is 1/e.")
    scale_complaint: float = _c(0.03, "points per order", 0.001, 10, "The same for complaints.")
    scale_violation: float = _c(1.0, "points per session", 0.01, 100, "The same for violations.")
    cv2_floor: float = _c(0.10, "ratio²", 0.001, 10, "Influencers always differ: less would shrink sanctions away.")
    cv2_top: float = _c(6, "ratio²", 0.1, 100, "One offender among saints must not make everything possible.")
    default_refund: float = _c(0.08, "points per order", 1e-4, 1, "Platform rate before any refund is known.")
    default_complaint: float = _c(0.005, "points per order", 1e-5, 1, "Platform rate before any complaint is known.")
    default_violation: float = _c(0.2, "points per session", 1e-4, 10, "Platform rate before any violation is known.")
    default_refund_phi: float = _c(0.6, "points", 0.1, 10, "Σpoints²/Σpoints of refunds before any is known.")
    default_complaint_severity: float = _c(1.6, "points", 1, 4, "Mean points of an upheld complaint before any.")
    default_violation_severity: float = _c(4.0, "points", 2, 24, "Mean points of a confirmed violation before any.")
    severity_weight: float = _c(10, "events", 1, 1000, "Events that weigh as much as the platform's mean severity.")
    default_cv2: float = _c(0.5, "ratio²", 0.01, 10, "How much rates differ between influencers.")

    # -- peers
    pseudo_influencers: float = _c(20, "influencers", 0.1, 1000, "What a parent level weighs in its child's mean.")
    winsor_bounded: float = _c(0.15, "share", 0, 0.4, "Extreme influencers do not set the mean of the others.")
    winsor_rate: float = _c(0.03, "share", 0, 0.4, "The same for rates.")
    tier_small: int = _c(300, "orders a year", 1, 1_000_000, "Fewer are tiny.")
    tier_medium: int = _c(3_000, "orders a year", 1, 10_000_000, "Fewer are small.")
    tier_large: int = _c(30_000, "orders a year", 1, 100_000_000, "Fewer are medium, others large.")

    # -- traffic
    traffic_sessions: int = _c(50, "sessions", 5, 100_000, "Fewer comparable sessions cannot be judged.")
    traffic_slack: float = _c(1.645, "robust sd", 0, 5, "What an honest show may stand above its activity.")
    traffic_mixture: bool = _c(True, "switch", 0, 1, "Real shares by a mixture of clean and inflated sessions.")
    traffic_flag: float = _c(2.5, "robust sd", 1, 10, "Above this a session is flagged.")
    traffic_prior: float = _c(3, "sessions", 0.1, 100, "Sessions that weigh as much as the platform's share.")
    traffic_sd_floor: float = _c(0.10, "log", 0.01, 1, "Activity never predicts an audience better than this.")
    traffic_agreement: float = _c(3.0, "ratio", 1.1, 100, "Views × watch time ÷ duration against average online.")
    default_share: float = _c(0.95, "share", 0.01, 1, "Real share of shown viewers before any is known.")
    default_share_sd: float = _c(0.10, "share", 0.01, 0.5, "How much that share differs between influencers.")

    # -- grades and caps
    grade_a_plus: float = _c(90, "points", 0, 100, "A+ from here.")
    grade_a: float = _c(80, "points", 0, 100, "A from here.")
    grade_b: float = _c(70, "points", 0, 100, "B from here.")
    grade_c: float = _c(60, "points", 0, 100, "C from here.")
    grade_d: float = _c(50, "points", 0, 100, "D from here, E below.")
    cap_class_a_days: int = _c(1095, "days", 0, 36_500, "A confirmed class A violation caps the grade at D so long.")
    cap_weak_below: float = _c(50, "points", 0, 100, "A dimension or channel wholly below this caps the grade at C.")
    cap_flagged: int = _c(3, "sessions", 1, 100, "So many of the last sessions flagged cap the grade at C.")
    cap_flagged_of: int = _c(5, "sessions", 1, 100, "The last sessions looked at for that.")
    newcomer_days: int = _c(90, "days", 0, 3650, "First session more recent than this: newcomers' league.")
    interval: float = _c(0.90, "share", 0.5, 0.99, "What the published intervals shall cover.")
    top_share: float = _c(0.10, "share", 0.01, 0.5, "The top that P(top 10%) speaks of.")

    def __post_init__(self) -> None:
        for spec in _constants():
            value = getattr(self, spec.name)
            low, high = spec.metadata["low"], spec.metadata["high"]
            if not isinstance(value, int | float) or not math.isfinite(value) or not low <= value <= high:
                raise PolicyError(f"{spec.name} must lie between {low} and {high}, not {value!r}")
        if abs(sum(self.weights.values()) - 1) > 1e-9:
            raise PolicyError(f"the weights must add up to 1, not {sum(self.weights.values())!r}")

    @cached_property
    def weights(self) -> dict[str, float]:
        """Weight of each channel in the overall score, in the order of the dimensions."""
        return {
            "professionalism": self.weight_professionalism,
            "service": self.weight_service,
            "violation": self.weight_violation,
            "refund": self.weight_refund,
            "complaint": self.weight_complaint,
            "as_described": self.weight_as_described,
            "traffic": self.weight_traffic,
        }

    @cached_property
    def hasty(self) -> Policy:
        """The same constants with the memory of the faster filter."""
        return replace(self, memory_half_life=min(self.memory_half_life, self.recent_half_life))

    @property
    def grades(self) -> tuple[tuple[float, str], ...]:
        """Lower bounds in points and their grades, best first."""
        return (
            (self.grade_a_plus, "A+"),
            (self.grade_a, "A"),
            (self.grade_b, "B"),
            (self.grade_c, "C"),
            (self.grade_d, "D"),
            (-math.inf, "E"),
        )

    def document(self) -> dict[str, Any]:
        """JSON-able: the version and every constant with value, unit, bounds and reason."""
        rows = [{"name": s.name, "value": getattr(self, s.name), **s.metadata} for s in _constants()]
        return {"version": self.version, "constants": rows}

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> Policy:
        """The policy a `document()` describes; constants it leaves out keep their defaults.

        Raises
        ------
        PolicyError
            On an unknown or repeated name, a value out of bounds or a document of another shape; says where.
        """
        known = {s.name: s for s in _constants()}
        values: dict[str, Any] = {}
        if not isinstance(document, Mapping) or not isinstance(document.get("constants"), list):
            raise PolicyError('a policy is an object with "version" and the list "constants"')
        version = document.get("version")
        if not isinstance(version, str) or not 0 < len(version) <= VERSION_LENGTH:
            raise PolicyError(f'"version" must be a text of 1 to {VERSION_LENGTH} characters, not {version!r}')
        for k, row in enumerate(document["constants"]):
            where = f"constants[{k}]"
            if not isinstance(row, Mapping) or not {"name", "value"} <= set(row):
                raise PolicyError(f'{where} must be an object with "name" and "value"')
            name = row["name"]
            if name not in known:
                near = get_close_matches(str(name), known, n=1)
                raise PolicyError(f"{where}: unknown constant {name!r}" + (f"; is it {near[0]!r}?" if near else ""))
            if name in values:
                raise PolicyError(f"{where}: {name} is set a second time")
            values[name] = _of_kind(known[name], row["value"], where)
        return cls(version=version, **values)


def _of_kind(spec: Field[Any], value: Any, where: str) -> float | bool:
    """The value as its constant's kind: a switch, a whole number or a number."""
    if isinstance(spec.default, bool):
        if not isinstance(value, bool):
            raise PolicyError(f"{where}: {spec.name} must be true or false, not {value!r}")
        return value
    whole = spec.type == "int"
    if isinstance(value, bool) or not isinstance(value, int | float) or (whole and value != int(value)):
        raise PolicyError(f"{where}: {spec.name} must be a {'whole ' if whole else ''}number, not {value!r}")
    return int(value) if whole else value


def _constants() -> list[Field[Any]]:
    return [spec for spec in fields(Policy) if spec.metadata]


CURRENT = Policy()

TIERS = ("tiny", "small", "medium", "large")
DIMENSIONS = ("professionalism", "service_attitude", "compliance", "after_sales", "authenticity")
MARKS = ("professionalism", "service", "as_described")
RATES = ("violation", "refund", "complaint")
PUBLIC_NAMES = {"violation": "violations", "refund": "refunds", "complaint": "complaints"}
CHANNELS: dict[str, tuple[str, ...]] = {
    "professionalism": ("professionalism",),
    "service_attitude": ("service",),
    "compliance": ("violation",),
    "after_sales": ("refund", "complaint"),
    "authenticity": ("as_described", "traffic"),
}
REVIEW_CHANNELS = (*MARKS, "review")
# the composite of the three marks keeps their weights .20 : .20 : .075 as integers, so that it runs over 0..76
COMPOSITE = (8, 8, 3)
COMPOSITE_TOP = 4 * sum(COMPOSITE)
# bands of a review's composite, and classes × bands of the token buckets (new accounts first)
MID, HIGH, LOW = 0, 1, 2
BANDS = 3
CLASSES = 2 * BANDS
PPM = 1_000_000
ZONE_SECONDS = 28_800
