#!/usr/bin/env python
"""Clearhost's command line."""

import contextlib
import os
import signal
import sys

import environ
from django.core.management import execute_from_command_line

from config.embedded_postgres import EmbeddedPostgresError, cluster
from config.state import PROJECT

WITHOUT_DATABASE = {
    *("check", "collectstatic", "compilemessages", "demo_world", "diffsettings", "evaluate", "findstatic", "help"),
    *("makemessages", "postgres", "prepare", "score_files", "spectacular", "version"),
}


AS_OWNER = {"migrate", "dbshell", "backup", "restore"}


def needs_database(arguments: list[str]) -> bool:
    """Say whether this command line asks for the database."""
    if not arguments or arguments[0].startswith("-") or {"-h", "--help"} & set(arguments):
        return False
    return arguments[0] not in WITHOUT_DATABASE


def main() -> None:
    """Run one command, with the embedded server up when it is needed and no other is named."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    environ.Env.read_env(PROJECT / ".env")
    command = " ".join(sys.argv[1:2])
    if command in AS_OWNER:
        os.environ["DATABASE_OWNER"] = "true"
        if application := os.environ.get("DATABASE_URL"):
            os.environ.setdefault("DATABASE_APPLICATION_ROLE", environ.Env.db_url_config(application)["USER"])
    if command == "score_files":
        # asked for once, as Arrow begins: what it lets go then goes back to the machine
        os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")
    # commands listen, copy and read with cursors for minutes: a pooler is for requests
    if other := os.environ.get("MIGRATE_DATABASE_URL" if command in AS_OWNER else "DIRECT_DATABASE_URL"):
        os.environ["DATABASE_URL"] = other
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with contextlib.ExitStack() as stack:
        if needs_database(sys.argv[1:]) and not os.environ.get("DATABASE_URL"):
            try:
                stack.enter_context(cluster().in_use())
            except EmbeddedPostgresError as problem:
                sys.exit(f"manage.py: {problem}")
        execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
