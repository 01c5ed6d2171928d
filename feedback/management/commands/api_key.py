"""`manage.py api_key`: keys for machines."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from feedback.keys import KeyRefusedError, create_api_key, revoke_api_key
from feedback.models import ApiKey, Scope


class Command(BaseCommand):
    """Make, list and take back keys."""

    help = "Keys for machines: `create NAME --scope ingest|check|read`, `list`, `revoke PREFIX`."

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        create = actions.add_parser("create", help="make a key; its secret is shown once")
        create.add_argument("name")
        create.add_argument("--scope", required=True, choices=Scope.values)
        create.add_argument("--source", default="", help="put NAME: before every id this key sends, as ingest --source")
        actions.add_parser("list", help="show every key, never its secret")
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

    def list(self, options: dict[str, Any]) -> None:
        for key in ApiKey.objects.order_by("created"):
            state = "revoked" if key.revoked else "expired" if key.has_expired else "valid"
            made = key.created.date().isoformat()
            self.stdout.write("\t".join((key.prefix, key.scope, state, made, key.source or "-", key.name)))

    def revoke(self, options: dict[str, Any]) -> None:
        key = revoke_api_key(prefix=options["prefix"])
        self.stdout.write(f"Key {key.prefix} ({key.name}) is revoked.")
