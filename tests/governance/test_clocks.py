"""Two years of a world with injected time: nothing stuck, nothing overdue without escalation, points to the day."""

from __future__ import annotations

import os
import random
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.db.models import Model, Q

from feedback import complaints
from feedback.clocks import clocks as complaint_clocks
from feedback.complaints import OPEN
from feedback.models import Case as Complaint
from feedback.models import Fault, Remedy, Role, Session, Severity, State, Topic
from influencers.models import Influencer
from ratings.governance import actions, appeals, clocks, ladder
from ratings.governance.alerts import act_on_alert
from ratings.governance.alerts.rules import overdue
from ratings.models import Alert
from ratings.models.governance import (
    OPEN_APPEALS,
    Action,
    ActionState,
    Appeal,
    AppealState,
    Case,
    CaseState,
    Event,
    EventKind,
    Level,
    Outcome,
    Standing,
)
from tests.governance.people import acted, case, host, issued, staff

pytestmark = pytest.mark.django_db
START = datetime(2026, 1, 4, 16, 30, tzinfo=UTC)  # half past midnight of a Monday, where the policy's days begin
DAY = timedelta(days=1)
YEARS = 730
REST = 150  # days without news, in which everything is brought to its end: a remedy takes its time
# CLOCK_WORLD=1000 CLOCK_STEP=1 for the whole of it, some minutes
SIZE = int(os.environ.get("CLOCK_WORLD", "30"))
STEP = int(os.environ.get("CLOCK_STEP", "7"))
CODES = ("PRM-02", "SVC-02", "PRC-01", "PRD-04", "PRM-01", "DAT-01", "PRD-01")
WEIGHTS = (30, 20, 20, 15, 8, 5, 2)


def test_a_tick_with_nothing_due_moves_nothing() -> None:
    acted(host(), at=START)
    assert set(clocks.turn(at=START + timedelta(hours=1)).values()) == {0}


@pytest.mark.parametrize(("code", "days"), [("PRM-02", 90), ("PRC-01", 180), ("PRM-01", 365)])
def test_points_expire_to_the_day_however_late_the_clock_is_turned(code: str, days: int) -> None:
    who = host()
    acted(who, "SVC-02", at=START - 30 * DAY)  # the first minor one is a notice; the next costs
    acted(who, code, at=START)
    clocks.turn(at=START + 300 * DAY + DAY / 2)
    clocks.turn(at=START + 500 * DAY)
    moments = [e.at for e in Event.objects.filter(influencer=who, kind=EventKind.POINTS_EXPIRED, change__gt=0)]
    assert ladder.start_of((START + 8 * timedelta(hours=1)).date() + days * DAY) in moments
    assert Standing.objects.get(pk=who.pk).balance == 100


def test_a_clean_month_gives_one_point_and_never_more_than_there_were() -> None:
    who = host()
    acted(who, "PRM-01", at=START)
    for day in range(-1, 500, 10):
        Session.objects.create(source_id=f"s{day}", influencer=who, started_at=START + day * DAY, orders=1)
    for day in range(0, 450, 10):
        clocks.turn(at=START + day * DAY)
        clocks.earn_back(at=START + day * DAY)
        assert Standing.objects.get(pk=who.pk).balance <= 100
    earned = Event.objects.filter(influencer=who, kind=EventKind.EARNED).order_by("at")
    assert [(e.at - START).days for e in earned[:3]] == [30, 60, 90]
    assert sum(e.change for e in earned) == 12


def test_what_the_staff_leave_undone_lands_on_the_seniors_desk_and_leaves_it_when_done() -> None:
    open_case = case(host(), at=START)
    proposed = issued(case(host(), "PRD-01", at=START), at=START)
    appealed = acted(host(), "PRM-01", at=START)
    appeal = appeals.file_appeal(action=appealed, grounds=["Not so."], at=START)
    clocks.turn(at=START + 15 * DAY)
    found = Alert.objects.filter(rule="overdue")
    assert {(a.evidence["what"], a.evidence["number"]) for a in found} == {
        ("case", open_case.pk),
        ("approval", proposed.pk),
        ("appeal", appeal.pk),
    }
    assert {a.desk for a in found} == {"seniors"}
    appeal.refresh_from_db()
    assert appeal.escalated_at == START + 15 * DAY
    actions.dismiss(case=open_case, reason="No proof.", by=staff("senior"), at=START + 16 * DAY)
    actions.refuse(action=proposed, by=staff("senior"), reason="No proof.", at=START + 16 * DAY)
    appeals.acknowledge(appeal=appeal, by=staff("judge"), at=START + 16 * DAY)
    clocks.turn(at=START + 17 * DAY)
    still = Alert.objects.filter(rule="overdue", state="open").values_list("evidence__what", flat=True)
    assert list(still) == ["case"]  # refused, the case is open again, and late


