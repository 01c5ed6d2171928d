"""A piece of a Chinese name, the beginning of a Latin word, a handle; and nothing that breaks it."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from feedback import intake
from feedback.kinds import KINDS
from influencers.models import Influencer
from influencers.search import refresh, search
from tests.feedback.factories import row
from tests.feedback.loading import load_rows

pytestmark = pytest.mark.django_db

HOSTS = {
    "1": ("林小雨手作", "rain_lin"),
    "2": ("小雨天", "xiaoyu.tian"),
    "3": ("Rainbow 彩虹", "rb2024"),
    "4": ("José García", "jose_g"),
    "5": ("雨", "solo"),
    "6": ("ＷＩＤＥ Name", "o'brien"),
}


@pytest.fixture(autouse=True)
def hosts(tmp_path: Path) -> None:
    people = [row("influencers", influencer_id=i, name=name) for i, (name, _) in HOSTS.items()]
    load_rows(tmp_path, "influencers", *people)
    accounts = [row("accounts", account_id=f"a{i}", influencer_id=i, handle=handle) for i, (_, handle) in HOSTS.items()]
    load_rows(tmp_path, "accounts", *accounts)


@pytest.mark.parametrize(
    ("q", "found"),
    [
        ("小雨", ["2", "1"]),  # begins so, then by name
        ("林小雨手作", ["1"]),
        ("雨", ["5", "2", "1"]),
        ("雨小", []),
        ("rain", ["3", "1"]),
        ("RAIN", ["3", "1"]),
        ("lin", ["1"]),
        ("rain_lin", ["1"]),
        ("@rain_lin", ["1"]),
        ("xiaoyu.tian", ["2"]),
        ("彩虹 rain", ["3"]),
        ("jose", ["4"]),
        ("garcia jose", ["4"]),
        ("wide", ["6"]),
        ("o'brien", ["6"]),
        ("", []),
        ("   ", []),
        ("!!!", []),
        ("nobody", []),
    ],
)
def test_finds(q: str, found: list[str]) -> None:
    assert [i.source_id for i in search(q)] == found


@given(q=st.text(max_size=300))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200, deadline=None)
def test_any_text_is_safe(q: str) -> None:
    list(search(q)[:10])


@pytest.mark.parametrize(
    "q", ["a" * 10_000, "'; DROP TABLE x; --", "a & | ! <-> b:*", "\\", "\x00", "a\x00b", "%_", "''':*"]
)
def test_hostile_text_is_safe(q: str) -> None:
    list(search(q)[:10])
    assert Influencer.objects.count() == len(HOSTS)


def test_a_new_name_replaces_the_old_one(tmp_path: Path) -> None:
    renamed = row("influencers", influencer_id="5", name="老韩茶器", updated_at="2025-04-01T00:00:00Z")
    load_rows(tmp_path, "influencers", renamed)
    assert [i.source_id for i in search("茶器")] == ["5"]
    assert "5" not in [i.source_id for i in search("雨")]


def test_a_handle_moves_with_its_account(tmp_path: Path) -> None:
    moved = row("accounts", account_id="a1", influencer_id="5", handle="rain_lin", updated_at="2025-04-01T00:00:00Z")
    load_rows(tmp_path, "accounts", moved)
    assert [i.source_id for i in search("rain_lin")] == ["5"]


def test_who_was_voided_is_not_found() -> None:
    at = Influencer.objects.values_list("loaded_at", flat=True)[0]
    intake.void(kind=KINDS["influencers"], ids=["1"], reason="a test row", at=at)
    assert [i.source_id for i in search("小雨")] == ["2"]


def test_a_slug_is_found_once_it_is_there() -> None:
    host = Influencer.objects.get(source_id="3")
    Influencer.objects.filter(pk=host.pk).update(slug="caihong-3")
    refresh(influencers=[host.pk])
    assert [i.source_id for i in search("caihong")] == ["3"]
