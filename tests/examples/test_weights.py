"""The example weight does what its page says: quality counts, sales count by their root, nobody is starved."""

from __future__ import annotations

import importlib.util
import json
from datetime import date
from pathlib import Path
from types import ModuleType

import pytest

from tests.examples.places import EXAMPLES

HEAD = "session_id,influencer_id,started_at,orders,gmv\n"


@pytest.fixture(scope="module")
def weights() -> ModuleType:
    spec = importlib.util.spec_from_file_location("weights", EXAMPLES / "weights" / "weights.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_ten_points_or_four_times_the_sales_double_what_is_given_by_weight(weights: ModuleType) -> None:
    # weights 1 : 2 : 2 of the 80%, and a third of the 20% each
    share = weights.shares(
        {"plain": 70.0, "better": 80.0, "bigger": 70.0}, {"plain": 9.0, "better": 9.0, "bigger": 36.0}
    )
    assert share == pytest.approx({"plain": 0.16 + 0.2 / 3, "better": 0.32 + 0.2 / 3, "bigger": 0.32 + 0.2 / 3})


def test_nobody_gets_less_than_a_fifth_of_an_equal_share(weights: ModuleType) -> None:
    scores = {"giant": 95.0, **{f"h{number}": 5.0 for number in range(9)}}
    share = weights.shares(scores, {who: 1e9 if who == "giant" else 1.0 for who in scores})
    assert sum(share.values()) == pytest.approx(1)
    assert min(share.values()) == pytest.approx(0.02, rel=1e-3)


def test_sales_are_of_the_last_days_and_by_the_real_share_of_a_show(weights: ModuleType, tmp_path: Path) -> None:
    file = tmp_path / "sessions.csv"
    file.write_text(
        HEAD
        + "s1,a,2025-12-20T20:00:00+08:00,10,500\n"  # 50 an order
        + "s2,a,2025-11-20T20:00:00+08:00,10,500\n"  # too long ago
        + "s3,b,2025-12-20T20:00:00Z,10,500\n"  # half of its viewers were bought
        + "s4,c,2025-12-20T20:00:00+08:00,4,\n"  # no amount: four orders at 50
        + "s5,d,2026-01-01T20:00:00+08:00,10,500\n",  # after the day
        encoding="utf-8",
    )
    sold = weights.sales(weights.read(file), {"s3": 0.5}, date(2026, 1, 1))
    assert {who: sold[who] for who in "abcde"} == {"a": 500.0, "b": 250.0, "c": 200.0, "d": 50.0, "e": 50.0}


def test_the_command_of_its_page_prints_the_table(
    weights: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    hosts = [("a", 90.0, "small"), ("b", 80.0, "tiny"), ("c", 70.0, "tiny"), ("d", 60.0, "newcomers")]
    document = {
        "as_of": "2026-01-01",
        "influencers": [
            {"influencer_id": who, "overall": {"score": score, "league": league}} for who, score, league in hosts
        ],
        "sessions": [{"session_id": "s1", "influencer_id": "a", "flagged": True, "real_share": 1.0}],
    }
    (tmp_path / "scores.json").write_text(json.dumps(document), encoding="utf-8")
    (tmp_path / "sessions.csv").write_text(HEAD + "s1,a,2025-12-20T20:00:00+08:00,97,97\n", encoding="utf-8")
    weights.main(tmp_path / "scores.json", tmp_path / "sessions.csv")
    lines = capsys.readouterr().out.splitlines()
    assert "| league: small | 1 | 97.0% |" in "\n".join(lines)  # 97 of 97 + 1 + 1 + 1
    assert "| league: tiny | 2 | 2.0% |" in "\n".join(lines)
    assert "| hosts with an inflated show | 1 | 97.0% |" in "\n".join(lines)
    assert "| *mean score that a viewer meets* | 4 | 89.4 |" in "\n".join(lines)  # (97 × 90 + 80 + 70 + 60) / 100
