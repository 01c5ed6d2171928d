"""The eleven stories of the demo: ordinary evidence, no hand-set score."""

from __future__ import annotations

from datetime import date

from ratings.worlds.stories.ai_host import ai_host
from ratings.worlds.stories.brushed_guarantee import brushed_guarantee
from ratings.worlds.stories.draft import Draft, Row
from ratings.worlds.stories.expired import expired_qualification
from ratings.worlds.stories.farm_shop import farm_shop
from ratings.worlds.stories.fictitious_price import fictitious_price
from ratings.worlds.stories.improver import improver
from ratings.worlds.stories.malicious_refunds import malicious_refunds
from ratings.worlds.stories.newcomer import newcomer
from ratings.worlds.stories.star_day import star_day
from ratings.worlds.stories.usual_returns import usual_returns
from ratings.worlds.stories.verified_drip import verified_drip

STORIES = (
    star_day,
    farm_shop,
    malicious_refunds,
    fictitious_price,
    newcomer,
    usual_returns,
    brushed_guarantee,
    expired_qualification,
    ai_host,
    improver,
    verified_drip,
)


def tell(until: date) -> tuple[dict[str, list[Row]], list[Row]]:
    """Rows of all stories by kind, and their calls by date."""
    drafts: list[Draft] = [story(until) for story in STORIES]
    rows: dict[str, list[Row]] = {}
    for draft in drafts:
        for kind, new in draft.rows.items():
            rows.setdefault(kind, []).extend(new)
    calls = sorted((call for draft in drafts for call in draft.calls), key=lambda call: (call["at"], call["verb"]))
    return rows, calls
