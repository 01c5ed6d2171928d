"""The posts of Thai live sellers, on rows in their shape."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from feedback.models import Session
from tests.examples.ingesting import ingest

pytestmark = pytest.mark.django_db

HEADER = (
    "status_id,status_type,status_published,num_reactions,num_comments,num_shares,num_likes,num_loves,num_wows,"
    "num_hahas,num_sads,num_angrys,Column1,Column2,Column3,Column4\n"
)
ROWS = [
    "246_1,video,4/22/2018 6:00,529,512,262,432,92,3,1,1,0,,,,\n",
    "246_2,photo,4/21/2018 22:45,150,0,0,150,0,0,0,0,0,,,,\n",
    "246_3,video,6/10/18 03:43,376,10,0,370,6,0,0,0,0,,,,\n",
    "819_1,video,12/3/17 23:59,7,1,0,7,0,0,0,0,0,,,,\n",
    "819_1,video,12/3/17 23:59,7,1,0,7,0,0,0,0,0,,,,\n",
    "819_2,status,1/1/18 01:39,1,0,0,1,0,0,0,0,0,,,,\n",
    "819_3,video,22/4/2018 6:00,1,0,0,1,0,0,0,0,0,,,,\n",
    "no-page,video,4/22/2018 6:00,1,0,0,1,0,0,0,0,0,,,,\n",
]


@pytest.fixture
def live(tmp_path: Path) -> Path:
    path = tmp_path / "Live.csv"
    path.write_text("\ufeff" + HEADER + "".join(ROWS), encoding="utf-8")
    return path


def test_the_page_of_a_post_is_the_influencer(live: Path, tmp_path: Path) -> None:
    said = ingest("thai_live", "influencers", live, tmp_path / "rejects.csv")
    assert said.counts == {"loaded": 2, "duplicate": 5, "rejected": 1, "rows": 8}
    assert said.rejected == [(9, "influencer_id", "does not match the mapping's pattern")]


def test_a_video_is_a_session_and_every_row_is_accounted_for(live: Path, tmp_path: Path) -> None:
    ingest("thai_live", "influencers", live, tmp_path / "rejects.csv")
    said = ingest("thai_live", "sessions", live, tmp_path / "rejects.csv")
    assert said.counts == {"loaded": 3, "duplicate": 1, "skipped": 2, "rejected": 2, "rows": 8}
    assert [(line, column) for line, column, _ in said.rejected] == [(8, "started_at"), (9, "influencer_id")]
    assert '"22/4/2018 6:00"' in said.rejected[0][2]


def test_both_spellings_of_time_put_the_month_first_on_bangkoks_clock(live: Path, tmp_path: Path) -> None:
    ingest("thai_live", "influencers", live, tmp_path / "rejects.csv")
    ingest("thai_live", "sessions", live, tmp_path / "rejects.csv")
    assert dict(Session.objects.values_list("source_id", "started_at")) == {
        "246_1": datetime(2018, 4, 21, 23, 0, tzinfo=UTC),
        "246_3": datetime(2018, 6, 9, 20, 43, tzinfo=UTC),
        "819_1": datetime(2017, 12, 3, 16, 59, tzinfo=UTC),
    }


def test_what_the_source_does_not_say_stays_unknown(live: Path, tmp_path: Path) -> None:
    ingest("thai_live", "influencers", live, tmp_path / "rejects.csv")
    ingest("thai_live", "sessions", live, tmp_path / "rejects.csv")
    session = Session.objects.get(source_id="246_1")
    assert (session.likes, session.comments, session.orders) == (529, 512, 0)
    assert (session.viewers, session.commenters, session.gmv) == (None, None, None)
