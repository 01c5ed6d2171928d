"""10 阿岩户外: from D to B by doing what its growth plan says."""

from __future__ import annotations

from datetime import date

from ratings.worlds.stories.draft import Draft


def improver(until: date) -> Draft:
    draft = Draft(10, "阿岩户外", "outdoor", "ayan_huwai", until, platform="bilibili")
    before = draft.business(
        range(362, 180, -4), orders=26, level=-1.15, fault=0.22, no_reason=0.16, complaints=0.02, reviewed=0.18
    )
    for session, code in zip(before[4::9], ("SVC-01", "PRM-02", "PRD-04", "SVC-01", "PRM-02"), strict=True):
        draft.violation(session, code, reported_by="platform")
    after = draft.business(
        range(178, 1, -3), orders=34, level=-0.15, fault=0.07, no_reason=0.12, complaints=0.002, reviewed=0.2
    )
    draft.violation(after[12], "PRM-02", reported_by="platform")
    return draft
