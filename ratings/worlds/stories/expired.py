"""8 唐老师护肤: a good record, but the qualification has expired."""

from __future__ import annotations

from datetime import date, timedelta

from ratings.worlds.stories.draft import Draft


def expired_qualification(until: date) -> Draft:
    draft = Draft(
        8,
        "唐老师护肤",
        "beauty",
        "tang_laoshi",
        until,
        platform="xiaohongshu",
        qualification="化妆品备案人员证",
        qualification_expires=(until - timedelta(days=23) - date(1970, 1, 1)).days,
    )
    draft.business(range(352, 2, -7), orders=26, level=0.4, fault=0.035, no_reason=0.10, reviewed=0.18)
    return draft
