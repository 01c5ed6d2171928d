"""What was observed, and what people outside the service hold in their hands: tokens, cases, keys."""

from feedback.models.consumers import (
    Attachment,
    Case,
    CaseEvent,
    Fault,
    Remedy,
    Role,
    Severity,
    State,
    Ticket,
    Topic,
)
from feedback.models.evidence import (
    Complaint,
    Coverage,
    Evidence,
    Ingest,
    Outbox,
    Refund,
    Review,
    Revision,
    Session,
    Violation,
)
from feedback.models.keys import ApiKey, ReceiptKey, Scope

__all__ = [
    "ApiKey",
    "Attachment",
    "Case",
    "CaseEvent",
    "Complaint",
    "Coverage",
    "Evidence",
    "Fault",
    "Ingest",
    "Outbox",
    "ReceiptKey",
    "Refund",
    "Remedy",
    "Review",
    "Revision",
    "Role",
    "Scope",
    "Session",
    "Severity",
    "State",
    "Ticket",
    "Topic",
    "Violation",
]
