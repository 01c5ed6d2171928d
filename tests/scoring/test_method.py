"""METHOD.md speaks of the policy and the tests as they are."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from ratings.management.commands.constants import constants, write_between
from ratings.rating import CURRENT

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "METHOD.md").read_text(encoding="utf-8")


def block(name: str) -> str:
    return TEXT.split(f"<!-- {name} -->\n", 1)[1].split(f"<!-- /{name} -->", 1)[0]


def test_the_table_of_constants_is_the_policy() -> None:
    assert block("constants") == constants() + "\n", "manage.py constants --write METHOD.md"
    assert block("constants").count("\n| `") == len(CURRENT.document()["constants"])


def test_the_sensitivities_are_of_constants_there_are() -> None:
    named = set(re.findall(r"`(\w+)`", block("sensitivity")))
    assert named <= {row["name"] for row in CURRENT.document()["constants"]}


def test_every_law_names_a_test_there_is() -> None:
    laws = TEXT.split("## 17.", 1)[1].split("## 18.", 1)[0]
    tests = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "tests").glob("*/test_*.py"))
    named = re.findall(r"::(test_\w+)`", laws)
    assert len(named) > 10
    for name in named:
        assert f"def {name}(" in tests, name
    for path in re.findall(r"`(\w+/test_\w+\.py)", laws):
        assert (ROOT / "tests" / path).exists(), path


def test_the_command_writes_between_its_markers_only(tmp_path: Path) -> None:
    method = tmp_path / "METHOD.md"
    method.write_text("before\n<!-- constants -->\noutdated\n<!-- /constants -->\nafter\n", encoding="utf-8")
    call_command("constants", "--write", str(method))
    text = method.read_text(encoding="utf-8")
    assert text.startswith("before\n")
    assert text.endswith("\nafter\n")
    assert "outdated" not in text
    with pytest.raises(CommandError, match="sensitivity"):
        write_between(method, "sensitivity", "")
