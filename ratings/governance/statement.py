"""The statement of reasons: complete before an action can exist."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from django.contrib.auth.models import User
from django.utils.translation import gettext as _
from django.utils.translation import override

from feedback.taxonomy import CODES
from feedback.texts import without_contacts
from ratings.days import POLICY_ZONE
from ratings.governance import ladder
from ratings.governance.errors import Incomplete
from ratings.governance.ladder import RUNGS
from ratings.governance.standing import Measure
from ratings.models.governance import NEEDS_TWO, Action, ActionState, Case, DecisionKind, Ground

LANGUAGES = ("en", "zh-hans")


def statement(
    *,
    case: Case,
    measure: Measure,
    level: str,
    points: Decimal,
    by: User,
    by_name: str,
    at: datetime,
    ground: str,
    ground_reference: str,
    public_summary: str,
    facts: str,
    evidence: Sequence[str],
    lower_reason: str,
    days: int | None,
    decision_kind: str,
    scope: str,
    appeal_how: str,
    language: str,
    automated_decision: bool,
    key: str | None,
) -> Action:
    """Write the action that a measure comes to, not yet stored. Raises Incomplete, naming what is missing."""
    if language not in LANGUAGES:
        raise Incomplete("language", _("A notice is written in English or Chinese."))
    if level > measure.called:
        raise Incomplete("level", _("The ladder calls for %(called)s, no more.") % {"called": measure.called})
    if level < measure.called and not lower_reason.strip():
        raise Incomplete("lower_reason", _("A level lower than the ladder calls for needs its reason."))
    if level < ladder.lowest(case.violation_class):
        raise Incomplete("level", _("A violation of this class is not settled by a notice."))
    try:
        lasts = ladder.duration(level, days)
    except ValueError as why:
        raise Incomplete("days", str(why)) from why
    if ground not in Ground.values:
        raise Incomplete("ground", _("A decision stands on the law or on a rule of the platform."))
    kind = decision_kind or RUNGS[level].decision_kind
    if kind not in DecisionKind.values:
        raise Incomplete("decision_kind", _("This kind of decision is not known."))
    start = ladder.starts(level, case.violation_class, at)
    cure_until = ladder.deadline(at, ladder.CURE_DAYS) if level == "L0" else None
    proposed = level in NEEDS_TWO
    return Action(
        case=case,
        influencer=case.influencer,
        state=ActionState.PROPOSED if proposed else ActionState.IN_FORCE,
        level=level,
        called_level=measure.called,
        lower_reason=lower_reason.strip(),
        codes=[case.code],
        decision_kind=kind,
        ground=ground,
        ground_reference=given("ground_reference", ground_reference),
        facts=given("facts", facts or case.facts),
        evidence=links(evidence or case.evidence),
        source=case.source,
        automated_detection=case.automated_detection,
        automated_decision=automated_decision,
        points=points,
        scope=scope.strip() or default_scope(language),
        start=start,
        end=cure_until or (None if lasts is None else start + lasts),
        cure_until=cure_until,
        policy_version=ladder.VERSION,
        decided_by=by,
        decided_by_name=by_name,
        decided_at=at,
        notified_at=None if proposed else at,
        appeal_until=ladder.appeal_until(at),
        appeal_how=appeal_how.strip() or how_to_appeal(level, at, language),
        language=language,
        public_summary=impersonal(given("public_summary", public_summary)),
        public=ladder.is_public(level, case.violation_class),
        key=key,
    )


def follow_up(
    *,
    before: Action,
    measure: Measure,
    at: datetime,
    facts: str,
    automated: bool,
    by: User | None = None,
    by_name: str = "",
    points: Decimal | None = None,
) -> Action:
    """Store the action that takes the place of one, with the same statement where nothing else is said.

    Whoever approved the one before has approved this one, too, which is never harsher.
    """
    case, level = before.case, measure.level
    by_itself = before.decided_by if by is None or by.pk == before.approved_by_id else by
    name = before.decided_by_name if by_itself.pk == before.decided_by_id else by_name or str(by_itself)
    two = level in NEEDS_TWO
    end = measure.end
    return Action.objects.create(
        case=case,
        influencer=before.influencer,
        state=ActionState.IN_FORCE,
        level=level,
        called_level=max(measure.called, level),
        lower_reason=facts if level < measure.called else "",
        codes=before.codes,
        decision_kind=RUNGS[level].decision_kind,
        ground=before.ground,
        ground_reference=before.ground_reference,
        facts=f"{facts}\n\n{before.facts}",
        evidence=before.evidence,
        source=before.source,
        automated_detection=before.automated_detection,
        automated_decision=automated,
        points=before.points if points is None else points,
        scope=before.scope,
        start=measure.start,
        end=end,
        cure_until=measure.cure_until,
        policy_version=ladder.VERSION,
        decided_by=by_itself,
        decided_by_name=name,
        decided_at=at,
        approved_by=before.approved_by if two else None,
        approved_by_name=before.approved_by_name if two else "",
        approved_at=before.approved_at if two else None,
        notified_at=at,
        appeal_until=ladder.appeal_until(at),
        appeal_how=how_to_appeal(level, at, before.language),
        language=before.language,
        supersedes=before,
        public_summary=before.public_summary,
        public=ladder.is_public(level, case.violation_class),
    )


def given(field: str, text: str) -> str:
    """A text that must not be empty."""
    if not text.strip():
        raise Incomplete(field, _("The statement of reasons is not complete: %(field)s.") % {"field": field})
    return text.strip()


def links(evidence: Sequence[str]) -> list[str]:
    found = [link.strip() for link in evidence if link.strip()]
    if not found:
        raise Incomplete("evidence", _("A case names its evidence."))
    return found


def impersonal(summary: str) -> str:
    """A public summary holds no personal data: no addresses, no long numbers."""
    if without_contacts(summary) != summary:
        raise Incomplete("public_summary", _("The public summary holds an address or a number of a person."))
    return summary


def known_code(code: str) -> str:
    if code not in CODES:
        raise Incomplete("code", _("The code %(code)s is not in the taxonomy.") % {"code": code})
    return code


def default_scope(language: str) -> str:
    with override(language):
        return _("the host's card and its place in lists on this service")


def how_to_appeal(level: str, at: datetime, language: str) -> str:
    """By when and where, and by when it is answered."""
    with override(language):
        return _(
            "You may appeal until %(day)s, on your own page under “Contests and appeals” or through our staff, free of "
            "charge. A person who took no part in this decision answers every ground within %(days)s days. "
            "Later, until %(late)s, a review is possible that does not suspend the decision."
        ) % {
            "day": f"{ladder.appeal_until(at).astimezone(POLICY_ZONE) - ladder.DAY:%Y-%m-%d}",
            "days": RUNGS[level].decide_days,
            "late": f"{ladder.late_review_until(at).astimezone(POLICY_ZONE) - ladder.DAY:%Y-%m-%d}",
        }


__all__ = [
    "default_scope",
    "follow_up",
    "given",
    "how_to_appeal",
    "impersonal",
    "known_code",
    "links",
    "statement",
]
