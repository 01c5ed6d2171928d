"""What the ratings keep: runs with their scorecards, and what of them is public."""

from ratings.models.document import HistoryPoint, KeptDocument, PublicDocument
from ratings.models.publication import Publication, PublicRun
from ratings.models.run import PolicyVersion, Run
from ratings.models.scorecard import DIMENSIONS, Scorecard
from ratings.models.trust import BucketDay, OrderDay, ReviewTrust, TrustClose

__all__ = [
    "DIMENSIONS",
    "BucketDay",
    "HistoryPoint",
    "KeptDocument",
    "OrderDay",
    "PolicyVersion",
    "PublicDocument",
    "PublicRun",
    "Publication",
    "ReviewTrust",
    "Run",
    "Scorecard",
    "TrustClose",
]
