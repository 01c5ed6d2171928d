"""A host that goes on as another: what was observed of it and what stands against it follow, and can go back.

Who was merged is said in one place, on the influencer; evidence, the log and public pages are read through it. So
nothing is moved, and taking a merge back leaves both as if it had never been.
"""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext as _

from influencers import search
from influencers.models import Influencer
from ratings import live, publication
from ratings.governance.book import Book
from ratings.governance.errors import CannotAct, MergedAway
from ratings.governance.statement import given
from ratings.models.governance import EventKind, Standing


@transaction.atomic
def merge(*, influencer: Influencer, into: Influencer, by: User, reason: str, at: datetime) -> None:
    """Let one host go on as another: evidence, cases, points and measures count there from now on.

    Raises CannotAct for a host merged into itself, taken out, or with others merged into it; MergedAway when either
    was merged before. So there is never more than one step to follow, and no circle.
    """
    given("reason", reason)
    if influencer.pk == into.pk:
        raise CannotAct(_("A host is not merged into itself."))
    gone, stays = _books(influencer, into, at)
    for host in (gone.influencer, stays.influencer):
        if host.voided_at is not None:
            raise CannotAct(_("%(host)s was taken out by its source.") % {"host": host.name})
    if Influencer.with_merged(influencer.pk) != [influencer.pk]:
        raise CannotAct(
            _("Others were merged into %(host)s: merge those into the other host, or take them back, first.")
            % {"host": influencer.name}
        )
    gone.write(EventKind.MERGED, by=by, reason=reason, data={"into": into.pk})
    Influencer.objects.filter(pk=influencer.pk).update(merged_into=into, merged_at=stays.at)
    Standing.objects.filter(pk=influencer.pk).update(
        next_change_at=None, hidden=False, frozen=False, public=[], updated_at=gone.at
    )
    publication.withdraw(influencer=influencer)
    stays.read()
    stays.write(EventKind.MERGED, by=by, reason=reason, data={"from": influencer.pk})
    stays.close()
    search.refresh(influencers=[into.pk])
    live.take_now(influencers=[into.pk], at=at)


@transaction.atomic
def unmerge(*, influencer: Influencer, by: User, reason: str, at: datetime) -> None:
    """Take a merge back: the undoing of `merge`. Each has again what is its own, with what came in meanwhile.

    Points earned back by clean days and courses while they were one stay with the one that went on.
    Raises CannotAct when the host is not merged.
    """
    given("reason", reason)
    found = Influencer.objects.select_related("merged_into").defer("search").get(pk=influencer.pk)
    into = found.merged_into
    if into is None:
        raise CannotAct(_("%(host)s is not merged into another.") % {"host": found.name})
    stays = Book(into, at)
    still = Influencer.objects.filter(pk=influencer.pk, merged_into=into).update(merged_into=None, merged_at=None)
    if not still:
        raise CannotAct(_("%(host)s is not merged into another.") % {"host": found.name})
    stays.read()
    stays.write(EventKind.UNMERGED, by=by, reason=reason, data={"from": influencer.pk})
    stays.close()
    found.refresh_from_db(fields=["merged_into", "merged_at"])
    back = Book(found, at)
    back.write(EventKind.UNMERGED, by=by, reason=reason, data={"into": into.pk})
    search.refresh(influencers=[influencer.pk, into.pk])
    live.take_now(influencers=[influencer.pk, into.pk], at=at)
    back.standing.frozen = bool(back.standing.frozen_card)  # who was suspended gets the card back that was frozen
    back.close()


def _books(influencer: Influencer, into: Influencer, at: datetime) -> tuple[Book, Book]:
    """Both books, locked in the order of their keys."""
    books = {pk: Book(host, at) for pk, host in sorted({influencer.pk: influencer, into.pk: into}.items())}
    for host in (influencer, into):
        if books[host.pk].influencer.pk != host.pk:
            raise MergedAway(_("%(host)s was merged before.") % {"host": host.name}, into=books[host.pk].influencer.pk)
    return books[influencer.pk], books[into.pk]
