"""What was observed, to be looked at. Evidence is never edited, only revised by its source or voided with a reason."""

from feedback.admin.evidence import (
    ComplaintAdmin,
    CoverageAdmin,
    IngestAdmin,
    OutboxAdmin,
    RefundAdmin,
    ReviewAdmin,
    RevisionAdmin,
    SessionAdmin,
    ViolationAdmin,
)

__all__ = [
    "ComplaintAdmin",
    "CoverageAdmin",
    "IngestAdmin",
    "OutboxAdmin",
    "RefundAdmin",
    "ReviewAdmin",
    "RevisionAdmin",
    "SessionAdmin",
    "ViolationAdmin",
]
