"""A run's part of the public document: written once when a run is stored, set into documents as it stands."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

ENCODER = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def card(*, status: str, peer_group: str, group: Mapping[str, Any], found: Mapping[str, Any]) -> dict[str, Any]:
    """What a run found of one influencer; keys are those of the scorecard document (interfaces.md, section 4).

    `found` holds overall, dimensions, contributions, traffic, refunds, grade_cap and evidence; `group` size and means
    of its peers, which stand beside each dimension, too, and what share of refunds is usual in its category.
    """
    means, own = group["mean"], found.get("refunds")
    usual = group.get("refunds") or {"peers_low": None, "peers_high": None}
    return {
        "status": status,
        "overall": found["overall"],
        "dimensions": {
            name: {**dimension, "peer_mean": means[name]} for name, dimension in found["dimensions"].items()
        },
        "contributions": found["contributions"],
        "peer_group": {"name": peer_group, "size": group["size"], "mean": means},
        "traffic": found["traffic"],
        "refunds": None if own is None else {**own, **usual},
        "grade_cap": found["grade_cap"],
        "evidence": found["evidence"],
    }


def encode(document: Mapping[str, Any]) -> str:
    return ENCODER.encode(document)
