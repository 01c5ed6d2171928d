"""6 瑞姐女装: 68 of 100 orders returned, which is usual for its category."""

from __future__ import annotations

from datetime import date

from ratings.worlds.stories.draft import Draft


def usual_returns(until: date) -> Draft:
    draft = Draft(6, "瑞姐女装", "womenswear", "rui_jie", until, platform="douyin", agency="众禾文化")
    draft.business(range(359, 1, -6), orders=38, level=0.35, fault=0.04, no_reason=0.645, reviewed=0.16)
    return draft
