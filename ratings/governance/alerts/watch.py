"""Looking: at everyone once for every public run, at a few whenever evidence comes. Two looks raise nothing twice."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.utils.translation import gettext_noop as noop

from influencers.models import Influencer
from ratings import publication
from ratings.governance.alerts.finding import Finding, Look
from ratings.governance.alerts.rules import AT_CLOSE, LIVE, Find, overdue
from ratings.governance.alerts.usual import usual
from ratings.models import Alert, AlertEvent, Desk, Rule, Urgency, Watch

LASTS = timedelta(days=30)
"""A condition that was not seen for so long is a new cause when it comes back."""

SEEN_AGAIN = timedelta(hours=1)
"""How exactly it is kept when something was last seen; a clock that turns every minute is no reason to write."""

LOOK_WITHIN = {
    Urgency.URGENT: timedelta(hours=24),
    Urgency.HIGH: timedelta(hours=72),
    Urgency.MEDIUM: timedelta(days=7),
    Urgency.LOW: timedelta(days=14),
}
LOCK = 0x77617463  # one look at a time: of two that see the same, the second sees that it was seen


def watch_close(*, at: datetime) -> int:
    """Look at everyone in the public run, unless that was done; how many alerts it raised."""
    public = publication.public_run(whole=True)
    if public is None or Watch.objects.filter(run=public.run_id).exists():
        return 0
    with transaction.atomic():
        _one_at_a_time()
        if Watch.objects.filter(run=public.run_id).exists():
            return 0
        rates = usual(Look(public, at, {}))
        raised = _look(Look(public, at, rates), AT_CLOSE)
        Watch.objects.create(run=public.run, at=at, raised=raised, usual=rates)
    return raised


def watch_touched(*, influencers: Collection[int], at: datetime) -> int:
    """Look at those whose evidence has just come; what is usual is known from the last close."""
    public = publication.public_run(whole=True)
    known = Watch.objects.order_by("-run_id").first()
    if public is None or known is None or not influencers:
        return 0
    with transaction.atomic():
        _one_at_a_time()
        return _look(Look(public, at, known.usual, influencers), LIVE)


@transaction.atomic
def watch_overdue(*, at: datetime) -> int:
    """Raise what the service itself owes and has not done, at once on the seniors' desk; close what was done since."""
    _one_at_a_time()
    found = list(overdue.find(at))
    causes = {finding.cause for finding in found}
    open_ones = Alert.objects.filter(state=Alert.State.OPEN, rule=Rule.OVERDUE).values_list("pk", "cause")
    end(alerts=[pk for pk, cause in open_ones if cause not in causes], why=noop("What was overdue is done."), at=at)
    return raise_alerts(findings=found, at=at, desk=Desk.SENIORS)


def _look(look: Look, rules: Iterable[Find]) -> int:
    return sum(raise_alerts(findings=_theirs(list(find(look))), at=look.at) for find in rules)


def _theirs(findings: Collection[Finding]) -> list[Finding]:
    """What is found of a merged host concerns the one it goes on as; one finding of a kind, the first."""
    goes_on = Influencer.survivors(finding.influencer for finding in findings)
    found: dict[tuple[str, int, str], Finding] = {}
    for finding in findings:
        mine = replace(finding, influencer=goes_on[finding.influencer])
        found.setdefault((mine.rule, mine.influencer, mine.cause), mine)
    return list(found.values())


@transaction.atomic
def raise_alerts(*, findings: Collection[Finding], at: datetime, desk: Desk = Desk.MODERATORS) -> int:
    """Raise an alert for every cause that is new; of the others, note that it was seen again."""
    rules = {finding.rule for finding in findings}
    known: dict[tuple[str, int], list[Alert]] = {}
    for alert in Alert.objects.filter(rule__in=rules, influencer__in={f.influencer for f in findings}).order_by("id"):
        known.setdefault((alert.rule, alert.influencer_id), []).append(alert)
    seen: list[int] = []
    new: list[Alert] = []
    outgrown: list[int] = []
    for finding in findings:
        before = known.get((finding.rule, finding.influencer), [])
        if finding.cause:
            again = next((alert for alert in before if alert.cause == finding.cause), None)
        else:
            again = next((alert for alert in reversed(before) if _lasts(alert, finding.scale, at)), None)
        if again is None:
            new.append(_alert(finding, at, desk))
            if finding.scale:
                outgrown += [alert.pk for alert in before if alert.state == Alert.State.OPEN]
        else:
            seen.append(again.pk)
    Alert.objects.filter(pk__in=seen, last_seen_at__lt=at - SEEN_AGAIN).update(last_seen_at=at)
    end(alerts=outgrown, why=noop("Outgrown by a larger one."), at=at)
    Alert.objects.bulk_create(new)
    AlertEvent.objects.bulk_create(
        AlertEvent(alert=alert, at=at, kind=AlertEvent.Kind.RAISED, text=alert.reason_en) for alert in new
    )
    return len(new)


def _lasts(alert: Alert, scale: str, at: datetime) -> bool:
    """Whether this alert is of the condition that a finding of this scale sees now."""
    ended = alert.state == Alert.State.ENDED
    return not ended and alert.cause.startswith(f"{scale}since ") and at - alert.last_seen_at < LASTS


def end(*, alerts: Collection[int], why: str, at: datetime) -> None:
    """Close alerts whose cause is gone, by nobody."""
    Alert.objects.filter(pk__in=alerts).update(state=Alert.State.ENDED, settled_at=at, settled_why=why)
    AlertEvent.objects.bulk_create(
        AlertEvent(alert_id=alert, at=at, kind=AlertEvent.Kind.ENDED, text=why) for alert in alerts
    )


def _alert(finding: Finding, at: datetime, desk: Desk) -> Alert:
    return Alert(
        influencer_id=finding.influencer,
        rule=finding.rule,
        cause=finding.cause or f"{finding.scale}since {at.isoformat()}",
        severity=finding.severity,
        reason_en=finding.told("en"),
        reason_zh=finding.told("zh-hans"),
        evidence=dict(finding.evidence),
        suggestion=finding.suggestion,
        code=finding.code,
        desk=desk,
        raised_at=at,
        due_at=at + LOOK_WITHIN[finding.severity],
        last_seen_at=at,
    )


def _one_at_a_time() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