class World:
    """Hosts who break rules and appeal, consumers who complain, and a staff that is quick, slow, or asleep."""

    def __init__(self, size: int) -> None:
        self.dice = random.Random(7)
        self.hosts = [host() for _ in range(size)]
        self.mo, self.senior, self.judge = staff("mo"), staff("senior"), staff("judge")
        self.happened: Counter[str] = Counter()
        self.seen: dict[tuple[type[Model], int], int] = {}

    def day(self, at: datetime, *, news: bool) -> None:
        if news:
            for who in self.dice.choices(self.hosts, k=self.draw(STEP * len(self.hosts) / 400)):
                self.news(who, at)
        self.moderators(at)
        self.seniors(at)
        self.remedies(at)

    def draw(self, mean: float) -> int:
        whole = int(mean)
        return whole + (self.dice.random() < mean - whole)

    def news(self, who: Influencer, at: datetime) -> None:
        self.happened["news"] += 1
        if self.dice.random() < 0.5:
            case(who, self.dice.choices(CODES, WEIGHTS)[0], at=at)
        else:
            complaints.file_complaint(influencer=who, topic=Topic.QUALITY, text="Broken.", at=at)
        Session.objects.create(source_id=f"s{self.happened['news']}", influencer=who, started_at=at, orders=9)

    def number(self, one: Model) -> int:
        """Which of all things seen this is: keys depend on the tests before, the world must not."""
        return self.seen.setdefault((type(one), one.pk), len(self.seen))

    def moderators(self, at: datetime) -> None:
        """On an ordinary day they do a third of what is there; some things they never do."""
        for one in Case.objects.filter(state=CaseState.OPEN).order_by("pk"):
            if self.number(one) % 7 and self.dice.random() < 0.3:
                self.decide(one, at)
        for appeal in Appeal.objects.filter(state=AppealState.FILED).order_by("pk"):
            if self.number(appeal) % 5 and self.dice.random() < 0.7:
                appeals.acknowledge(appeal=appeal, by=self.judge, at=at)
        for appeal in Appeal.objects.filter(state=AppealState.ACKNOWLEDGED, escalated_at=None).order_by("pk"):
            if self.dice.random() < 0.2:
                self.judged(appeal, at)
        for one in Complaint.objects.filter(state__in=OPEN, desk="moderators").order_by("pk"):
            if self.number(one) % 5 and self.dice.random() < 0.5:
                self.handle(one, at)

    def seniors(self, at: datetime) -> None:
        """They do what was handed to them, two days after."""
        late = Alert.objects.filter(state="open", desk="seniors", raised_at__lt=at - 2 * DAY, rule="overdue")
        for alert in late.order_by("pk"):
            if self.is_still_there(alert, at):  # the moderators may have done it this morning
                self.called(alert.evidence["what"], alert.evidence["number"], at)
            act_on_alert(alert=alert, reason="Done.", by=self.senior, at=at)
        for appeal in Appeal.objects.filter(state=AppealState.ACKNOWLEDGED, escalated_at__lt=at - 2 * DAY):
            self.judged(appeal, at)
        for one in Complaint.objects.filter(state__in=OPEN, desk="seniors").order_by("pk"):
            if one.answered_at is None and at < one.opened_at + 3 * DAY:
                continue
            self.handle(one, at)

    def is_still_there(self, alert: Alert, at: datetime) -> bool:
        _reason, rows = overdue.waiting(at)[alert.evidence["what"]]
        return any(number == alert.evidence["number"] for _who, number, _due in rows)

    def called(self, what: str, number: int, at: datetime) -> None:
        match what:
            case "case":
                one = Case.objects.get(pk=number)
                if self.dice.random() < 0.5:
                    actions.dismiss(case=one, reason="No proof.", by=self.senior, at=at)
                else:
                    self.decide(one, at)
            case "approval":
                actions.approve(action=Action.objects.get(pk=number), by=self.senior, reason="Agreed.", at=at)
            case "review":
                actions.review(action=Action.objects.get(pk=number), by=self.senior, reason="Right.", at=at)
            case "appeal":
                appeals.acknowledge(appeal=Appeal.objects.get(pk=number), by=self.judge, at=at)

    def decide(self, one: Case, at: datetime) -> None:
        action = issued(one, at=at, by=self.mo)
        self.happened[action.level] += 1
        if action.state == ActionState.IN_FORCE and self.dice.random() < 0.3:
            appeals.file_appeal(action=action, grounds=["It was not so."], at=at)
        elif action.level == Level.L0 and self.dice.random() < 0.5:
            actions.cure(action=action, by=self.mo, reason="Mended.", at=at)

    def judged(self, appeal: Appeal, at: datetime) -> None:
        outcome = self.dice.choice([Outcome.UPHELD, Outcome.OVERTURNED])
        self.happened[outcome] += 1
        appeals.decide_appeal(appeal=appeal, outcome=outcome, answers=["Seen."], reason="So.", by=self.judge, at=at)

    def handle(self, one: Complaint, at: datetime) -> None:
        if one.acknowledged_at is None:
            one = complaints.acknowledge(case=one, at=at)
        if one.answered_at is None:
            one = complaints.answer(case=one, text="Sorry.", role=Role.HOST, at=at)
        elif self.dice.random() < 0.5:
            complaints.reject(case=one, reason="No proof.", at=at)
        else:
            verdict = {"severity": Severity.MINOR, "fault": Fault.MERCHANT, "remedy": Remedy.REFUND}
            complaints.uphold(case=one, reason="Seen.", at=at, **verdict)

    def remedies(self, at: datetime) -> None:
        for one in Complaint.objects.filter(state=State.UPHELD, closed_at__lt=at - 10 * DAY).order_by("pk"):
            if self.dice.random() < 0.15:
                complaints.remedy_done(case=one, at=at)


