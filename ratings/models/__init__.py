"""What the ratings keep: runs with their scorecards, what of them is public, and what was decided about whom."""

from ratings.models.alerts import Alert, AlertEvent, Desk, Rule, Suggestion, Urgency, Watch
from ratings.models.check import Check, LearnedMarket, Outcome
from ratings.models.check_batch import CheckBatch, CheckBatchPart
from ratings.models.course import Attempt, Course, Question
from ratings.models.document import HistoryPoint, KeptDocument, PublicDocument
from ratings.models.governance import Action, Appeal, Case, Event, Notice, OutgoingEmail, Standing
from ratings.models.growth import GrowthPlan
from ratings.models.members import Claim, MemberEvent, Merchant, MerchantKey, MerchantMember
from ratings.models.publication import Publication, PublicRun
from ratings.models.replies import Contest, Reply
from ratings.models.run import PolicyVersion, Run
from ratings.models.scorecard import DIMENSIONS, Scorecard
from ratings.models.trust import BucketDay, OrderDay, ReviewTrust, TrustClose
from ratings.models.watchlist import Delivery, Follow, Hook, WatchEvent

__all__ = [
    "DIMENSIONS",
    "Action",
    "Alert",
    "AlertEvent",
    "Appeal",
    "Attempt",
    "BucketDay",
    "Case",
    "Check",
    "CheckBatch",
    "CheckBatchPart",
    "Claim",
    "Contest",
    "Course",
    "Delivery",
    "Desk",
    "Event",
    "Follow",
    "GrowthPlan",
    "HistoryPoint",
    "Hook",
    "KeptDocument",
    "LearnedMarket",
    "MemberEvent",
    "Merchant",
    "MerchantKey",
    "MerchantMember",
    "Notice",
    "OrderDay",
    "Outcome",
    "OutgoingEmail",
    "PolicyVersion",
    "PublicDocument",
    "PublicRun",
    "Publication",
    "Question",
    "Reply",
    "ReviewTrust",
    "Rule",
    "Run",
    "Scorecard",
    "Standing",
    "Suggestion",
    "TrustClose",
    "Urgency",
    "Watch",
    "WatchEvent",
]
