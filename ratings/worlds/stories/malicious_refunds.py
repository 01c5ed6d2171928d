"""3 阿澜穿搭: 420 malicious refunds in three days, contested, then voided."""

from __future__ import annotations

from datetime import date

from ratings.worlds.stories.draft import Draft


def malicious_refunds(until: date) -> Draft:
    draft = Draft(3, "阿澜穿搭", "womenswear", "alan_chuanda", until, platform="taobao", agency="青橙网络")
    sessions = draft.business(range(355, 2, -7), orders=60, level=0.45, fault=0.04, no_reason=0.55, complaints=0.001)
    target = sessions[-5]
    keys = draft.refunds(
        target, 420, "not_as_described", lag=0.4, reason_text="和直播间不一样", stage="before_dispatch"
    )
    draft.rows["sessions"][int(target[-4:])]["orders"] += 420
    draft.call(5, "contest", kind="refunds", ids=keys, reason="同一批新账号三天内下单即退，申请核实")
    draft.call(1, "void", kind="refunds", ids=keys, reason="420笔退款来自同一天注册的账号,属恶意退款")
    return draft
