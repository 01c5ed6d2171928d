"""What the check says of the demo's stories, from their evidence through the ordinary chain."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest
from django.core.management import call_command
from django.utils import timezone

from config.demo import TERMS_OF_7
from influencers.models import Influencer
from ratings.checks import verbs
from ratings.checks.audit import OrderRow, audit
from ratings.checks.lag import usual
from ratings.checks.parsing import terms_of
from ratings.worlds.canonical import write_canonical
from ratings.worlds.demo import demo_tables
from ratings.worlds.stories import tell

UNTIL = date(2026, 11, 22)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    room = tmp_path_factory.mktemp("stories")
    rows, _calls = tell(UNTIL)
    write_canonical(demo_tables(n=40, seed=1, until=UNTIL, stories=rows)[0], room)
    return room


@pytest.fixture
def stories(db: None, folder: Path) -> dict[int, Influencer]:
    call_command("ingest", dir=folder)
    call_command("rate", publish=True, as_of=UNTIL)
    return {int(one.source_id[-2:]): one for one in Influencer.objects.filter(source_id__startswith="story-")}


def asked(host: Influencer, **terms: Any) -> dict[str, Any]:
    request = {"influencer": host.source_id, "category": host.category.code, **terms}
    (answer,) = verbs.answer([verbs.ask(request)], at=timezone.now(), as_of=UNTIL, peers=False)
    return answer


def test_the_stories(stories: dict[int, Influencer]) -> None:
    seven = dict(parse_qsl(TERMS_OF_7))
    for clawback in ("none", "pro_rata"):
        found = asked(stories[7], **{**seven, "guarantee_clawback": clawback})
        assert found["verdict"] == "avoid", clawback
        assert [row["check"] for row in found["reasons"]][:2] == ["earning", "promise"]
    safe = asked(stories[7], **{**seven, "guarantee_clawback": "full"})
    assert safe["verdict"] == "negotiate", "with all of the fee clawed back, not this"
    famous = asked(stories[1], placement_fee=200_000, commission_rate=0.2, unit_price=100, unit_cost=40)
    assert (famous["verdict"], famous["reasons"][0]["check"]) == ("avoid", "audience")
    womenswear = asked(stories[6], placement_fee=300, commission_rate=0.1, unit_price=300, unit_cost=60)
    assert womenswear["return_share"] > 0.6
    assert womenswear["verdict"] == "go"
    newcomer = asked(stories[5], placement_fee=200_000, commission_rate=0.2, unit_price=100, unit_cost=40)
    assert newcomer["verdict"] == "not_enough_evidence"


def test_what_may_be_claimed_back_of_story_7() -> None:
    """Its last brushed show: 720 paid, 480 sent back for no reason and 9 for quality; 231 kept of the 714 promised."""
    terms = terms_of({"influencer": "x", "category": "electronics", **dict(parse_qsl(TERMS_OF_7))})
    assert (terms.placement_fee, terms.guarantee and terms.guarantee.amount) == (60_000, 300_000)
    rows = [OrderRow(420.0, cancelled=False, shipped=True, returned=k < 489, settled=k >= 489) for k in range(720)]
    found = audit(rows, terms=terms, expected_cancelled=0.1, expected_returned=0.2, curve=usual(), days=30)
    assert found["verdict"] == "brushed"
    assert found["totals"]["kept"] == 231 * 420
    assert found["claim"]["clawback"] == pytest.approx(60_000 * (1 - 97_020 / 300_000))
