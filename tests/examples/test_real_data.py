"""The examples on the real data; collected only where it is at hand."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from collections import Counter
from contextlib import nullcontext
from datetime import date
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from feedback.models import Session
from influencers.models import Influencer
from ratings import runs
from tests.examples.ingesting import Said, ingest
from tests.examples.places import EXAMPLES, real_data

DATA = real_data() or Path()
KINDS = ("influencers", "sessions", "reviews", "refunds")
AS_OF = date(2018, 9, 1)


@pytest.fixture(scope="module")
def olist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("olist")
    with pytest.raises(CommandError, match="46 rows were refused"):
        call_command("prepare", "olist", str(DATA / "olist"), str(out), stdout=StringIO())
    return out


def score_files(folder: Path, out: Path, as_of: date, *, code: int = 0, mappings: Path | None = None) -> dict[str, Any]:
    ends = pytest.raises(SystemExit, match=str(code)) if code else nullcontext()
    with ends:
        call_command(
            "score_files",
            str(folder),
            as_of=as_of,
            out=out,
            mappings=mappings,
            stdout=StringIO(),
            stderr=StringIO(),
        )
    return json.loads(out.read_text(encoding="utf-8"))  # type: ignore[no-any-return]


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_what_has_no_item_is_refused_by_name(olist: Path) -> None:
    refused = rows(olist / "refused.csv")
    assert Counter((row["file"], row["reason"]) for row in refused) == {
        ("orders", "no item hangs on the order, so no seller"): 23,
        ("reviews", "no item hangs on its order, so no seller"): 23,
    }
    assert all(len(row["id"]) == 32 for row in refused)
    assert {row["order_id"] for row in refused if row["file"] == "reviews"} == {
        row["id"] for row in refused if row["file"] == "orders"
    }


def test_every_review_reaches_every_seller_of_its_order(olist: Path) -> None:
    reviews = rows(olist / "reviews.csv")
    assert len(reviews) == 4015
    assert len({row["review_id"] for row in reviews}) == 3963
    assert len(rows(olist / "influencers.csv")) == 1125
    assert len(rows(olist / "refunds.csv")) == 17
    sold = sum(int(row["orders"]) for row in rows(olist / "sessions.csv"))
    assert (len(rows(olist / "sessions.csv")), sold) == (3948, 4028)


@pytest.mark.django_db
def test_olist_is_loaded_once_and_rates_from_the_database_as_from_its_files(olist: Path, tmp_path: Path) -> None:
    def load() -> dict[str, Said]:
        return {kind: ingest("olist", kind, olist / f"{kind}.csv", tmp_path / "rejects.csv") for kind in KINDS}

    size = {"influencers": 1125, "sessions": 3948, "reviews": 4015, "refunds": 17}
    assert {kind: said.counts for kind, said in load().items()} == {
        kind: {"loaded": count, "rows": count} for kind, count in size.items()
    }
    assert {kind: said.counts for kind, said in load().items()} == {
        kind: {"duplicate": count, "rows": count} for kind, count in size.items()
    }
    document = score_files(olist, tmp_path / "scores.json", AS_OF)
    run = runs.rate(as_of=AS_OF, at=timezone.now())
    assert run.digest == document["digest"]
    assert run.influencers == len(document["influencers"]) == 1125
    assert len(document["sessions"]) == 3948
    assert 0 < run.rated < 1125


def test_the_past_of_olists_sellers_says_more_than_their_plain_mean(olist: Path, tmp_path: Path) -> None:
    scores = tmp_path / "first_half.json"
    score_files(olist, scores, date(2017, 9, 22))
    told = subprocess.run(
        [sys.executable, str(EXAMPLES / "olist" / "backtest.py"), str(olist), str(scores)],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    errors = {
        name: float(line.split("RMSE")[1].split()[0])
        for line in told.splitlines()[1:5]
        for name in ("score", "plain mean", "constant")
        if line.strip().startswith(name)
    }
    assert "1023 reviews of 382 sellers before, 2992 after" in told
    assert "sellers with 3 or more later reviews: 297" in told
    assert errors["score"] < errors["plain mean"]


@pytest.mark.django_db
def test_every_complaint_is_accounted_for(tmp_path: Path) -> None:
    path, rejects = DATA / "cfpb" / "consumer_complaints.csv.gz", tmp_path / "rejects.csv"
    assert ingest("cfpb", "influencers", path, rejects).counts == {"loaded": 491, "duplicate": 2695, "rows": 3186}
    said = ingest("cfpb", "complaints", path, rejects)
    assert said.counts == {"loaded": 3169, "duplicate": 11, "rejected": 6, "rows": 3186}
    assert said.rejected == [(line, "received_at", "lies before created_at") for line in (126, 215, 225, 277, 278, 322)]
    assert ingest("cfpb", "complaints", path, rejects).counts == {"duplicate": 3180, "rejected": 6, "rows": 3186}
    run = runs.rate(as_of=date(2017, 3, 1), at=timezone.now())
    assert (run.influencers, run.rated) == (491, 0)
    document = score_files(
        DATA / "cfpb", tmp_path / "scores.json", date(2017, 3, 1), code=1, mappings=EXAMPLES / "cfpb"
    )
    assert run.digest == document["digest"]


@pytest.mark.django_db
def test_every_post_is_accounted_for(tmp_path: Path) -> None:
    path, rejects = DATA / "thai_live" / "Live.csv.gz", tmp_path / "rejects.csv"
    assert ingest("thai_live", "influencers", path, rejects).counts == {"loaded": 9, "duplicate": 7041, "rows": 7050}
    said = ingest("thai_live", "sessions", path, rejects)
    assert said.counts == {"loaded": 2333, "duplicate": 1, "skipped": 4716, "rows": 7050}
    assert ingest("thai_live", "sessions", path, rejects).counts == {"duplicate": 2334, "skipped": 4716, "rows": 7050}
    # a spreadsheet's two spellings read the same way: nothing after the day the data was collected
    assert Session.objects.latest("started_at").started_at.date() == date(2018, 6, 12)
    run = runs.rate(as_of=date(2018, 7, 1), at=timezone.now())
    assert (run.influencers, run.rated) == (9, 0)
    assert Influencer.objects.count() == 9
    document = score_files(
        DATA / "thai_live", tmp_path / "scores.json", date(2018, 7, 1), mappings=EXAMPLES / "thai_live"
    )
    assert run.digest == document["digest"]
