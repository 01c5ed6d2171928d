"""The words of governance: levels, kinds of decision, states. A value once used is never given another meaning."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Level(models.TextChoices):
    """The rungs of the ladder; what each does stands in ratings.governance.ladder."""

    L0 = "L0", _("notice")
    L1 = "L1", _("warning")
    L2 = "L2", _("restriction")
    L3 = "L3", _("suspension")
    L4 = "L4", _("long suspension")
    L5 = "L5", _("revocation")


class Subject(models.TextChoices):
    """Whose case it is; only the influencer's own touch its rating and standing."""

    INFLUENCER = "influencer", _("the host")
    OPERATOR = "operator", _("the room operator")
    AGENCY = "agency", _("the agency")
    MERCHANT = "merchant", _("the merchant")


class DecisionKind(models.TextChoices):
    """What a decision restricts, in the words of the EU's statement of reasons."""

    VISIBILITY = "visibility", _("visibility")
    RANKING = "ranking", _("ranking")
    PROVISION = "provision", _("provision of the service")
    ACCOUNT = "account", _("account")


class Ground(models.TextChoices):
    LAW = "law", _("law")
    PLATFORM_RULE = "platform_rule", _("platform rule")


class Origin(models.TextChoices):
    """How the facts came to be known."""

    COMPLAINT = "complaint", _("complaint")
    OWN_INITIATIVE = "own_initiative", _("own initiative")
    REGULATOR = "regulator", _("regulator")
    TRUSTED_FLAGGER = "trusted_flagger", _("trusted flagger")


class CaseState(models.TextChoices):
    OPEN = "open", _("open")
    PROPOSED = "proposed", _("waits for its second approver")
    DECIDED = "decided", _("decided")
    DISMISSED = "dismissed", _("dismissed")
    OVERTURNED = "overturned", _("overturned")


class ActionState(models.TextChoices):
    PROPOSED = "proposed", _("waits for its second approver")
    IN_FORCE = "in_force", _("in force")
    EXPIRED = "expired", _("expired")
    CURED = "cured", _("cured")
    LIFTED = "lifted", _("lifted")
    SUPERSEDED = "superseded", _("superseded")
    OVERTURNED = "overturned", _("overturned")
    REFUSED = "refused", _("refused by the second person")


class AppealState(models.TextChoices):
    FILED = "filed", _("filed")
    ACKNOWLEDGED = "acknowledged", _("acknowledged")
    DECIDED = "decided", _("decided")
    WITHDRAWN = "withdrawn", _("withdrawn")


class Outcome(models.TextChoices):
    """What became of the action that was appealed against."""

    UPHELD = "upheld", _("upheld")
    REDUCED = "reduced", _("reduced")
    OVERTURNED = "overturned", _("overturned")


class EventKind(models.TextChoices):
    OPENED = "opened", _("case opened")
    DISMISSED = "dismissed", _("case dismissed")
    HELD = "held", _("interim hold")
    RELEASED = "released", _("interim hold ended")
    PROPOSED = "proposed", _("action proposed")
    REFUSED = "refused", _("action refused by the second person")
    ISSUED = "issued", _("action issued")
    LAPSED = "lapsed", _("time to cure is over")
    REDUCED = "reduced", _("action reduced")
    REVIEWED = "reviewed", _("action reviewed")
    CURED = "cured", _("cured")
    LIFTED = "lifted", _("lifted")
    EXPIRED = "expired", _("action expired")
    POINTS_EXPIRED = "points_expired", _("points expired")
    EARNED = "earned", _("points earned back")
    APPEALED = "appealed", _("appeal filed")
    ACKNOWLEDGED = "acknowledged", _("appeal acknowledged")
    ESCALATED = "escalated", _("appeal overdue")
    PAUSED = "paused", _("effect paused")
    RESUMED = "resumed", _("effect resumed")
    UPHELD = "upheld", _("appeal decided: upheld")
    APPEAL_REDUCED = "appeal_reduced", _("appeal decided: reduced")
    OVERTURNED = "overturned", _("overturned")
    APPEAL_WITHDRAWN = "appeal_withdrawn", _("appeal withdrawn")
    MERGED = "merged", _("merged with another host")
    UNMERGED = "unmerged", _("merge taken back")


class NoticeKind(models.TextChoices):
    ACTION = "action", _("decision")
    HOLD = "hold", _("interim hold")
    RECEIVED = "received", _("appeal received")
    APPEAL = "appeal", _("answer to an appeal")
    CORRECTED = "corrected", _("correction")
    ENDED = "ended", _("end of a measure")


class EmailState(models.TextChoices):
    QUEUED = "queued", _("queued")
    SENT = "sent", _("sent")
    FAILED = "failed", _("failed")
    NO_ADDRESS = "no_address", _("no address known")
