"""What SECURITY.md and docs/reliability.md name as proof is there: tests, folders, commands and targets of make."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import get_commands

from config.state import PROJECT

DOCUMENTS = ("SECURITY.md", "docs/reliability.md")
QUOTED = re.compile(r"`([^`]+)`")
TEST = re.compile(r"(?:tests/|test_)[\w./]*(?:::\w+)?")
EXAMPLES = {"examples/recompute"}


def quoted() -> Iterator[tuple[str, str, str]]:
    """(document, line, what stands between backticks on it)."""
    for document in DOCUMENTS:
        for line in (PROJECT / document).read_text().splitlines():
            for found in QUOTED.findall(line):
                yield document, line, found


def functions(path: Path) -> set[str]:
    """The tests of a file, or of all files of a folder."""
    files = path.rglob("test_*.py") if path.is_dir() else [path]
    return {name for file in files for name in re.findall(r"^def (test_\w+)", file.read_text(), re.M)}


def problem(line: str, said: str) -> str:
    """What is wrong with one that names a test, a path or a command; empty when it holds."""
    words = said.split()
    if words[0] == "pytest":
        path = PROJECT / words[1]
        if not path.exists():
            return f"no {words[1]}"
        wanted = words[words.index("-k") + 1] if "-k" in words else ""
        return "" if any(wanted in name for name in functions(path)) else f"no test of {words[1]} has {wanted!r}"
    if words[0] == "make" and len(words) > 1:
        return "" if re.search(rf"^{words[1]}:", (PROJECT / "Makefile").read_text(), re.M) else f"make {words[1]}"
    if words[0] in ("manage.py", "./manage.py") and len(words) > 1:
        return "" if words[1] in get_commands() else f"no command {words[1]}"
    if not TEST.fullmatch(said) and said not in EXAMPLES:
        return ""
    name, _colons, function = said.partition("::")
    if name.startswith("test_"):  # beside the one that was named before it
        folders = {Path(path).parent for path in re.findall(r"`(tests/[\w/]+\.py)", line)}
        paths = [PROJECT / folder / name for folder in folders]
    else:
        paths = [PROJECT / name]
    there = [path for path in paths if path.exists()]
    if not there:
        return f"no {name}"
    return "" if not function or any(function in functions(path) for path in there) else f"{name} has no {function}"


@pytest.mark.parametrize("document", DOCUMENTS)
def test_all_that_is_named_is_there(document: str) -> None:
    found = [(line, said) for named, line, said in quoted() if named == document]
    tests = [said for _line, said in found if TEST.fullmatch(said) or said.startswith(("pytest ", "make "))]
    assert len(tests) >= 9, "the tables name what proves them"
    assert [f"{said}: {why}" for line, said in found if (why := problem(line, said))] == []


def test_every_threat_has_an_answer_and_a_test() -> None:
    text = (PROJECT / "SECURITY.md").read_text().partition("## Threats")[2].partition("\n## ")[0]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if line[:1] == "|"][2:]
    assert {row[1] for row in rows} == set("STRIDE")
    assert [row for row in rows if len(row) != 5 or not all(row[1:])] == []
    assert [row for row in rows if not any(TEST.fullmatch(said) for said in QUOTED.findall(row[4]))] == []


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("", "tests/nowhere/test_nothing.py"),
        ("", "tests/security/test_headers.py::test_nothing"),
        ("`tests/security/test_headers.py`", "test_nothing.py"),
        ("", "pytest tests/nowhere"),
        ("", "pytest tests/faults -k nothing_like_it"),
        ("", "make nothing"),
        ("", "manage.py nothing"),
    ],
)
def test_what_is_not_there_is_noticed(line: str, said: str) -> None:
    assert problem(line, said)
