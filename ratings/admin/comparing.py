"""Two stored runs side by side, before one of them is published in place of the other."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from django.core.cache import cache
from django.http import Http404, HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ratings import publication
from ratings.admin.words import channel, dimension
from ratings.models import Run
from ratings.publication.differences import SHOWN, Cause, Difference, Move, difference, listed, moves

T = TypeVar("T")
PER_PAGE = 50
KEPT = 86_400  # seconds
MOST_CAUSES = 3
NAMES: dict[str, str | Promise] = {
    "moved": _("all who move"),
    "up": _("up"),
    "down": _("down"),
    "grade": _("another grade"),
    "rated": _("newly rated"),
    "unrated": _("no longer rated"),
    "came": _("only in the new run"),
    "gone": _("only in the old run"),
}


def context(request: HttpRequest, after: Run) -> dict[str, Any]:
    """What the page of a comparison shows: the numbers, and one page of those who move."""
    before = other(request, after)
    if before is None:
        return {"after": after, "others": _others(after)}
    shown = request.GET.get("shown", "moved")
    begins = request.GET.get("q", "").strip()[:100]
    number = max(int(text), 1) if (text := request.GET.get("p", "1")).isdecimal() and len(text) < 9 else 1
    if shown not in SHOWN:
        raise Http404
    start = (number - 1) * PER_PAGE
    who = _listed(before, after, shown, begins)
    found = moves(before=before, after=after, who=who[start : start + PER_PAGE])
    whole = _whole(before, after)
    return {
        "before": before,
        "after": after,
        "others": _others(after),
        "whole": whole,
        "tabs": [(key, label, whole.counts[key], key == shown) for key, label in NAMES.items()],
        "causes": [(_named(cause), 100 * cause.points) for cause in whole.causes],
        "rows": [(move, _arrow(move.rank), _why(move)) for move in found],
        "shown": shown,
        "q": begins,
        "number": number,
        "next": number + 1 if len(who) > start + PER_PAGE else None,
        "previous": number - 1 or None,
    }


def _whole(before: Run, after: Run) -> Difference:
    return _once(f"difference:{_pair(before, after)}", lambda: difference(before=before, after=after))


def _listed(before: Run, after: Run, shown: str, begins: str) -> list[int]:
    if begins:
        return listed(before=before, after=after, shown=shown, begins=begins)
    return _once(f"moves:{shown}:{_pair(before, after)}", lambda: listed(before=before, after=after, shown=shown))


def _once(key: str, find: Callable[[], T]) -> T:
    """Stored runs don't change, so what differs between two of them is looked for once."""
    found: T | None = cache.get_or_set(key, find, KEPT)
    return find() if found is None else found


def _pair(before: Run, after: Run) -> str:
    return f"{before.pk}:{before.digest}:{after.pk}:{after.digest}"


def other(request: HttpRequest, after: Run) -> Run | None:
    """The run to compare with: the one asked for, else the public one, else the newest older one that is stored."""
    stored = Run.objects.filter(status=Run.Status.STORED).exclude(pk=after.pk).defer("parameters", "peer_groups")
    asked = request.GET.get("with", "")
    if asked.isdecimal() and len(asked) < 18:
        return stored.filter(pk=int(asked)).first()
    public = publication.public_run()
    chosen = stored.filter(pk=public.run_id).first() if public else None
    return chosen or stored.filter(pk__lt=after.pk).first() or stored.first()


def _others(after: Run) -> list[Run]:
    stored = Run.objects.filter(status=Run.Status.STORED).exclude(pk=after.pk)
    return list(stored.defer("parameters", "peer_groups")[:20])


def _why(move: Move) -> list[tuple[str, float]]:
    return [(_named(cause), cause.points) for cause in move.causes[:MOST_CAUSES]]


def _named(cause: Cause) -> str:
    whole, part = dimension(cause.dimension), channel(cause.channel)
    return f"{whole}: {part}"


def _arrow(pair: tuple[int | None, int | None]) -> str:
    before, after = ("–" if value is None else f"{value:,}" for value in pair)
    return before if before == after else f"{before} → {after}"
