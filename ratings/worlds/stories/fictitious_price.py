"""4 老韩茶器: a warning for a fictitious price, appealed against, overturned on the day after the world's last.

The code is of class C; that it was a whole show's prices makes it B, and so a public warning.
"""

from __future__ import annotations

from datetime import date

from ratings.worlds.stories.draft import Draft


def fictitious_price(until: date) -> Draft:
    draft = Draft(4, "老韩茶器", "tea", "laohan_chaqi", until, platform="xiaohongshu", qualification="评茶员证")
    sessions = draft.business(range(350, 2, -8), orders=22, level=0.45, fault=0.03, no_reason=0.05, reviewed=0.2)
    grave = {"class": "B", "reported_by": "consumer"}
    key = draft.violation(sessions[-6], "PRC-01", status="alleged", updated_at=draft.at(38), **grave)
    alleged = draft.rows["violations"][-1]
    draft.rows["violations"].append({**alleged, "status": "confirmed", "updated_at": draft.at(26)})
    draft.call(
        25,
        "warn",
        kind="violations",
        ids=[key],
        code="PRC-01",
        reason="整场直播的划线价在此前七天内没有成交记录",
        public_summary="整场直播的划线价没有成交记录",
    )
    draft.call(
        5, "appeal", kind="violations", ids=[key], grounds=["附近三十天有按划线价成交的记录", "划线价已在页面说明"]
    )
    draft.call(
        -1,
        "overturn",
        kind="violations",
        ids=[key],
        answers=["销售记录显示此前确有按划线价的成交,理由成立", "有了第一条,这一条不再影响结论"],
        reason="销售记录证明划线价真实",
    )
    return draft
