"""Giving accounts other pseudonyms, in evidence and in the log of trust at once: nobody's trust changes by a name."""

from __future__ import annotations

import io
import uuid
from collections.abc import Mapping
from datetime import datetime

import numpy as np
from django.db import connection, transaction
from django.db.models import F

from feedback import forgetting, pseudonyms
from ratings import ledger
from ratings.models import TrustClose
from ratings.scoring.trust_state import TrustState


@transaction.atomic
def next_key(*, at: datetime) -> int:
    """Nest the next key around every pseudonym; how many people there are."""
    names = pseudonyms.nested(at=at)
    rename(names)
    return len(names)


@transaction.atomic
def forget(*, reviewers: set[uuid.UUID]) -> int:
    """Take a reviewer's words, and make nobody of the name; how many reviews there were."""
    names, reviews = forgetting.forget_reviewers(reviewers=reviewers)
    rename(names)
    return reviews


@transaction.atomic
def rename(names: Mapping[str, str]) -> None:
    """Replace pseudonyms, as hex, by others, wherever they are kept."""
    ledger.one_close_at_a_time()
    pseudonyms.rename(names)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE ratings_reviewtrust t SET reviewer_id = n.new FROM unnest(%s::uuid[], %s::uuid[]) AS n(old, new) "
            "WHERE t.reviewer_id = n.old",
            [list(names), list(names.values())],
        )
    for close in TrustClose.objects.select_for_update().filter(state__isnull=False):
        TrustClose.objects.filter(pk=close.pk).update(
            state=renamed_state(bytes(close.state or b""), names), renamed=F("renamed") + 1
        )


def renamed_state(packed: bytes, names: Mapping[str, str]) -> bytes:
    """The state of a close under other names, in their order."""
    with np.load(io.BytesIO(packed), allow_pickle=False) as arrays:
        found = {name: arrays[name] for name in arrays.files}
    now = [names.get(name.decode(), name.decode()).encode() for name in found["reviewers"]]
    reviewers = np.array(now, dtype=np.bytes_) if now else found["reviewers"]
    order = np.argsort(reviewers, kind="stable")
    found["reviewers"] = reviewers[order]
    for name in TrustState.of_reviewers():
        found[name] = found[name][order]
    kept = io.BytesIO()
    np.savez_compressed(kept, **found)
    return kept.getvalue()
