"""4 老韩茶器: a fictitious-price violation, alleged, confirmed, appealed and overturned at the next close."""

from __future__ import annotations

from datetime import date

from ratings.worlds.stories.draft import Draft


def fictitious_price(until: date) -> Draft:
    draft = Draft(4, "老韩茶器", "tea", "laohan_chaqi", until, platform="xiaohongshu", qualification="评茶员证")
    sessions = draft.business(range(350, 2, -8), orders=22, level=0.45, fault=0.03, no_reason=0.05, reviewed=0.2)
    key = draft.violation(sessions[-6], "PRC-01", status="alleged", reported_by="consumer", updated_at=draft.at(38))
    alleged = draft.rows["violations"][-1]
    draft.rows["violations"].append({**alleged, "status": "confirmed", "updated_at": draft.at(30)})
    draft.call(30, "warn", kind="violations", ids=[key], code="PRC-01", reason="划线价无成交记录")
    draft.call(9, "appeal", kind="violations", ids=[key], reason="附近三十天成交记录，划线价真实")
    draft.call(0, "overturn", kind="violations", ids=[key], reason="sales records show the earlier price")
    draft.call(
        0,
        "revise",
        kind="violations",
        rows=[draft.revision(0, alleged, status="overturned")],
        reason="sales records show the earlier price",
    )
    return draft
