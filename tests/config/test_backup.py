"""A backup comes back elsewhere to the last digit, or not at all; whatever is wrong with it, nothing is overwritten."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from pytest_django import DjangoDbBlocker

from config import backup as writing
from config.backup import BackupError, backup, digests
from config.restore import restore
from influencers.models import Category
from ratings import ledger, verify
from tests import databases

AT = datetime(2026, 11, 22, tzinfo=UTC)
OTHER = "test_clearhost_restored"


def use(name: str) -> None:
    connection.close()
    connection.settings_dict["NAME"] = name


def elsewhere(sql: str) -> None:
    known = connection.get_connection_params()
    named = {key: known[key] for key in ("host", "port", "user", "password", "dbname")}
    with psycopg.connect(**named, autocommit=True) as other:
        other.execute(sql)


@pytest.fixture(scope="module")
def kept(
    world_database: str, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Path, dict[str, list[Any]]]]:
    """A backup of the world, and the digests of what was backed up."""
    before = str(connection.settings_dict["NAME"])
    path = tmp_path_factory.mktemp("backup") / "kept"
    with django_db_blocker.unblock(), ledger.forgotten():
        use(world_database)
        was = digests()
        backup(to=path, at=AT)
        use(before)
        yield path, was
        use(before)


@pytest.fixture
def empty(kept: Any, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """An empty database of its own to restore into."""
    before = str(connection.settings_dict["NAME"])
    with django_db_blocker.unblock():
        databases.make(OTHER)
        use(OTHER)
        yield
        use(before)
        databases.drop(OTHER)


@pytest.mark.django_db
def test_a_digest_is_of_what_is_there_and_not_of_its_order() -> None:
    found = []
    for first, second in (("aa", "bb"), ("bb", "aa"), ("aa", "cc")):
        Category.objects.all().delete()
        Category.objects.create(pk=1 if first == "aa" else 2, code=first)
        Category.objects.create(pk=2 if first == "aa" else 1, code=second)
        found.append(digests()["influencers_category"])
    assert found[0] == found[1] != found[2]
    assert found[2][0] == 2


def rebuilt(path: Path, to: Path, **changes: Any) -> Path:
    """The same backup, whole as a file, with another manifest."""
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(to, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            if name == "manifest.json":
                data = json.dumps(json.loads(data) | changes).encode()
            new.writestr(name, data)
    return to


def test_it_comes_back_elsewhere_to_the_last_digit(kept: tuple[Path, dict[str, list[Any]]], empty: None) -> None:
    path, was = kept
    manifest, notes = restore(path=path, replace=False)
    assert digests() == was == manifest.tables
    assert notes == []
    assert sum(count for count, _digest in was.values()) > 1_000
    assert [fault for checked in verify.look() for fault in checked.faults] == []


def test_what_is_written_meanwhile_is_not_in_it_at_all(
    kept: tuple[Path, dict[str, list[Any]]], empty: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    restore(path=kept[0], replace=False)
    attach = writing._attach

    def meanwhile(archive: zipfile.ZipFile) -> dict[str, str]:
        elsewhere("INSERT INTO influencers_category (code) VALUES ('meanwhile')")  # the dump is made, digests are not
        return attach(archive)

    monkeypatch.setattr(writing, "_attach", meanwhile)
    made = backup(to=tmp_path / "two", at=AT)
    assert made.tables == kept[1]
    assert digests() != kept[1]
    restore(path=tmp_path / "two", replace=True)
    assert digests() == kept[1]


def test_a_database_that_holds_something_is_left_alone_unless_asked(
    kept: tuple[Path, dict[str, list[Any]]], empty: None
) -> None:
    elsewhere("CREATE TABLE precious (n int); INSERT INTO precious VALUES (1)")
    with pytest.raises(BackupError, match="not empty"):
        restore(path=kept[0], replace=False)
    assert list(digests()) == ["precious"]
    restore(path=kept[0], replace=True)
    assert digests() == kept[1]


def bad_files(path: Path, folder: Path) -> dict[str, tuple[Path, str]]:
    data = path.read_bytes()
    flipped = bytearray(data)
    flipped[len(data) // 3] ^= 0xFF
    tables = json.loads(zipfile.ZipFile(path).read("manifest.json"))["tables"]
    tables["feedback_review"][1] = "1"
    files = {
        "cut": (data[: len(data) // 2], "its end is missing"),
        "empty": (b"", "its end is missing"),
        "text": (b"hello", "is no backup"),
        "flipped": (bytes(flipped), "is damaged at database"),
    }
    found = {}
    for name, (content, says) in files.items():
        (folder / name).write_bytes(content)
        found[name] = (folder / name, says)
    found["format"] = (rebuilt(path, folder / "format", format=2), "is of format 2")
    found["kind"] = (rebuilt(path, folder / "kind", kind="other"), "no backup of this service")
    newer = rebuilt(path, folder / "newer", migrations=["feedback.9999_from_tomorrow"])
    found["newer"] = (newer, "newer release, which applied feedback.9999_from_tomorrow")
    found["server"] = (rebuilt(path, folder / "server", server=99), "made by PostgreSQL 99")
    found["digest"] = (rebuilt(path, folder / "digest", tables=tables), "table feedback_review is not what the backup")
    found["outside"] = (
        rebuilt(path, folder / "outside", attachments={"../../x": "0"}),
        "is damaged at attachments/../../x",
    )
    found["missing"] = (folder / "nowhere", "no such file")
    return found


def test_a_bad_file_is_refused_and_changes_nothing(
    kept: tuple[Path, dict[str, list[Any]]], empty: None, tmp_path: Path
) -> None:
    restore(path=kept[0], replace=False)
    elsewhere("INSERT INTO influencers_category (code) VALUES ('since')")
    before = digests()
    for name, (path, says) in bad_files(kept[0], tmp_path).items():
        with pytest.raises(BackupError) as refused:
            restore(path=path, replace=True)
        assert says in str(refused.value), name
        assert digests() == before, name


def test_a_file_that_is_there_is_never_overwritten(empty: None, tmp_path: Path) -> None:
    (tmp_path / "there").write_text("precious")
    with pytest.raises(CommandError, match="is there already"):
        call_command("backup", str(tmp_path / "there"))
    assert (tmp_path / "there").read_text() == "precious"
    assert [path.name for path in tmp_path.iterdir()] == ["there"]
