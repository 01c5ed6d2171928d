"""Governance: what is kept of each influencer equals the replay of its append-only log."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal

from django.db.models import Sum

from ratings.governance.book import FACTS
from ratings.governance.ladder import RUNGS, START
from ratings.governance.standing import Line, replay
from ratings.models import Event, Standing
from ratings.verify.faults import Checked, Look

LOG = "the log is what counts: settle the influencer anew (any action on it does), else restore the last backup"


def check(checked: Checked, how: Look) -> None:
    """Balance, level, hidden and frozen follow from the log; for hosts never merged the changes add up, too."""
    standings = {s.influencer_id: s for s in Standing.objects.select_related("influencer")}
    lines: dict[int, list[Line]] = defaultdict(list)
    for influencer, *row in (
        Event.objects.filter(kind__in=FACTS)
        .order_by("id")
        .values_list("influencer_id", "kind", "at", "case_id", "data")
        .iterator()
    ):
        lines[influencer].append(Line(*row))
    changed = dict(Event.objects.values_list("influencer_id").annotate(total=Sum("change")).order_by())
    merged = {s.merged_into_id for s in standings.values() if s.merged_into_id is not None}
    for pk, standing in standings.items():
        checked.looked_at += 1
        if standing.merged_into_id is not None:
            continue
        place = f"standing of {standing.influencer.source_id}"
        ids = Standing.with_merged(pk) if pk in merged else [pk]
        if len(ids) == 1:
            total = START + changed.get(pk, Decimal(0))
            what = f"its log adds up to {total}, kept is {standing.balance}"
            checked.expect(total == standing.balance, place, what, LOG)
        log = lines[pk] if len(ids) == 1 else _together(ids)
        picture = replay(log, standing.updated_at)
        replayed, kept = (picture.balance, picture.level), (standing.balance, standing.level)
        checked.expect(replayed == kept, place, f"balance and level replayed: {replayed}, kept: {kept}", LOG)
        rungs = [RUNGS[m.level] for m in picture.measures if m.in_effect(standing.updated_at)]
        held = standing.held_until is not None
        shown = (held or any(r.hides for r in rungs), held or any(r.freezes for r in rungs))
        what = f"hidden, frozen should be {shown}, kept is {(standing.hidden, standing.frozen)}"
        checked.expect(shown == (standing.hidden, standing.frozen), place, what, LOG)
    for influencer in set(lines) - set(standings):
        checked.fault(f"influencer {influencer}", "has a log and no standing", LOG)


def _together(ids: list[int]) -> list[Line]:
    """The logs of hosts that were merged, as one."""
    rows = Event.objects.filter(influencer__in=ids, kind__in=FACTS).order_by("id")
    return [Line(*row) for row in rows.values_list("kind", "at", "case_id", "data")]
