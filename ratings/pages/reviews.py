"""Reviews as a page shows them: marks, text, and in words how much each counts and why."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from ratings import publication
from ratings.pages import labels
from ratings.pages.numbers import as_day, share

LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z]{2,8})?")
LONG = 600  # characters; more of a text opens on demand
FULLY = 0.995


@dataclass(frozen=True, slots=True)
class Line:
    """One review."""

    when: date
    marks: tuple[tuple[str, int], ...]
    text: str
    more: str
    language: str
    verified: bool
    held_down: bool
    counts: str
    reasons: tuple[publication.Reason, ...]
    reply: str


def line(shown: publication.Shown) -> Line:
    row, trust = shown.review, shown.trust
    text = row.text or ""
    cut = len(text) if len(text) <= LONG else text.rfind(" ", LONG // 2, LONG) + 1 or LONG
    names = (("professionalism", "professionalism"), ("service", "service_attitude"))
    marks = [(labels.name(labels.DIMENSIONS, dimension), getattr(row, name)) for name, dimension in names]
    return Line(
        when=as_day(row.created_at),
        marks=(*marks, (_("As described"), row.as_described)),
        text=text[:cut],
        more=text[cut:],
        language=row.language if row.language and LANGUAGE.fullmatch(row.language) else "",
        verified=bool(row.verified),
        held_down=trust is not None and trust.held_down,
        counts=_counts(trust),
        reasons=() if trust is None else trust.reasons,
        reply=shown.reply.text if shown.reply else "",
    )


def _counts(trust: publication.Trust | None) -> str:
    if trust is None:
        return _("Just in: it counts already; how much is fixed at the close of the day.")
    if trust.share >= FULLY:
        return _("Counts fully.")
    return _("Counts %(share)s of a full review.") % {"share": share(trust.share)}


@dataclass(frozen=True, slots=True)
class Filters:
    """What a reader asked for; what is not one of the choices is left out."""

    marks: str
    verified: str
    held_down: bool

    @classmethod
    def of(cls, query: QueryDict) -> Filters:
        marks, verified = query.get("marks", ""), query.get("verified", "")
        return cls(
            marks if marks in labels.MARKS else "",
            verified if verified in ("true", "false") else "",
            query.get("held_down") == "true",
        )

    @property
    def asked(self) -> Mapping[str, Any]:
        """As the reading function takes them."""
        verified = {"true": True, "false": False}.get(self.verified)
        return {"marks": self.marks, "verified": verified, "held_down": self.held_down}

    @property
    def query(self) -> dict[str, str]:
        """As they stand in an address; the JSON twin takes the same names."""
        held_down = "true" if self.held_down else ""
        found = {"marks": self.marks, "verified": self.verified, "held_down": held_down}
        return {name: value for name, value in found.items() if value}
