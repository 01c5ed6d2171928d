"""The ratings in the admin: records to look at, two verbs to act with."""

from ratings.admin import audit, documents, influencers, members, queue, runs, scorecards

__all__ = ["audit", "documents", "influencers", "members", "queue", "runs", "scorecards"]
