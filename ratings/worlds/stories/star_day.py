"""1 星河大牌日: a famous show, 3.11 million viewers shown, activity for about 110,000."""

from __future__ import annotations

from datetime import date

from ratings.worlds.stories.draft import CONVERSION, TALK, Draft


def star_day(until: date) -> Draft:
    draft = Draft(1, "星河大牌日", "beauty", "xinghe_live", until, platform="douyin", agency="星澜传媒")
    draft.account("kuaishou", "xinghe_ks", 6_200_000)
    draft.business(range(360, 30, -9), orders=900, level=-0.15, fault=0.085, no_reason=0.14, reviewed=0.03)
    for ago, factor in ((26, 9), (20, 12), (14, 8), (7, 15)):
        sold = 1_400
        session = draft.show(ago, orders=sold, viewers=int(sold / CONVERSION * factor))
        draft.reviews(session, 40, -0.2)
        draft.refunds(session, 130, "quality")
        draft.refunds(session, 190, "no_reason")
    real = 110_000
    session = draft.show(
        2,
        orders=int(real * CONVERSION),
        viewers=3_110_000,
        commenters=int(real * TALK),
        views=4_350_000,
        likes=21_000_000,
        avg_watch_seconds=95.0,
        avg_online=1_360.0,
        peak_online=3_900,
    )
    draft.reviews(session, 60, -0.3)
    draft.refunds(session, 210, "not_as_described", lag=0.6)
    return draft
