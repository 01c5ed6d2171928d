"""2 周小满农家铺: forty orders a month, all honest; outranks the famous one."""

from __future__ import annotations

from datetime import date

from ratings.worlds.stories.draft import Draft


def farm_shop(until: date) -> Draft:
    draft = Draft(2, "周小满农家铺", "local_farm", "xiaoman_nongjia", until, platform="kuaishou", skill_level="四级")
    draft.business(
        range(358, 1, -6),
        orders=8,
        level=0.75,
        fault=0.012,
        no_reason=0.02,
        complaints=0.0,
        reviewed=0.25,
        hour=19.0,
    )
    return draft
