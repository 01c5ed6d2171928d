"""The live-session export scores as the same world does whose refunds are rows and whose numbers are plain."""

from __future__ import annotations

import csv
from datetime import date, datetime
from pathlib import Path
from typing import Any

from feedback import evidence
from ratings.rating import rate_evidence
from tests.examples.places import EXAMPLES

FOLDER = EXAMPLES / "douyin_compass"
AS_OF = date(2025, 11, 1)
CATEGORY = {"家居": "home", "女装": "womenswear", "食品": "food", "美妆": "beauty", "珠宝": "jewellery"}

Row = dict[str, Any]


def plain(shown: str) -> int | None:
    """What a person reads: 3.2万 is 32,000, a dash is nothing."""
    if shown in ("-", "--"):
        return None
    if shown[-1] in "w万":
        return round(float(shown[:-1]) * 10_000)
    return int(shown)


def moment(shown: str) -> str:
    return datetime.strptime(shown, "%Y/%m/%d %H:%M").strftime("%Y-%m-%dT%H:%M:00+08:00")  # noqa: DTZ007


def write(folder: Path, kind: str, rows: list[Row]) -> None:
    with (folder / f"{kind}.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)


def as_rows(folder: Path, *, totals: bool) -> Path:
    """The export's world as canonical files, every refunded order a row; with its totals beside them or without."""
    hosts: dict[str, Row] = {}
    sessions: list[Row] = []
    refunds: list[Row] = []
    with (FOLDER / "live_sessions.csv").open(encoding="utf-8-sig", newline="") as file:
        for show in csv.DictReader(file):
            host, session, start = show["达人ID"], show["直播间ID"], moment(show["直播开始时间"])
            hosts[host] = {"influencer_id": host, "name": show["达人昵称"], "category": CATEGORY[show["主营类目"]]}
            sessions.append(
                {
                    "session_id": session,
                    "influencer_id": host,
                    "started_at": start,
                    "ended_at": moment(show["直播结束时间"]),
                    "orders": int(show["成交订单数"]),
                    "viewers": plain(show["累计观看人数"]),
                    "views": plain(show["累计观看次数"]),
                    "avg_online": plain(show["平均在线人数"]),
                    "avg_watch_seconds": int(show["人均观看时长(秒)"]),
                    "comments": plain(show["评论次数"]),
                    "refund_orders": int(show["退款订单数"]) if totals else None,
                }
            )
            refunds += [
                {
                    "refund_id": f"{session}/{number}",
                    "influencer_id": host,
                    "created_at": start,
                    "reason": "other",
                    "session_id": session,
                    "fault": "unknown",
                }
                for number in range(int(show["退款订单数"]))
            ]
    folder.mkdir()
    write(folder, "influencers", list(hosts.values()))
    write(folder, "sessions", sessions)
    write(folder, "refunds", refunds)
    return folder


def rated(folder: Path, room: Path) -> tuple[dict[str, Row], list[Row]]:
    clean = evidence.from_files(folder, until=AS_OF, into=room, rejects=None)
    assert clean.rejected == 0
    document = rate_evidence(room, as_of=AS_OF).document()
    cards = {
        entry["influencer_id"]: {key: entry[key] for key in ("overall", "dimensions", "peer_group", "status")}
        for entry in document["influencers"]
    }
    return cards, document["sessions"]


def test_totals_score_as_the_rows_they_add_up(tmp_path: Path) -> None:
    cards, sessions = rated(FOLDER, tmp_path / "export")
    assert len(cards) == 10
    assert len(sessions) == 120
    # 44% refunded against 3%: the figures arrive, though nobody knows whose fault it was
    assert cards["69006"]["dimensions"]["after_sales"]["score"] < cards["69003"]["dimensions"]["after_sales"]["score"]
    assert rated(as_rows(tmp_path / "rows", totals=False), tmp_path / "clean") == (cards, sessions)


def test_totals_and_rows_of_the_same_refunds_count_once(tmp_path: Path) -> None:
    both = rated(as_rows(tmp_path / "both", totals=True), tmp_path / "clean")
    assert both == rated(FOLDER, tmp_path / "export")
