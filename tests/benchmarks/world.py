"""A rated and published world, made by the ordinary commands."""

from __future__ import annotations

import tempfile
from datetime import date
from pathlib import Path

from django.core.management import call_command

LAST = date(2026, 3, 1)


def published(influencers: int, *, days: int = 120, until: date = LAST) -> None:
    """Load a demo world of this many influencers, rate it as of `until` and publish."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        arguments = (f"--influencers={influencers}", "--seed=1", f"--days={days}", f"--until={until}")
        call_command("demo_world", str(folder), *arguments, verbosity=0)
        call_command("ingest", dir=folder, verbosity=0)
    call_command("rate", f"--as-of={until}", "--publish", verbosity=0)
