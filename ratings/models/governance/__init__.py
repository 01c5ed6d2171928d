"""What governance keeps: cases, actions with their statements of reasons, appeals, the log, standings and notices."""

from ratings.models.governance.action import APPEALABLE, LIVE, NEEDS_TWO, Action
from ratings.models.governance.appeal import OPEN_APPEALS, Appeal
from ratings.models.governance.case import Case
from ratings.models.governance.event import Event
from ratings.models.governance.notice import Notice, OutgoingEmail
from ratings.models.governance.standing import Standing
from ratings.models.governance.words import (
    ActionState,
    AppealState,
    CaseState,
    DecisionKind,
    EmailState,
    EventKind,
    Ground,
    Level,
    NoticeKind,
    Origin,
    Outcome,
    Subject,
)

__all__ = [
    "APPEALABLE",
    "LIVE",
    "NEEDS_TWO",
    "OPEN_APPEALS",
    "Action",
    "ActionState",
    "Appeal",
    "AppealState",
    "Case",
    "CaseState",
    "DecisionKind",
    "EmailState",
    "Event",
    "EventKind",
    "Ground",
    "Level",
    "Notice",
    "NoticeKind",
    "Origin",
    "Outcome",
    "OutgoingEmail",
    "Standing",
    "Subject",
]
