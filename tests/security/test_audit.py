"""The audit fails for a known hole, and for nothing else."""

import subprocess

import pytest

from tests import audit


def test_a_known_hole_fails(capsys: pytest.CaptureFixture[str]) -> None:
    hole = {"id": "X-1", "fix_versions": ["2.0"]}
    packages = [{"name": "good", "version": "1.0", "vulns": []}, {"name": "bad", "version": "1.0", "vulns": [hole]}]
    assert audit.report({"dependencies": packages}) == 1
    assert "bad 1.0: X-1" in capsys.readouterr().out
    assert audit.report({"dependencies": packages[:1]}) == 0
    assert "1 packages, no known hole" in capsys.readouterr().out


@pytest.mark.parametrize("answer", ["", "no network", None])
def test_away_from_a_network_it_says_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], answer: str | None
) -> None:
    def run(command: list[str], **given: object) -> subprocess.CompletedProcess[str]:
        if answer is None:
            raise subprocess.TimeoutExpired(command, 1)
        return subprocess.CompletedProcess(command, 1, answer, "")

    monkeypatch.setattr(audit.subprocess, "run", run)
    assert audit.main() == 0
    assert "cannot be reached" in capsys.readouterr().out
