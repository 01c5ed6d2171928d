"""From a case to what is done about it. Every verb is one transaction, with its event, notice and public standing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.contrib.auth.models import User

from influencers.models import Influencer
from ratings.models.governance import Action, Case, DecisionKind, Ground, Level, Origin, Subject


def open_case(
    *,
    influencer: Influencer,
    code: str,
    occurred_at: datetime,
    facts: str,
    evidence: Sequence[str],
    source: Origin,
    at: datetime,
    by: User | None,
    violation_class: str = "",
    subject: Subject = Subject.INFLUENCER,
    subject_name: str = "",
    session_id: str = "",
    source_reference: str = "",
    automated_detection: bool = False,
    violation_id: str = "",
    key: str | None = None,
) -> Case:
    """Open a case; `violation_id` takes up a violation that a source reported. By nobody: the service itself."""
    raise NotImplementedError


def dismiss(*, case: Case, reason: str, by: User, at: datetime) -> Case:
    """Close a case without an action."""
    raise NotImplementedError


def interim_hold(*, case: Case, hours: int, reason: str, by: User, at: datetime, language: str = "zh-hans") -> Case:
    """Freeze a card for at most 72 hours, for imminent harm of class A, until a person has decided."""
    raise NotImplementedError


def release(*, case: Case, reason: str, by: User | None, at: datetime) -> Case:
    """End an interim hold early: the undoing of `interim_hold`."""
    raise NotImplementedError


def issue(
    *,
    case: Case,
    by: User,
    at: datetime,
    ground: Ground,
    ground_reference: str,
    public_summary: str,
    facts: str = "",
    evidence: Sequence[str] = (),
    level: Level | None = None,
    lower_reason: str = "",
    days: int | None = None,
    decision_kind: DecisionKind | None = None,
    scope: str = "",
    appeal_how: str = "",
    language: str = "zh-hans",
    automated_decision: bool = False,
    key: str | None = None,
) -> Action:
    """Act upon a confirmed violation at the level the ladder calls for, or a lower one with a reason.

    L0 to L3 are in force at once; L4 and L5 are proposed and wait for `approve`. What is left empty comes from the
    case or the ladder.
    """
    raise NotImplementedError


def approve(*, action: Action, by: User, reason: str, at: datetime) -> Action:
    """Put a proposed action in force, as its second person."""
    raise NotImplementedError


def refuse(*, action: Action, by: User, reason: str, at: datetime) -> Action:
    """Refuse a proposed action as its second person; the case is open again."""
    raise NotImplementedError


def review(*, action: Action, by: User, reason: str, at: datetime) -> Action:
    """Note that another person has looked at an action, as a suspension asks for."""
    raise NotImplementedError


def lift(*, action: Action, by: User, reason: str, at: datetime) -> Action:
    """End the effect of an action early; its points stay."""
    raise NotImplementedError


def cure(*, action: Action, by: User | None, reason: str, at: datetime) -> Action:
    """Note that a notice was cured in time: no points."""
    raise NotImplementedError


def lapse(*, action: Action, at: datetime, key: str | None = None) -> Action:
    """Follow up a notice that was not cured in time: its points apply, at the level the ladder calls for."""
    raise NotImplementedError


def expire(*, action: Action, at: datetime) -> Action:
    """Note that an action has run its time; does nothing when it has not."""
    raise NotImplementedError


def settle(*, influencer: Influencer, at: datetime) -> None:
    """Note whatever time alone has changed: points and actions that expired, holds that ended. For the clock."""
    raise NotImplementedError


def earn_back(*, influencer: Influencer, at: datetime, by: User | None, reason: str, course: str = "") -> int:
    """Give points back for 30 clean days, or for the passed course of a code; how many it were."""
    raise NotImplementedError


def reverse(*, action: Action, by: User, reason: str, at: datetime) -> Action:
    """Undo an action as if it had never been, on the service's own initiative: the undoing of `issue`."""
    raise NotImplementedError


def merge(*, influencer: Influencer, into: Influencer, by: User, reason: str, at: datetime) -> None:
    """Let the standing of one host follow it into another account's."""
    raise NotImplementedError
