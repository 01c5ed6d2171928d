"""What if: changes applied to an influencer's evidence, then the same rating again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.db import models
from django.utils.translation import gettext_lazy as _

from ratings.growth import changes
from ratings.growth.changes import Changed
from ratings.growth.own import Own, Standing, Tables, standing_of
from ratings.rating import Scores

MOST = 200  # of one lever at a time


class Lever(models.TextChoices):
    """What can be changed, in words."""

    COMPLAINTS = "complaints", _("upheld complaints answered within a day and settled before a decision")
    REFUNDS = "refunds", _("refunds without fault of yours or the merchant's")
    VIOLATIONS = "violations", _("confirmed violations that had not happened")
    PROFESSIONALISM = "professionalism", _("reviews with full marks for professionalism")
    SERVICE = "service", _("reviews with full marks for service attitude")
    AS_DESCRIBED = "as_described", _("reviews with full marks for “as described”")
    VIEWERS = "viewers", _("shows with no more viewers shown than activity supports")
    SHOWS = "shows", _("more usual shows without complaints or refunds")


@dataclass(frozen=True)
class WhatIf:
    """Before, after, and which evidence was changed by which lever."""

    before: Standing
    after: Standing
    changed: dict[str, tuple[str, ...]]

    @property
    def gain(self) -> float:
        return round(self.after.score - self.before.score, 4)


def what_if(*, own: Own, wanted: Mapping[Lever, int]) -> WhatIf:
    """Rate as if the latest pieces of each kind had been otherwise; never more than there are."""
    scores = own.scores()
    tables, changed = own.tables, {}
    for lever in Lever:
        most = min(wanted.get(lever, 0), MOST)
        if most > 0:
            done = apply(tables, lever, most, own=own, scores=scores)
            tables, changed[lever.value] = done.tables, done.ids
    before = standing_of(scores)
    return WhatIf(before, own.standing(tables) if changed else before, changed)


def apply(tables: Tables, lever: Lever, most: int, *, own: Own, scores: Scores) -> Changed:
    """One lever; `scores` are those of the evidence as it is."""
    match lever:
        case Lever.COMPLAINTS:
            return changes.complaints(tables, most)
        case Lever.REFUNDS:
            return changes.refunds(tables, most)
        case Lever.VIOLATIONS:
            return changes.violations(tables, most)
        case Lever.VIEWERS:
            return changes.viewers(tables, supported(scores), most)
        case Lever.SHOWS:
            return changes.shows(tables, own.as_of, most)
    return changes.marks(lever.value)(tables, most)


def supported(scores: Scores) -> dict[str, int]:
    """Viewers that activity supports, by show, where fewer than were shown."""
    return {
        row["session_id"]: row["real"]
        for row in scores.sessions
        if row["real"] is not None and row["real"] < row["shown"]
    }
