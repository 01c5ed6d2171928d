"""What a rule gives and what it is given."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.utils.translation import gettext, override

from influencers.models import Influencer
from ratings.models import PublicRun, Rule, Suggestion, Urgency


@dataclass(frozen=True)
class Finding:
    """Something a person should look at.

    `reason` has %(name)s from `evidence`. `cause` names what it is about (a show, a date); empty, it is a condition
    that lasts, and as long as it does it is one cause, unless `scale` says that it has outgrown the last one.
    """

    rule: Rule
    influencer: int
    severity: Urgency
    reason: str
    evidence: Mapping[str, Any]
    suggestion: Suggestion
    cause: str = ""
    scale: str = ""
    code: str = ""
    plural: tuple[str, str] | None = None
    """The plural of `reason`, and the name in `evidence` of the number that decides."""

    def told(self, language: str) -> str:
        """The reason in a language."""
        reason = self.reason
        if self.plural is not None and self.evidence[self.plural[1]] != 1:
            reason = self.plural[0]
        with override(language):
            text = gettext(reason)
        return text % self.evidence


@dataclass(frozen=True)
class Look:
    """Where to look: everyone, or a few whose evidence has just come; and what is usual among their peers."""

    public: PublicRun
    at: datetime
    usual: Mapping[str, Mapping[str, float]]
    influencers: Collection[int] | None = None

    def rows(self, sql: str, **values: Any) -> list[tuple[Any, ...]]:
        """Ask the database; `{mine}` in the text is the condition on influencer_id."""
        mine = "influencer_id IS NOT NULL" if self.influencers is None else "influencer_id = ANY(%(who)s)"
        who = None if self.influencers is None else sorted(Influencer.with_merged(*self.influencers))
        with connection.cursor() as cursor:
            cursor.execute(
                sql.replace("{mine}", mine), {"who": who, "run": self.public.run_id, "at": self.at, **values}
            )
            return list(cursor.fetchall())

    def usual_of(self, group: str, rate: str) -> float | None:
        """What is usual in a peer group, or on the whole platform where the group is too small to say."""
        return self.usual.get(group, {}).get(rate, self.usual.get("", {}).get(rate))
