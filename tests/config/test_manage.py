"""The embedded server is started for the commands that need it, and only for them."""

import pytest

from manage import needs_database


@pytest.mark.parametrize("command", ["migrate", "ingest", "rate", "verify", "runserver", "shell", "makemigrations"])
def test_needed(command: str) -> None:
    assert needs_database([command, "--verbosity=0"])


@pytest.mark.parametrize(
    "line", ["", "help", "--version", "postgres status", "score_files DIR", "demo_world DIR", "rate --help", "check"]
)
def test_not_needed(line: str) -> None:
    assert not needs_database(line.split())
