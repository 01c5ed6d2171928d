"""Plays the dated calls of the stories: ordinary verbs at the times they carry, each at most once."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from django.contrib.auth.models import Group, User

from feedback import intake
from feedback.models import Violation
from feedback.taxonomy import CODES
from influencers.models import Influencer
from ratings.governance import actions, appeals
from ratings.members import contests
from ratings.models import Contest
from ratings.models.governance import LIVE as STANDS
from ratings.models.governance import OPEN_APPEALS, Action, ActionState, Appeal, Case, Ground, Origin, Outcome

Call = Mapping[str, Any]
STAFF = {"moderator": "Moderator", "senior": "Senior", "reviewer": "Appeals reviewer", "analyst": "Analyst"}
HELD_BY = "host"  # who files for the hosts of the stories


def calls_of(path: Path) -> list[Call]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def play(*, calls: Iterable[Call], now: datetime) -> list[Call]:
    """Play what is due by now, in order of time; what was played before changes nothing. Returns what was done."""
    done = []
    for call in sorted(calls, key=lambda call: datetime.fromisoformat(call["at"])):
        at = datetime.fromisoformat(call["at"])
        if at <= now and VERBS[call["verb"]](call, _host(call), at):
            done.append(call)
    return done


def staff_account(name: str) -> User:
    """One of the demo's staff, in its group."""
    user, made = User.objects.get_or_create(username=name, defaults={"is_staff": True, "email": f"{name}@demo.invalid"})
    if made:
        user.set_unusable_password()
        user.save(update_fields=["password"])
    user.groups.add(Group.objects.get(name=STAFF[name]))
    return user


def _measure(call: Call, host: Influencer, at: datetime) -> bool:
    """A notice or a warning: the ladder says which."""
    (violation,) = call["ids"]
    if Case.objects.filter(violation_id=violation).exists():
        return False
    reported = Violation.objects.get(source_id=violation)
    code = CODES[call["code"]]
    moderator = staff_account("moderator")
    case = actions.open_case(
        influencer=host,
        code=call["code"],
        violation_class=reported.violation_class or "",
        occurred_at=reported.occurred_at,
        session_id=reported.session_id or "",
        facts=call["reason"],
        evidence=[f"violations:{violation}"],
        source=Origin.COMPLAINT if reported.reported_by == "consumer" else Origin.OWN_INITIATIVE,
        violation_id=violation,
        by=moderator,
        at=at,
    )
    actions.issue(
        case=case,
        by=moderator,
        at=at,
        ground=Ground.LAW,
        ground_reference=", ".join(code.basis),
        public_summary=call["public_summary"],
    )
    return True


def _cure(call: Call, host: Influencer, at: datetime) -> bool:
    notice = Action.objects.filter(case__violation_id__in=call["ids"], state=ActionState.IN_FORCE, level="L0").first()
    if notice is None:
        return False
    actions.cure(action=notice, by=staff_account("moderator"), reason=call["reason"], at=at)
    return True


def _appeal(call: Call, host: Influencer, at: datetime) -> bool:
    action = Action.objects.filter(case__violation_id__in=call["ids"], state__in=STANDS).first()
    if action is None or action.appeals.exists():
        return False
    appeal = appeals.file_appeal(
        action=action, grounds=call["grounds"], by=staff_account("moderator"), on_behalf=True, at=at
    )
    appeals.acknowledge(appeal=appeal, by=staff_account("reviewer"), at=at)
    return True


def _overturn(call: Call, host: Influencer, at: datetime) -> bool:
    appeal = Appeal.objects.filter(action__case__violation_id__in=call["ids"], state__in=OPEN_APPEALS).first()
    if appeal is None:
        return False
    appeals.decide_appeal(
        appeal=appeal,
        outcome=Outcome.OVERTURNED,
        answers=call["answers"],
        reason=call["reason"],
        by=staff_account("reviewer"),
        at=at,
    )
    return True


def _contest(call: Call, host: Influencer, at: datetime) -> bool:
    """As many as may wait at a time; the words say that they stand for all."""
    if Contest.objects.filter(influencer=host).exists():
        return False
    by, _made = User.objects.get_or_create(username=HELD_BY, defaults={"email": f"{HELD_BY}@demo.invalid"})
    for source_id in call["ids"][: contests.MOST_OPEN]:
        contests.contest(influencer=host, kind=call["kind"], source_id=source_id, text=call["reason"], by=by, at=at)
    return True


def _void(call: Call, host: Influencer, at: datetime) -> bool:
    """Uphold the contests, which take their evidence out, and take out what they stand for."""
    by = staff_account("senior")
    for contest in Contest.objects.filter(influencer=host, state=Contest.State.FILED, source_id__in=call["ids"]):
        contests.decide(contest=contest, uphold=True, reason=call["reason"], by=by, at=at)
    found = intake.void(kind=intake.kind_named(call["kind"]), ids=call["ids"], reason=call["reason"], at=at)
    return found.voided > 0


def _host(call: Call) -> Influencer:
    return Influencer.objects.get(source_id=call["influencer_id"])


VERBS: dict[str, Callable[[Call, Influencer, datetime], bool]] = {
    "warn": _measure,
    "notice": _measure,
    "cure": _cure,
    "appeal": _appeal,
    "overturn": _overturn,
    "contest": _contest,
    "void": _void,
}
