"""11 糖糖家: a slow drip of bought but verified praise, held by the defence."""

from __future__ import annotations

from datetime import date

from ratings.worlds.stories.draft import Draft


def verified_drip(until: date) -> Draft:
    draft = Draft(11, "糖糖家", "food", "tangtang_jia", until, platform="kuaishou", agency="乐播文化")
    sessions = draft.business(
        range(357, 1, -5), orders=30, level=-0.35, fault=0.09, no_reason=0.05, complaints=0.006, reviewed=0.15
    )
    accounts = [f"story-11-drip{i:02d}" for i in range(24)]
    for turn, session in enumerate(sessions[-26:]):
        start = turn * 7 % len(accounts)
        draft.reviews(session, 8, 3.0, verified=1.0, users=accounts[start:] + accounts[:start])
    return draft
