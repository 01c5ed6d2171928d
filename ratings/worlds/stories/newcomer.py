"""5 林小雨手作: two shows so far; not rated yet, three shows to go."""

from __future__ import annotations

from datetime import date

from ratings.worlds.stories.draft import Draft


def newcomer(until: date) -> Draft:
    draft = Draft(5, "林小雨手作", "home", "lin_xiaoyu", until, platform="bilibili")
    draft.rows["influencers"][0]["joined_at"] = draft.at(16)
    for ago in (11, 4):
        session = draft.show(ago, orders=6)
        draft.reviews(session, 1, 0.6, verified=1.0)
    return draft
