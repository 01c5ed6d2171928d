"""The ratings in the admin: records to look at, two verbs to act with."""

from ratings.admin import documents, influencers, runs, scorecards

__all__ = ["documents", "influencers", "runs", "scorecards"]
