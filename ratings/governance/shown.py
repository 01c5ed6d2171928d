"""What of a standing the public sees: measures that its level makes public, appeals against them, corrections."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import override

from ratings.days import policy_date
from ratings.governance import ladder
from ratings.governance.standing import Picture
from ratings.models.governance import Action, ActionState, Appeal, AppealState, Outcome

CORRECTED_FOR = timedelta(days=90)


def public(*, picture: Picture, actions: Iterable[Action], at: datetime) -> list[dict[str, Any]]:
    """Rows of `standing` in the public document, newest first; `until` is when a row leaves it by itself.

    `actions` are the influencer's, with case and appeals, newest first.
    """
    rows = []
    for action in actions:
        measure = picture.of(action.case_id)
        if action.state == ActionState.OVERTURNED and action.public:
            rows.append(_corrected(action))
        elif (
            action.state == ActionState.IN_FORCE
            and measure
            and ladder.is_public(measure.level, measure.violation_class)
        ):
            rows.append(
                {
                    "level": measure.level,
                    "codes": action.codes,
                    "public_summary": action.public_summary,
                    "start": str(policy_date(measure.start)),
                    "end": measure.end and str(policy_date(measure.end)),
                    "appeal": _appeal(action),
                    "overturned": None,
                    "until": (measure.end and not measure.paused and measure.end.isoformat()) or None,
                }
            )
    return [row for row in rows if row["until"] is None or datetime.fromisoformat(row["until"]) > at]


def _corrected(action: Action) -> dict[str, Any]:
    on = max(event.at for event in action.events.all() if event.kind == "overturned")
    with override("en"):
        note = _("This decision was overturned; it no longer counts.")
    return {
        "level": action.level,
        "codes": action.codes,
        "public_summary": action.public_summary,
        "start": str(policy_date(action.start)),
        "end": str(policy_date(on)),
        "appeal": _appeal(action),
        "overturned": {"on": str(policy_date(on)), "note": note},
        "until": (on + CORRECTED_FOR).isoformat(),
    }


def _appeal(action: Action) -> dict[str, Any] | None:
    """The appeal against an action, or the one it came of."""
    appeals = [*action.appeals.all(), *(action.supersedes.appeals.all() if action.supersedes else ())]
    found: Appeal | None = next((a for a in appeals if a.state != AppealState.WITHDRAWN), None)
    if found is None:
        return None
    if found.is_open:
        return {"status": "under_appeal", "due": found.decide_due.isoformat(timespec="seconds")}
    return {"status": Outcome(found.outcome).value, "due": None}
