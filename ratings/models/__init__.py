"""What the ratings keep: runs with their scorecards, and what of them is public."""

from ratings.models.document import HistoryPoint, KeptDocument, PublicDocument
from ratings.models.publication import Publication, PublicRun
from ratings.models.run import PolicyVersion, Run
from ratings.models.scorecard import DIMENSIONS, Scorecard

__all__ = [
    "DIMENSIONS",
    "HistoryPoint",
    "KeptDocument",
    "PolicyVersion",
    "PublicDocument",
    "PublicRun",
    "Publication",
    "Run",
    "Scorecard",
]
