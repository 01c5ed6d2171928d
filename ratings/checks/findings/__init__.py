"""What a check looks at, one file each; they do not know each other. The order here is the order of reasons."""

from __future__ import annotations

from types import ModuleType

from ratings.checks.findings import (
    audience,
    cancellations,
    contract,
    earning,
    evidence,
    late_refunds,
    price,
    promise,
    returns,
    standing,
)

ALL: tuple[ModuleType, ...] = (
    standing,
    audience,
    late_refunds,
    cancellations,
    returns,
    earning,
    evidence,
    promise,
    price,
    contract,
)
