"""What runs by the clock. Every task does all that is due now, so that one that ran twice, late or after others is no
different from one that ran in time: a tick that is missed is made up for by the next.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Sequence

from django.db import OperationalError
from django.utils import timezone as clock
from procrastinate import JobContext, RetryStrategy
from procrastinate.contrib.django import app
from procrastinate.jobs import Status

from feedback import retention
from ratings.checks import files
from ratings.close import close, due
from ratings.governance import alerts, clocks, letters
from ratings.growth import plan
from ratings.jobs.queue import defer_with
from ratings.watchlist import looking, sending

STALLED_AFTER = 30.0  # seconds without a sign of life of the worker that had taken a job
CHECKING_SECONDS = 20.0
KEEP_FAILED_HOURS = 30 * 24
EVERY_MINUTE = "* * * * *"
log = logging.getLogger("clearhost.worker")


@app.periodic(cron=EVERY_MINUTE)
@app.task(name="close_day", lock="close_day", queueing_lock="close_day")
def close_day(timestamp: int) -> None:
    """Close the days that ended, and look at everyone in the run that is public."""
    at = clock.now()
    day = due(at=at)
    if day is not None:
        run = close(day=day, at=at)
        log.info("closed %s: run %s", day, run and run.pk)
    raised = alerts.watch_close(at=at)
    if raised:
        log.info("%s new alerts", raised)


@app.periodic(cron=EVERY_MINUTE)
@app.task(name="turn_clocks", lock="turn_clocks", queueing_lock="turn_clocks")
def turn_clocks(timestamp: int) -> None:
    """Do what time alone asks for."""
    for what, count in clocks.turn(at=clock.now()).items():
        if count:
            log.info("%s: %s", what, count)


@app.periodic(cron="7 * * * *")
@app.task(name="earn_back", lock="turn_clocks", queueing_lock="earn_back")
def earn_back(timestamp: int) -> None:
    """Give points back for clean months."""
    clocks.earn_back(at=clock.now())


@app.periodic(cron=EVERY_MINUTE)
@app.task(name="send_letters", lock="send_letters", queueing_lock="send_letters")
def send_letters(timestamp: int) -> None:
    """Send the e-mails that are due."""
    at = clock.now()
    letters.take_up(at=at)
    sent = letters.send_due(at=at)
    if sent:
        log.info("%s letters sent", sent)


@app.periodic(cron=EVERY_MINUTE)
@app.task(name="tell_watchers", lock="tell_watchers", queueing_lock="tell_watchers")
def tell_watchers(timestamp: int) -> None:
    """Look for news about watched influencers, and send what is due."""
    at = clock.now()
    found, sent = looking.look(at=at), sending.deliver(at=at)
    if found or sent:
        log.info("watchlists: %s events, %s messages sent", found, sent)


@app.periodic(cron=EVERY_MINUTE)
@app.task(name="keep_plans", lock="keep_plans", queueing_lock="keep_plans")
def keep_plans(timestamp: int) -> None:
    """Make the growth plans that are missing or a week old, for hosts who have somebody to read them."""
    made = plan.keep_all(at=clock.now())
    if made:
        log.info("%s growth plans", made)


@app.periodic(cron="23 * * * *")
@app.task(name="retire_old", lock="retire_old", queueing_lock="retire_old")
def retire_old(timestamp: int) -> None:
    """Let go of what was kept long enough."""
    for what, count in retention.retire(at=clock.now()).items():
        if count:
            log.info("retired: %s %s", count, what)


@app.task(name="check_file", lock="check_file", retry=RetryStrategy(max_attempts=5, exponential_wait=3))
def check_file(batch: str) -> None:
    """Answer a part of a file of terms; whoever else sent one has a turn before the next part."""
    number = uuid.UUID(batch)
    try:
        left = files.work(number=number, at=clock.now(), seconds=CHECKING_SECONDS)
    except OperationalError:  # the database is away: later
        raise
    except Exception as why:
        log.exception("file %s could not be checked", batch)
        files.fail(number=number, why=type(why).__name__, at=clock.now())
        return
    if left:
        defer_with(check_file, batch=batch)


@app.periodic(cron="23 4 * * *")
@app.task(name="forget_files", queueing_lock="forget_files")
def forget_files(timestamp: int) -> None:
    """Delete files of terms that are a month old."""
    files.forget(at=clock.now())


@app.task(name="watch_touched", retry=RetryStrategy(max_attempts=8, exponential_wait=3))
def watch_touched(influencers: Sequence[int]) -> None:
    """Look for alerts on those whose evidence has just been taken up."""
    raised = alerts.watch_touched(influencers=influencers, at=clock.now())
    if raised:
        log.info("%s new alerts", raised)


@app.periodic(cron=EVERY_MINUTE)
@app.task(name="tidy_queue", queueing_lock="tidy_queue", pass_context=True)
async def tidy_queue(context: JobContext, timestamp: int) -> None:
    """Give the jobs of workers that died back to the queue; forget what failed long ago."""
    jobs = context.app.job_manager
    for job in await jobs.get_stalled_jobs(seconds_since_heartbeat=STALLED_AFTER):
        if job.queueing_lock:  # a tick: one that waits already, or the next, does the same, and there is room for one
            await jobs.finish_job(job, status=Status.FAILED, delete_job=True)
        else:
            await jobs.retry_job(job)
        log.warning("job %s of a worker that died is taken up again", job.call_string)
    await jobs.delete_old_jobs(nb_hours=KEEP_FAILED_HOURS, include_failed=True)
