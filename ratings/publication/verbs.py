"""Publishing a run and going back: one transaction each, so that a reader sees one run or the other."""

from __future__ import annotations

from datetime import datetime

import psycopg
from django.contrib.auth.models import User
from django.db import connection, transaction
from django.utils.translation import gettext as _

from feedback import outbox
from influencers.models import Influencer
from ratings.models import Publication, PublicDocument, PublicRun, Run
from ratings.models.governance import Event, EventKind
from ratings.publication import retention, serving, slugs
from ratings.publication.bodies import rewrite_all
from ratings.publication.recognition import chosen

LOCK = 0x636C656172  # one publication at a time, whatever asks for it


class CannotPublish(Exception):
    """Says why, in words for the person who asked."""


@transaction.atomic
def publish(*, run: Run, at: datetime, reason: str = "", by: User | None = None) -> PublicRun:
    """Makes `run` the public one: documents, lists, history and pointer change together.

    Raises CannotPublish when the run's scorecards are no longer stored.
    """
    _one_at_a_time()
    run.refresh_from_db()
    if run.status != Run.Status.STORED:
        raise CannotPublish(_("Run %(run)s is archived: its scorecards were removed.") % {"run": run.pk})
    public = PublicRun.objects.first()
    if public is None:
        previous = None
    else:
        previous = public.previous_id if public.run_id == run.pk else public.run_id
    pointer = _show(run, previous=previous, at=at)
    Publication.objects.create(run=run, action=Publication.Action.PUBLISHED, at=at, reason=reason, by=by)
    if previous is not None:
        retention.archive(before=min(run.pk, previous))
    return pointer


@transaction.atomic
def unpublish(*, at: datetime, reason: str = "", by: User | None = None) -> PublicRun:
    """Goes back to the run that was public before; the withdrawn one leaves history, too.

    Raises CannotPublish when nothing is public or nothing was before.
    """
    _one_at_a_time()
    public = PublicRun.objects.select_related("run", "previous").first()
    if public is None:
        raise CannotPublish(_("Nothing is public."))
    if public.previous is None:
        raise CannotPublish(_("Run %(run)s has none before it to go back to.") % {"run": public.run_id})
    withdrawn, restored = public.run, public.previous
    retention.take_back(withdrawn)
    pointer = _show(restored, previous=None, at=at)
    Publication.objects.create(run=withdrawn, action=Publication.Action.WITHDRAWN, at=at, reason=reason, by=by)
    Publication.objects.create(run=restored, action=Publication.Action.PUBLISHED, at=at, reason=reason, by=by)
    return pointer


def _show(run: Run, *, previous: int | None, at: datetime) -> PublicRun:
    slugs.assign_slugs()
    newer = list(PublicDocument.objects.filter(live=True).values_list("influencer_id", flat=True))
    before = None if previous is None else Run.objects.defer("parameters", "peer_groups").get(pk=previous)
    rewrite_all(run=run, at=at, models=chosen(run=run, previous=before))
    outbox.drop(rows=run.announced)
    Run.objects.filter(pk=run.pk).update(announced=[])
    outbox.put(influencers=[*newer, *_ever_merged()])  # what the run was too early for is taken up again
    retention.keep(run)
    pointer, _created = PublicRun.objects.update_or_create(
        pk=PublicRun.THE_ONE, defaults={"run": run, "previous_id": previous, "published_at": at}
    )
    serving.forget()
    return pointer


def _ever_merged() -> set[int]:
    """Whom a run may have as they were before a merge, or before it was taken back."""
    told = Event.objects.filter(kind__in=[EventKind.MERGED, EventKind.UNMERGED])
    return set(Influencer.survivors(told.values_list("influencer", flat=True)).values())


def hold_still() -> tuple[int, datetime] | None:
    """Let no publication through until the caller's transaction ends, others who renew documents may; what is public.

    The number of the public run and when it was published, None before the first publication.
    """
    connection.ensure_connection()
    with psycopg.Cursor(connection.connection) as cursor, connection.connection.pipeline():
        cursor.execute("SELECT pg_advisory_xact_lock_shared(%s)", [LOCK])
        cursor.execute("SELECT run_id, published_at FROM ratings_publicrun WHERE id = %s", [PublicRun.THE_ONE])
        found: tuple[int, datetime] | None = cursor.fetchone()
        return found


def withdraw(*, influencer: Influencer) -> None:
    """Take a document away at once: its host goes on as another."""
    PublicDocument.objects.filter(influencer=influencer).delete()
    serving.forget()


def _one_at_a_time() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        cursor.execute("SET LOCAL statement_timeout = 0")  # also for staff, whose requests are limited otherwise
