"""An action before it is taken: what the ladder calls for, with its statement of reasons."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.contrib.auth.models import User
from django.utils.translation import gettext as _

from ratings.governance import ladder
from ratings.governance.book import Book, is_large, name_of
from ratings.governance.errors import Incomplete
from ratings.governance.ladder import RUNGS
from ratings.governance.standing import Line, Measure
from ratings.governance.statement import statement
from ratings.models.governance import Action, Case, Subject


def draft(*, book: Book, case: Case, by: User, level: str | None, **words: Any) -> tuple[Action, dict[str, Any]]:
    """The action with its statement, and what the log will need of it."""
    own = case.subject == Subject.INFLUENCER
    points = ladder.points_of(case.violation_class, large=is_large(book.influencer)) if own else Decimal(0)
    data: dict[str, Any] = {
        "code": case.code,
        "class": case.violation_class,
        "points": str(points),
        "level": "L5",
        "cap": None,
        "days": None,
        "start": None,
    }
    measure = measured(book, case, data) or _of_another(case)
    chosen = str(level or measure.level)
    if chosen not in RUNGS:
        raise Incomplete("level", _("This level is not on the ladder."))
    action = statement(
        case=case,
        measure=measure,
        level=chosen,
        points=points,
        by=by,
        by_name=name_of(by),
        at=book.at,
        **words,
    )
    data |= {"level": chosen, "cap": chosen if chosen < measure.level else None, "days": words["days"]}
    return action, data


def measured(book: Book, case: Case, data: dict[str, Any]) -> Measure | None:
    """What a violation would come to now; None for subjects other than the host."""
    if case.subject != Subject.INFLUENCER:
        return None
    return book.picture(book.at, Line("issued", book.at, case.pk, data)).of(case.pk)


def _of_another(case: Case) -> Measure:
    """For operators, agencies and merchants there is no balance: the class alone decides."""
    level = "L5" if case.violation_class == "A" else "L0" if case.violation_class in ladder.MINOR else "L1"
    return Measure(
        case=case.pk,
        code=case.code,
        violation_class=case.violation_class,
        level=level,
        called=level,
        start=case.opened_at,
        end=None,
        cure_until=None,
        paused=False,
        cured=False,
        lifted=False,
        lapsed=False,
        points=Decimal(0),
        points_until=None,
    )
