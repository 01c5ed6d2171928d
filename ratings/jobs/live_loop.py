"""Wakes for new evidence: its influencers are taken up within a second."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from datetime import datetime

import psycopg
from django.db import connection, transaction

from feedback.intake import CHANNEL
from ratings import live
from ratings.jobs import tasks
from ratings.jobs.queue import defer_with

PATIENCE = 30.0  # seconds without news after which one looks anyway
GLANCE = 1.0  # seconds after which one looks whether to stop
log = logging.getLogger("clearhost.worker")


def work(*, now: Callable[[], datetime], stopped: Callable[[], bool]) -> None:
    """Work until told to stop; what fails is logged, stays where it was and is tried again.

    A database that goes away is waited for: news that came meanwhile waits in the outbox, and one looks there first.
    """
    while not stopped():
        try:
            with listening() as news:
                _hear(news, now=now, stopped=stopped)
        except psycopg.OperationalError as why:
            log.warning("the database is away: %s", (str(why).strip() or repr(why)).splitlines()[-1])
            connection.close()
            time.sleep(GLANCE)


def _hear(news: psycopg.Connection, *, now: Callable[[], datetime], stopped: Callable[[], bool]) -> None:
    quiet = PATIENCE
    while not stopped():
        if quiet >= PATIENCE:
            while once(at=now()) and not stopped():
                pass
            quiet = 0.0
        heard = sum(1 for _ in news.notifies(timeout=GLANCE, stop_after=1))
        quiet = PATIENCE if heard else quiet + GLANCE


def once(*, at: datetime) -> int:
    """Take up what waits, and have it watched; how many influencers were taken up."""
    try:
        with transaction.atomic():  # the alerts are looked for by a job that exists exactly when this commits
            taken = live.take(at=at)
            if taken:
                defer_with(tasks.watch_touched, influencers=sorted(taken))
    except Exception:
        log.exception("could not take up what waits")
        connection.close_if_unusable_or_obsolete()
        return 0
    if taken:
        log.info("took up %s influencers", len(taken))
    return len(taken)


def listening() -> psycopg.Connection:
    """A connection of its own that hears of new evidence; closed by whoever asked for it."""
    settings = connection.get_connection_params()
    known = ("host", "port", "user", "password", "dbname")
    given = {name: settings[name] for name in known if settings.get(name)}
    found = psycopg.connect(**given, autocommit=True)
    found.execute(f"LISTEN {CHANNEL}")
    return found
