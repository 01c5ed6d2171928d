"""What was observed, to be looked at. Evidence is never edited, only revised by its source or voided with a reason."""

from feedback.admin.cases import CaseAdmin
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
from feedback.admin.keys import ApiKeyAdmin, ReceiptKeyAdmin
from feedback.admin.looks import LookAdmin

__all__ = [
    "ApiKeyAdmin",
    "CaseAdmin",
    "ComplaintAdmin",
    "CoverageAdmin",
    "IngestAdmin",
    "LookAdmin",
    "OutboxAdmin",
    "ReceiptKeyAdmin",
    "RefundAdmin",
    "ReviewAdmin",
    "RevisionAdmin",
    "SessionAdmin",
    "ViolationAdmin",
]
