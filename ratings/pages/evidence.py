"""Single pieces of evidence in words: when, what, and how far each moves the score."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from feedback.taxonomy import CODES
from ratings.pages import labels
from ratings.pages.numbers import as_day, big, chinese
from ratings.pieces import Piece

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Line:
    """One piece."""

    when: date | None
    kind: str
    what: str
    points: str
    up: bool
    id: str


def line(piece: Piece) -> Line:
    facts = piece.facts
    return Line(
        when=as_day(facts["at"]) if facts.get("at") else None,
        kind=labels.name(labels.PIECES, piece.kind),
        what=_SAID[piece.kind](facts) if facts else "",
        points=f"{'+' if piece.pull > 0 else '−'}{abs(piece.pull):.4f}",
        up=piece.pull > 0,
        id=f"{piece.kind}:{piece.id}",
    )


def _review(facts: Row) -> str:
    marks = {"p": facts["professionalism"], "s": facts["service"], "d": facts["as_described"]}
    if facts.get("verified"):
        return _("marks %(p)s · %(s)s · %(d)s, verified purchase") % marks
    return _("marks %(p)s · %(s)s · %(d)s, not verified") % marks


def _refund(facts: Row) -> str:
    return _joined(labels.name(labels.REFUND_REASONS, facts["reason"]), labels.FAULTS, facts.get("fault"))


def _complaint(facts: Row) -> str:
    return _joined(labels.name(labels.SEVERITIES, facts["severity"]), labels.FAULTS, facts.get("fault") or "influencer")


def _joined(first: str, names: Mapping[str, Any], code: object) -> str:
    return f"{first}, {labels.name(names, code)}" if code else first


def _violation(facts: Row) -> str:
    code = CODES[facts["code"]]
    name = code.name_zh if chinese() else code.name_en
    return _("%(name)s, class %(class)s") % {
        "name": name,
        "class": facts.get("violation_class") or code.violation_class,
    }


def _session(facts: Row) -> str:
    if facts.get("viewers") is None:
        return _("%(orders)s orders") % {"orders": big(facts["orders"])}
    return _("%(shown)s viewers shown, %(orders)s orders") % {
        "shown": big(facts["viewers"]),
        "orders": big(facts["orders"]),
    }


_SAID = {
    "reviews": _review,
    "refunds": _refund,
    "complaints": _complaint,
    "violations": _violation,
    "sessions": _session,
}