def assert_nothing_overdue_unescalated(at: datetime) -> None:
    for one in Complaint.objects.filter(Q(state__in=OPEN) | Q(state=State.UPHELD)):
        late = {clock.name.value for clock in complaint_clocks(one, at=at) if clock.late and clock.done_at is None}
        assert late <= set(one.escalated)
        assert not late or one.desk == "seniors"
    assert not Appeal.objects.filter(state__in=OPEN_APPEALS, decide_due__lt=at, escalated_at=None).exists()
    told = set(Alert.objects.filter(rule="overdue").values_list("cause", flat=True))
    for what, (_reason, rows) in overdue.waiting(at).items():
        assert {f"{what} {number}" for _who, number, _due in rows} <= told
    assert not Alert.objects.filter(state="open", due_at__lt=at, escalated_at=None).exists()
    assert not Standing.objects.filter(next_change_at__lte=at, influencer__merged_into=None).exists()
    assert not Standing.objects.filter(Q(balance__gt=100) | Q(balance__lt=0)).exists()


@pytest.mark.django_db(transaction=True)  # in one transaction thousands of temporary tables would never be gone
def test_two_years() -> None:
    world, spent = World(SIZE), 0.0
    for number in range(0, YEARS + max(30 * STEP, REST), STEP):
        at = START + number * DAY
        began = time.perf_counter()
        clocks.turn(at=at)
        clocks.earn_back(at=at)
        spent += time.perf_counter() - began
        if number % (max(20 // STEP, 1) * STEP) == 0 or number > YEARS:
            assert_nothing_overdue_unescalated(at)
        world.day(at + timedelta(hours=9), news=number < YEARS)
    assert not Case.objects.filter(state__in=[CaseState.OPEN, CaseState.PROPOSED]).exists()
    assert not Appeal.objects.filter(state__in=OPEN_APPEALS).exists()
    assert not Complaint.objects.filter(state__in=[*OPEN, State.UPHELD]).exists()
    end = START + (YEARS + max(30 * STEP, REST)) * DAY
    assert not Action.objects.filter(state=ActionState.IN_FORCE, end__lt=end).exists()
    for event in Event.objects.filter(kind=EventKind.POINTS_EXPIRED):
        assert event.at == ladder.start_of((event.at + timedelta(hours=8)).date())
    sums: Counter[int] = Counter()
    for who, change in Event.objects.values_list("influencer", "change"):
        sums[who] += change  # type: ignore[assignment]
    for standing in Standing.objects.all():
        assert standing.balance == Decimal(100) + sums[standing.pk]
    print(f"{SIZE} hosts: {spent:.1f} s for the clocks of two years; {dict(world.happened)}")
    assert world.happened["news"] > SIZE
    assert all(world.happened[what] for what in ("L0", "L1", "upheld", "overturned"))
