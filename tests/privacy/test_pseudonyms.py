"""Another key for pseudonyms: nobody is recognised by the old one, everybody by both, and no rating moves."""

from __future__ import annotations

import hashlib
import hmac
import io
import uuid
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import transaction
from pytest_django import Settings

from feedback import pseudonyms
from feedback.models import PseudonymKey, Review, Revision
from feedback.pseudonyms import KeysDiffer, hashing
from influencers.models import Influencer
from ratings import ledger, renaming
from ratings.close import close
from ratings.models import ReviewTrust, Run, Scorecard
from tests.accounts.people import AT, LAST
from tests.me.evidence import review

pytestmark = pytest.mark.django_db


def by_hand(original: str, *keys: str) -> uuid.UUID:
    """BLAKE2b keyed by the hash of each key, one around the other."""
    found = original
    for key in keys:
        found = hashlib.blake2b(found.encode(), key=hashlib.blake2b(key.encode()).digest(), digest_size=16).hexdigest()
    return uuid.UUID(found)


def test_keys_nest() -> None:
    assert uuid.UUID(hashing(["first"])("li")) == by_hand("li", "first")
    assert uuid.UUID(hashing(["first", "second", "third"])("li")) == by_hand("li", "first", "second", "third")


def test_the_next_key_goes_around_everything_and_new_rows_meet_the_same_person(closed: Run, settings: Settings) -> None:
    settings.REVIEWER_KEYS = keys = list(settings.REVIEWER_KEYS)[:1]
    (host, *_others) = Influencer.objects.order_by("pk")
    review(host, "before", reviewer_id="li")
    review(host, "before", reviewer_id="li", updated_at=AT, professionalism=5)
    assert Revision.objects.get(source_id="before").row["reviewer_id"] == str(by_hand("li", keys[0]))
    people = Review.objects.values("reviewer_id").distinct().count()
    judged = set(ReviewTrust.objects.values_list("reviewer_id", flat=True))
    assert ledger.replayed() > 100

    with pytest.raises(KeysDiffer):
        renaming.next_key(at=AT)
    settings.REVIEWER_KEYS = both = [keys[0], "the next key"]
    review(host, "between", reviewer_id="li")
    assert Review.objects.get(source_id="between").reviewer_id == by_hand("li", keys[0]), "not in use yet"
    out = io.StringIO()
    call_command("rotate_reviewer_key", stdout=out)
    assert "under 2 keys" in out.getvalue()

    assert Review.objects.get(source_id="before").reviewer_id == by_hand("li", *both)
    assert Revision.objects.get(source_id="before").row["reviewer_id"] == str(by_hand("li", *both))
    assert Review.objects.values("reviewer_id").distinct().count() == people
    now = set(ReviewTrust.objects.values_list("reviewer_id", flat=True))
    assert len(now) == len(judged)
    assert not now & judged
    review(host, "after", reviewer_id="li")
    assert Review.objects.get(source_id="after").reviewer_id == by_hand("li", *both)
    assert ledger.replayed() > 100, "the log of trust and its state still agree, to the last digit"


def cards_of(run: Run | None) -> dict[int, tuple[object, ...]]:
    columns = ("score", "low", "high", "grade", "rank", "service_attitude", "authenticity")
    return {card.pop("influencer_id"): tuple(card.values())
            for card in Scorecard.objects.filter(run=run).values("influencer_id", *columns)}  # fmt: skip


def test_no_rating_moves_by_a_name(closed: Run, settings: Settings) -> None:
    settings.REVIEWER_KEYS = [*list(settings.REVIEWER_KEYS)[:1], "the next key"]

    def next_day() -> dict[int, tuple[object, ...]]:
        for number, host in enumerate(Influencer.objects.order_by("pk")[:6]):
            review(host, f"new {number}", reviewer_id="li", at=AT + timedelta(hours=2))
        return cards_of(close(day=LAST + timedelta(days=1), at=AT + timedelta(days=1)))

    before = transaction.savepoint()
    as_it_was = next_day()
    transaction.savepoint_rollback(before)
    with ledger.forgotten():
        renaming.next_key(at=AT)
        assert next_day() == as_it_was
    assert len(as_it_was) == 12


def test_a_process_that_does_not_know_the_keys_writes_nothing(settings: Settings) -> None:
    PseudonymKey.objects.all().delete()
    settings.REVIEWER_KEYS = ["first", "second"]
    assert pseudonyms.pseudonym("li") == by_hand("li", "first").hex
    renaming.next_key(at=AT)
    assert pseudonyms.pseudonym("li") == by_hand("li", "first", "second").hex
    for others in (["first"], ["second"], ["second", "first"], ["first", "other"]):
        settings.REVIEWER_KEYS = others
        with pytest.raises(KeysDiffer):
            pseudonyms.pseudonym("li")
    assert not PseudonymKey.objects.filter(fingerprint__in=["first", "second"]).exists()


def test_the_key_is_a_key(settings: Settings) -> None:
    """Who knows ids, but not the key, finds nobody: the plain hashes of an id are not what is stored."""
    PseudonymKey.objects.all().delete()
    settings.REVIEWER_KEYS = ["first"]
    stored = pseudonyms.pseudonym("13800138000")
    plain = [hashlib.new(name, b"13800138000").hexdigest() for name in ("md5", "sha1", "sha256", "blake2b")]
    plain += [hmac.new(b"", b"13800138000", "sha256").hexdigest()]
    assert not any(found.startswith(stored) for found in plain)
