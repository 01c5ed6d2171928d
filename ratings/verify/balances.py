"""Governance: what is kept of each influencer equals the replay of its append-only log."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal

from django.db.models import Sum

from influencers.models import Influencer
from ratings.governance.book import FACTS
from ratings.governance.ladder import RUNGS, START
from ratings.governance.standing import Line, replay
from ratings.models import Event, Standing
from ratings.verify.faults import Checked, Look

LOG = "the log is what counts: settle the influencer anew (any action on it does), else restore the last backup"


def check(checked: Checked, how: Look) -> None:
    """The log's changes add up; balance, level, hidden and frozen follow from the log of a host and of its merged."""
    standings = {s.influencer_id: s for s in Standing.objects.select_related("influencer")}
    lines = _lines()
    changed = dict(Event.objects.values_list("influencer_id").annotate(total=Sum("change")).order_by())
    merged: dict[int, list[int]] = defaultdict(list)
    for pk, into in Influencer.objects.filter(merged_into__isnull=False).values_list("pk", "merged_into"):
        merged[into or pk].append(pk)
    for pk, standing in standings.items():
        checked.looked_at += 1
        place = f"standing of {standing.influencer.source_id}"
        total = START + changed.get(pk, Decimal(0))
        checked.expect(total == standing.balance, place, f"its log adds up to {total}, kept is {standing.balance}", LOG)
        if standing.influencer.merged_into_id is not None:
            continue
        log = sorted((row for one in (pk, *merged[pk]) for row in lines[one]), key=lambda row: row[0])
        picture = replay([line for _id, line in log], standing.updated_at)
        replayed, kept = (picture.balance, picture.level), (standing.balance, standing.level)
        checked.expect(replayed == kept, place, f"balance and level replayed: {replayed}, kept: {kept}", LOG)
        rungs = [RUNGS[m.level] for m in picture.measures if m.in_effect(standing.updated_at)]
        held = standing.held_until is not None
        shown = (held or any(r.hides for r in rungs), held or any(r.freezes for r in rungs))
        what = f"hidden, frozen should be {shown}, kept is {(standing.hidden, standing.frozen)}"
        checked.expect(shown == (standing.hidden, standing.frozen), place, what, LOG)
    for influencer in {pk for pk, log in lines.items() if log} - set(standings):
        checked.fault(f"influencer {influencer}", "has a log and no standing", LOG)


def _lines() -> dict[int, list[tuple[int, Line]]]:
    """The facts of every log with their numbers; those of a case are of whoever's case it is."""
    lines: dict[int, list[tuple[int, Line]]] = defaultdict(list)
    rows = Event.objects.filter(kind__in=FACTS).order_by("id")
    names = ("id", "influencer_id", "case__influencer_id", "kind", "at", "case_id", "data")
    for number, influencer, of_case, *row in rows.values_list(*names).iterator():
        lines[of_case or influencer].append((number, Line(*row)))
    return lines
