"""`manage.py api_key`: keys for machines."""

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone as clock

from feedback.keys import KeyRefusedError, create_api_key, revoke_api_key, rotate_api_key
from feedback.models import ApiKey, Scope


class Command(BaseCommand):
    """Make, list and take back keys."""

    help = "Keys for machines: `create NAME --scope ingest|check|read`, `list`, `rotate PREFIX`, `revoke PREFIX`."

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        create = actions.add_parser("create", help="make a key; its secret is shown once")
        create.add_argument("name")
        create.add_argument("--scope", required=True, choices=Scope.values)
        create.add_argument("--source", default="", help="put NAME: before every id this key sends, as ingest --source")
        actions.add_parser("list", help="show every key, never its secret")
        rotate = actions.add_parser("rotate", help="make another key in the place of one; its secret is shown once")
        rotate.add_argument("prefix")
        rotate.add_argument(
            "--grace", type=int, default=24, metavar="HOURS", help="the old one serves on (default: 24)"
        )
        revoke = actions.add_parser("revoke", help="take a key back for good")
        revoke.add_argument("prefix")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            getattr(self, options["action"])(options)
        except KeyRefusedError as error:
            raise CommandError(str(error)) from None

    def create(self, options: dict[str, Any]) -> None:
        key, secret = create_api_key(name=options["name"], scope=options["scope"], source=options["source"])
        self.stderr.write(f"Key {key.prefix} for {key.name}, scope {key.scope}. Shown once, keep it:")
        self.stdout.write(secret)

    def rotate(self, options: dict[str, Any]) -> None:
        grace = timedelta(hours=max(0, options["grace"]))
        key, secret = rotate_api_key(prefix=options["prefix"], at=clock.now(), grace=grace)
        self.stderr.write(f"Key {key.prefix} for {key.name}; {options['prefix']} serves for {grace} more. Keep it:")
        self.stdout.write(secret)

    def list(self, options: dict[str, Any]) -> None:
        for key in ApiKey.objects.order_by("created"):
            state = "revoked" if key.revoked else "expired" if key.has_expired else "valid"
            made = key.created.date().isoformat()
            self.stdout.write("\t".join((key.prefix, key.scope, state, made, key.source or "-", key.name)))

    def revoke(self, options: dict[str, Any]) -> None:
        key = revoke_api_key(prefix=options["prefix"])
        self.stdout.write(f"Key {key.prefix} ({key.name}) is revoked.")
