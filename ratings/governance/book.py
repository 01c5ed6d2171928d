"""One influencer's book while it is locked: the log, what follows from it, and everything that must follow suit."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as noop
from django.utils.translation import override

from influencers.models import Influencer
from ratings import publication
from ratings.days import POLICY_ZONE
from ratings.governance import ladder, notices, shown
from ratings.governance.ladder import RUNGS
from ratings.governance.standing import Line, Measure, Picture, replay
from ratings.governance.statement import follow_up
from ratings.models import PublicRun, Scorecard
from ratings.models.governance import Action, ActionState, Appeal, Case, Event, EventKind, Standing

FACTS = ("issued", "cured", "lifted", "paused", "resumed", "reduced", "appeal_reduced", "overturned", "earned")


class Book:
    """Opened inside a transaction; whoever comes second waits here, and then sees what the first has done.

    Of a host that was merged into another it is the other's.
    """

    def __init__(self, influencer: Influencer, at: datetime) -> None:
        publication.hold_still()
        self.standing = _locked(influencer.pk, at)
        if (into := self.standing.influencer.merged_into_id) is not None:
            self.standing = _locked(into, at)
        self.influencer = self.standing.influencer
        self.at = max(at, self.standing.updated_at)
        self.read()
        self.settle()

    def read(self) -> None:
        """Read the log, with those of hosts that were merged into this one; a case's lines go where it goes."""
        self.ids = Influencer.with_merged(self.influencer.pk)
        facts = Event.objects.filter(kind__in=FACTS).order_by().values_list("id", "kind", "at", "case_id", "data")
        of_cases = facts.filter(case__in=Case.objects.filter(influencer__in=self.ids))
        others = facts.filter(case=None, influencer__in=self.ids)
        self.lines = [Line(*row[1:]) for row in sorted([*of_cases, *others], key=lambda row: row[0])]

    def picture(self, at: datetime | None = None, *more: Line) -> Picture:
        """The standing now, or as it would be with more lines."""
        return replay([*self.lines, *more], at or self.at)

    def write(
        self,
        kind: EventKind,
        *,
        reason: str,
        by: User | None = None,
        case: Case | None = None,
        action: Action | None = None,
        appeal: Appeal | None = None,
        data: dict[str, Any] | None = None,
        at: datetime | None = None,
        key: str | None = None,
    ) -> Event:
        """Add a line to the log, with what it does to the balance."""
        at = at or self.at
        case = case or (action.case if action else None)
        if kind in FACTS:
            self.lines.append(Line(kind, at, case.pk if case else None, data or {}))
        balance = self.picture(at).balance
        change = balance - self.standing.balance
        self.standing.balance = balance
        return Event.objects.create(
            influencer=self.influencer,
            case=case,
            action=action,
            appeal=appeal,
            kind=kind,
            at=at,
            actor=by,
            actor_name=name_of(by),
            reason=reason,
            change=change,
            data=data or {},
            key=key,
        )

    def live(self) -> QuerySet[Action]:
        """Actions in force, the oldest first."""
        return Action.objects.filter(influencer__in=self.ids, state=ActionState.IN_FORCE).order_by("id")

    # what time alone changes ----------------------------------------------------------------------------

    def settle(self) -> None:
        """Note, moment by moment, what has run out since anyone last looked."""
        while (moment := self.standing.next_change_at) is not None and moment <= self.at:
            self._turn(moment)
            self._look_ahead(moment)

    def _turn(self, at: datetime) -> None:
        picture = self.picture(at)
        for action in self.live().select_related("case"):
            measure = picture.of(action.case_id)
            if measure is None:
                continue
            if measure.lapsed and action.level == "L0":
                self._lapse(action, measure, at)
            elif measure.end is not None and measure.end <= at and not measure.paused:
                self.end(action, ActionState.EXPIRED)
                self.write(EventKind.EXPIRED, action=action, at=at, reason=noop("Its time was over."))
                notices.ended(action=action, at=at)
        if self.standing.held_until is not None and self.standing.held_until <= at:
            self.standing.held_until = None
            self.write(EventKind.RELEASED, at=at, reason=noop("The hold was over."))
        if picture.balance != self.standing.balance:
            self.write(EventKind.POINTS_EXPIRED, at=at, reason=noop("Points have expired."))

    def _lapse(self, notice: Action, measure: Measure, at: datetime) -> Action:
        """A notice that nobody cured: its points count, and what they call for follows."""
        self.end(notice, ActionState.SUPERSEDED)
        with override(notice.language):  # whoever turns the clock, it is the host who reads it
            day = f"{notice.decided_at.astimezone(POLICY_ZONE):%Y-%m-%d}"
            facts = _("The notice of %(day)s was not cured in time.") % {"day": day}
        action = follow_up(before=notice, measure=measure, at=at, facts=facts, automated=True)
        self.write(EventKind.LAPSED, action=action, at=at, reason=facts)
        notices.decided(action=action, at=at)
        return action

    # what follows from a decision -----------------------------------------------------------------------

    def follow(self, *, because: Case, by: User, reason: str) -> None:
        """Bring the actions of other cases to the level they would have had without what has just been undone.

        `reason` is said in each action's own language, with the number of the case.
        """
        picture = self.picture()
        for action in self.live().select_related("case"):
            measure = picture.of(action.case_id)
            if measure is None or action.case_id == because.pk or measure.level == action.level:
                continue
            if measure.level > action.level:  # what is undone for one case never makes another one worse
                data = {"cap": action.level, "because": because.pk}
                self.write(EventKind.REDUCED, action=action, by=by, reason=reason % {"case": because.pk}, data=data)
                continue
            self.end(action, ActionState.SUPERSEDED)
            with override(action.language):
                words = _(reason) % {"case": because.pk}
            lower = follow_up(before=action, measure=measure, at=self.at, facts=words, automated=False, by=by)
            data = {"level": measure.level, "because": because.pk}
            self.write(EventKind.REDUCED, action=lower, by=by, reason=words, data=data)
            notices.decided(action=lower, at=self.at)
            if measure.end is not None and measure.end <= self.at:
                self.end(lower, ActionState.EXPIRED)

    def end(self, action: Action, state: ActionState) -> None:
        action.state = state
        action.save(update_fields=["state"])

    def close(self) -> None:
        """Keep what the log comes to now, and show it."""
        picture, standing = self.picture(), self.standing
        self._keep_ends(picture)
        rungs = [RUNGS[m.level] for m in picture.measures if m.in_effect(self.at)]
        held = standing.held_until is not None
        before = (standing.hidden, standing.frozen, standing.public)
        standing.level = picture.level
        standing.hidden = held or any(rung.hides for rung in rungs)
        frozen = held or any(rung.freezes for rung in rungs)
        if frozen and not standing.frozen:
            standing.frozen_card = publication.card_of(influencer=self.influencer) or standing.frozen_card
        elif not frozen:
            standing.frozen_card = ""
        standing.frozen = frozen
        standing.public = shown.public(picture=picture, actions=self._shown_actions(picture), at=self.at)
        standing.updated_at = self.at
        self._look_ahead(self.at, picture)
        after = (standing.hidden, standing.frozen, standing.public)
        if before != after or publication.badge_differs(influencer=self.influencer):
            publication.restand(standing=standing, at=self.at)

    def _keep_ends(self, picture: Picture) -> None:
        for pk, case, end in self.live().values_list("pk", "case", "end"):
            measure = picture.of(case)
            if measure is not None and not measure.paused and end != measure.end and measure.end is not None:
                Action.objects.filter(pk=pk).update(end=measure.end)

    def _shown_actions(self, picture: Picture) -> list[Action]:
        """Those that may be on the card, with what it says of them; most hosts have none."""
        open_ones = [m.case for m in picture.measures if ladder.is_public(m.level, m.violation_class)]
        mine = Q(state=ActionState.IN_FORCE, case__in=open_ones) | Q(state=ActionState.OVERTURNED, public=True)
        found = Action.objects.filter(mine, influencer__in=self.ids).select_related("supersedes")
        return list(found.prefetch_related("appeals", "supersedes__appeals", "events").order_by("-id"))

    def _look_ahead(self, at: datetime, picture: Picture | None = None) -> None:
        leaves = [datetime.fromisoformat(row["until"]) for row in self.standing.public if row["until"]]
        moments = [(picture or self.picture(at)).next_change, self.standing.held_until, *leaves]
        self.standing.next_change_at = min((m for m in moments if m is not None and m > at), default=None)
        self.standing.save()


def _locked(influencer: int, at: datetime) -> Standing:
    Standing.objects.bulk_create([Standing(influencer_id=influencer, updated_at=at)], ignore_conflicts=True)
    standing = Standing.objects.select_for_update().get(pk=influencer)
    standing.influencer = Influencer.objects.defer("search").get(pk=influencer)  # as it is now that the row is ours
    return standing


def name_of(user: User | None) -> str:
    return "" if user is None else user.get_full_name() or user.get_username()


def is_large(influencer: Influencer) -> bool:
    """Whether the public run has this host among the large."""
    run = PublicRun.objects.values("run")[:1]
    return Scorecard.objects.filter(run=run, influencer=influencer, tier=Scorecard.Tier.LARGE).exists()
