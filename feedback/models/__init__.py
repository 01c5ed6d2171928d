"""What was observed, and what people outside the service hold in their hands: tokens, cases, keys."""

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

__all__ = [
    "Complaint",
    "Coverage",
    "Evidence",
    "Ingest",
    "Outbox",
    "Refund",
    "Review",
    "Revision",
    "Session",
    "Violation",
]
