"""The ratings in the admin: records to look at, two verbs to act with."""

from ratings.admin import documents, influencers, members, runs, scorecards

__all__ = ["documents", "influencers", "members", "runs", "scorecards"]
