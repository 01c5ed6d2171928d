"""The committed sample is what its script writes, and carries what makes such an export awkward."""

from __future__ import annotations

import importlib.util

import pytest

from tests.examples.places import EXAMPLES

FOLDER = EXAMPLES / "douyin_compass"


def test_the_sample_is_what_its_script_writes(monkeypatch: pytest.MonkeyPatch, tmp_path) -> None:
    spec = importlib.util.spec_from_file_location("make_sample", FOLDER / "make_sample.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "__file__", str(tmp_path / "make_sample.py"))
    module.main()
    assert (tmp_path / "live_sessions.csv").read_bytes() == (FOLDER / "live_sessions.csv").read_bytes()


@pytest.mark.parametrize("awkward", ["\ufeff直播间ID", "w~", "万,", ",-,", "--\n", "%,", "评论次数", "退款订单数"])
def test_the_sample_has_what_is_awkward(awkward: str) -> None:
    assert awkward in (FOLDER / "live_sessions.csv").read_text(encoding="utf-8")


def test_the_export_does_not_say_how_many_people_commented() -> None:
    assert "评论人数" not in (FOLDER / "live_sessions.csv").read_text(encoding="utf-8")
