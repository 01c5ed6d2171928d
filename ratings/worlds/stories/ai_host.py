"""9 小糖AI直播间: an AI host without a label, noticed, cured in time, no points."""

from __future__ import annotations

from datetime import date

from ratings.worlds.stories.draft import Draft


def ai_host(until: date) -> Draft:
    draft = Draft(9, "小糖AI直播间", "food", "xiaotang_ai", until, platform="taobao", agency="青橙网络")
    sessions = draft.business(
        range(300, 1, -4), orders=14, level=0.05, fault=0.04, no_reason=0.04, reviewed=0.2, ai_host=True, hour=3.0
    )
    key = draft.violation(
        sessions[-6], "AIG-01", status="alleged", reported_by="patrol", note="未见数字人标识", updated_at=draft.at(20)
    )
    draft.call(
        20,
        "notice",
        kind="violations",
        ids=[key],
        code="AIG-01",
        reason="数字人直播未标识，限14天改正",
        public_summary="数字人直播未标识",
    )
    draft.call(11, "cure", kind="violations", ids=[key], reason="直播间已持续显示数字人标识")
    return draft
