"""The worker: takes up new evidence within a second and closes every day."""

from __future__ import annotations

import signal
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone as clock

from ratings.jobs import work


class Command(BaseCommand):
    help = "Take up new evidence as it comes and close each day after it ends; runs until it is stopped."

    def handle(self, *args: Any, **options: Any) -> None:
        told: list[int] = []
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, lambda number, frame: told.append(number))
        self.stdout.write("The worker is up.")
        work(now=clock.now, stopped=lambda: bool(told))
