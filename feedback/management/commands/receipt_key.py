"""`manage.py receipt_key`: keys that platforms sign order receipts with."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from feedback.keys import KeyRefusedError, create_receipt_key, receipt_key, revoke_receipt_key
from feedback.models import ReceiptKey


class Command(BaseCommand):
    """Make, list and take back signing keys."""

    help = "Keys for order receipts (docs/receipts.md): `create PLATFORM`, `list`, `revoke KEY_ID`."

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        create = actions.add_parser("create", help="make a key; its secret is shown once")
        create.add_argument("platform")
        create.add_argument(
            "--source", default="", help="put NAME: before every id in its receipts, as ingest --source"
        )
        actions.add_parser("list", help="show every key, never its secret")
        revoke = actions.add_parser("revoke", help="take a key back: what it signed stops counting")
        revoke.add_argument("key_id")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            getattr(self, options["action"])(options)
        except KeyRefusedError as error:
            raise CommandError(str(error)) from None

    def create(self, options: dict[str, Any]) -> None:
        key, secret = create_receipt_key(platform=options["platform"], source=options["source"])
        self.stderr.write(f"Receipt key for {key.platform}: key id, then secret. Shown once, keep them:")
        self.stdout.write(key.key_id)
        self.stdout.write(secret)

    def list(self, options: dict[str, Any]) -> None:
        for row in ReceiptKey.objects.order_by("id"):
            lost = "lost: SECRET_KEY has changed" if receipt_key(row.key_id) is None else "valid"
            state = f"revoked {row.revoked_at.date()}" if row.revoked_at else lost
            self.stdout.write("\t".join((row.key_id, state, row.source or "-", row.platform)))

    def revoke(self, options: dict[str, Any]) -> None:
        key = revoke_receipt_key(key_id=options["key_id"], at=timezone.now())
        self.stdout.write(f"Receipt key {key.key_id} ({key.platform}) is revoked.")
