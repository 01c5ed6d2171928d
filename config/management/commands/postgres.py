"""The embedded server, by hand."""

import os
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from config.embedded_postgres import EmbeddedPostgresError, cluster


class Command(BaseCommand):
    """Start, stop, ask or open the embedded PostgreSQL."""

    help = "The embedded PostgreSQL server: start it to stay, stop it, ask for it, or open psql on it."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("verb", choices=["start", "stop", "status", "psql"])
        parser.add_argument("arguments", nargs="*", help="for psql, after --")

    def handle(self, *, verb: str, arguments: list[str], **options: Any) -> None:
        if os.environ.get("DATABASE_URL"):
            raise CommandError("DATABASE_URL is set: the embedded server is not in use")
        server = cluster()
        try:
            if verb == "start":
                server.start()
            elif verb == "stop":
                print("stopped" if server.stop() else "was not running")
                return
            elif verb == "psql":
                with server.in_use():
                    raise SystemExit(server.psql(*arguments))
        except EmbeddedPostgresError as problem:
            raise CommandError(str(problem)) from problem
        if not server.answers():
            raise SystemExit("not running")
        address = server.address()
        print(f"running on {address['HOST']}:{address['PORT']}, data in {server.data}")
