"""Play the dated calls of the demo's stories that are due."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone as clock

from ratings.worlds.playing import calls_of, play


class Command(BaseCommand):
    help = "Call the verbs of story.jsonl whose time has come, each at its own time and at most once."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="story.jsonl of demo_world --stories")

    def handle(self, *args: Any, **options: Any) -> None:
        for call in play(calls=calls_of(options["file"]), now=clock.now()):
            self.stdout.write(f"{call['at'][:10]} {call['influencer_id']} {call['verb']}")
