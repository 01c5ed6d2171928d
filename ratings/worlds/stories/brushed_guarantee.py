"""7 金刚严选: a guarantee met by brushed orders, most of them returned once it was due."""

from __future__ import annotations

from datetime import date

from ratings.worlds.stories.draft import Draft


def brushed_guarantee(until: date) -> Draft:
    draft = Draft(7, "金刚严选", "electronics", "jingang_yanxuan", until, platform="kuaishou", agency="万象直播")
    draft.business(range(356, 60, -8), orders=70, level=-0.35, fault=0.11, no_reason=0.12, complaints=0.008)
    for ago in (52, 38, 24):
        real = 60
        session = draft.show(ago, orders=real * 12, viewers=real * 50, commenters=real * 50 * 3 // 100)
        draft.reviews(session, 8, -0.5)
        draft.refunds(session, 9, "quality")
        draft.refunds(session, real * 8, "no_reason", lag=0.8, reason_text="拍错了")
    return draft
