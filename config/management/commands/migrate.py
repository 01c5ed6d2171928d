"""Migrations, and then what the application may do with the tables."""

from typing import Any

from django.core.management.commands import migrate
from django.db import connections

from config import roles


class Command(migrate.Command):
    """Django's own, followed by the grants of the application's role."""

    def handle(self, *args: Any, **options: Any) -> None:
        super().handle(*args, **options)
        if not (options["plan"] or options["check_unapplied"]):
            said = roles.grant(connections[options["database"]])
            if options["verbosity"] > 0:
                self.stdout.write(f"Roles: {said}.")
