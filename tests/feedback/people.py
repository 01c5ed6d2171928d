"""Hosts and platforms for tests of what people send."""

import time
from typing import Any

from feedback import receipts
from feedback.keys import create_receipt_key
from feedback.models import ReceiptKey
from influencers.models import Category, Influencer


def host(source_id: str = "h1", *, name: str = "周小满农家铺", slug: str | None = None) -> Influencer:
    category, _made = Category.objects.get_or_create(code="food")
    return Influencer.objects.create(
        source_id=source_id, name=name, slug=slug or f"host-{source_id.lower()}", category=category
    )


class Platform:
    """A platform that signs receipts."""

    def __init__(self, name: str = "Kuaishou", source: str = "") -> None:
        self.key: ReceiptKey
        self.key, self.secret = create_receipt_key(platform=name, source=source)

    def receipt(self, order: str = "A-1", influencer: str = "h1", **claims: Any) -> str:
        now = int(time.time())
        base = {"key": self.key.key_id, "order": order, "influencer": influencer, "issued": now, "expires": now + 3600}
        return receipts.sign({**base, **claims}, secret=self.secret)
