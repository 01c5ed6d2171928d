"""The worker: takes up new evidence within a second, and does by the clock what is due."""

from __future__ import annotations

import signal
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone as clock

from ratings import loaded
from ratings.jobs.live_loop import work
from ratings.jobs.queue import Queue


class Command(BaseCommand):
    help = (
        "Take up new evidence as it comes, close each day after it ends, keep clocks, send e-mails; "
        "runs until it is stopped. May run more than once: nothing is done twice."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        told: list[int] = []
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, lambda number, frame: told.append(number))
        self.stdout.write("The worker is up.")
        with Queue():
            loaded.settle()
            work(now=clock.now, stopped=lambda: bool(told))
