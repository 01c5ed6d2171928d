"""Olist's prepared files by the example's mappings, on files small enough to check by eye."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from feedback.models import Refund, Review, Session
from influencers.models import Influencer
from tests.examples.ingesting import Said, ingest
from tests.feedback.ingest.prepare.olist_files import published

pytestmark = pytest.mark.django_db

KINDS = ("influencers", "sessions", "reviews", "refunds")


@pytest.fixture
def out(tmp_path: Path) -> Path:
    with pytest.raises(CommandError):
        call_command("prepare", "olist", str(published(tmp_path / "in")), str(tmp_path / "out"))
    return tmp_path / "out"


def load(out: Path) -> dict[str, Said]:
    return {kind: ingest("olist", kind, out / f"{kind}.csv", out / "rejects.csv") for kind in KINDS}


def test_all_is_loaded_once_and_again_is_all_duplicates(out: Path) -> None:
    assert {kind: said.counts for kind, said in load(out).items()} == {
        "influencers": {"loaded": 3, "rows": 3},
        "sessions": {"loaded": 3, "rows": 3},
        "reviews": {"loaded": 4, "rows": 4},
        "refunds": {"loaded": 1, "rows": 1},
    }
    assert {kind: said.counts for kind, said in load(out).items()} == {
        "influencers": {"duplicate": 3, "rows": 3},
        "sessions": {"duplicate": 3, "rows": 3},
        "reviews": {"duplicate": 4, "rows": 4},
        "refunds": {"duplicate": 1, "rows": 1},
    }


def test_one_mark_stands_for_all_three_and_the_order_makes_it_verified(out: Path) -> None:
    load(out)
    review = Review.objects.get(source_id="r1-s2")
    assert (review.professionalism, review.service, review.as_described) == (4, 4, 4)
    assert review.verified
    assert (review.order_id, review.session_id) == ("o1-s2", "s2-2017-10-14")
    assert review.text == 'Chegou, mas "atrasado"'
    assert review.created_at == datetime(2017, 10, 25, 2, tzinfo=UTC)  # summer time, two hours behind


def test_the_day_before_the_clocks_go_forward_keeps_its_offset(out: Path) -> None:
    load(out)
    session = Session.objects.get(source_id="s2-2017-10-14")
    assert session.started_at == datetime(2017, 10, 15, 2, 50, tzinfo=UTC)  # 23:50, three hours behind
    assert (session.orders, session.gmv, session.currency) == (1, 99.0, "BRL")


def test_an_order_that_never_came_is_the_merchants_fault(out: Path) -> None:
    load(out)
    refund = Refund.objects.get()
    assert (refund.source_id, refund.reason, refund.fault, refund.stage) == ("o3-s2", "not_delivered", "merchant", None)
    assert refund.created_at == datetime(2018, 3, 2, 13, tzinfo=UTC)


def test_a_seller_is_named_by_what_the_source_says_of_it(out: Path) -> None:
    load(out)
    assert Influencer.objects.get(source_id="s1").name == "Seller s1 (mogi guacu, SP)"
