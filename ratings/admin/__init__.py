"""The ratings in the admin: records to look at, two verbs to act with."""

from ratings.admin import (
    actions,
    alerts,
    appeals,
    audit,
    cases,
    courses,
    documents,
    influencers,
    members,
    queue,
    records,
    runs,
    scorecards,
)

__all__ = [
    "actions",
    "alerts",
    "appeals",
    "audit",
    "cases",
    "courses",
    "documents",
    "influencers",
    "members",
    "queue",
    "records",
    "runs",
    "scorecards",
]
