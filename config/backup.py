"""One file that holds everything: the database in one consistent look, attachments, and what proves both.

A ZIP without compression of its own: `database` is pg_dump's custom format, `attachments/…` are files, and
`manifest.json`, written last, holds format, migrations, and a digest of every table. A file that was cut off has no
directory and is refused; one that was changed fails its checksums. SECRET_KEY and REVIEWER_KEY are not in it.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.migrations.loader import MigrationLoader
from psycopg import sql

from config.embedded_postgres import cluster

FORMAT = 1
KIND = "clearhost-backup"
BLOCK = 1 << 20
TABLES = (
    "SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
    "WHERE n.nspname = 'public' AND c.relkind = 'r' ORDER BY 1"
)
# how values are spelt must not depend on who asks
SPELLING = (
    "SET LOCAL timezone = 'UTC'; SET LOCAL datestyle = 'ISO, YMD'; SET LOCAL intervalstyle = 'postgres'; "
    "SET LOCAL extra_float_digits = 1; SET LOCAL bytea_output = 'hex'; SET LOCAL statement_timeout = 0"
)
# order-free, so that no table is sorted
DIGEST = "SELECT count(*), coalesce(sum(hashtextextended(t::text, 0)), 0)::text FROM {table} t"


class BackupError(Exception):
    """Says what is wrong with the file, the place or the programs, in words for the person who asked."""


@dataclass(frozen=True)
class Manifest:
    """What a backup says of itself."""

    made_at: str
    server: int
    migrations: list[str]
    tables: dict[str, list[Any]]
    attachments: dict[str, str]
    database: str

    @property
    def rows(self) -> int:
        return sum(int(count) for count, _digest in self.tables.values())


def backup(*, to: Path, at: datetime) -> Manifest:
    """Write everything to a file, whole or not at all, while others read and write."""
    if to.exists():
        raise BackupError(f"{to} is there already; nothing was written. Choose another name.")
    part = to.with_name(f"{to.name}.part")
    try:
        with os.fdopen(os.open(part, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600), "w+b") as file:
            with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED, allowZip64=True) as archive:
                manifest = _write(archive, at)
            file.flush()
            os.fsync(file.fileno())
        os.link(part, to)  # unlike a rename it never replaces what somebody else wrote meanwhile
    except FileExistsError:
        raise BackupError(f"{to} is there already; it was left as it is.") from None
    except OSError as why:
        raise BackupError(f"{to} cannot be written: {why.strerror or why}") from why
    finally:
        part.unlink(missing_ok=True)
    return manifest


def _write(archive: zipfile.ZipFile, at: datetime) -> Manifest:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        cursor.execute(SPELLING)
        cursor.execute("SELECT pg_export_snapshot(), current_setting('server_version_num')::int / 10000")
        snapshot, server = cursor.fetchone()
        dump = [
            program("pg_dump", server),
            "--format=custom",
            "--no-owner",
            "--no-privileges",
            f"--snapshot={snapshot}",
        ]
        database = _dump(archive, dump)
        loader = MigrationLoader(connection)
        manifest = Manifest(
            made_at=at.isoformat(timespec="seconds"),
            server=server,
            migrations=sorted(f"{app}.{name}" for app, name in loader.applied_migrations),
            tables=digests(),
            attachments=_attach(archive),
            database=database,
        )
    head = {"kind": KIND, "format": FORMAT, **manifest.__dict__}
    archive.writestr("manifest.json", json.dumps(head, indent=1))
    return manifest


def _dump(archive: zipfile.ZipFile, command: list[str]) -> str:
    digest = hashlib.sha256()
    with subprocess.Popen(  # noqa: S603
        command, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as dump:
        assert dump.stdout is not None
        assert dump.stderr is not None
        try:
            with archive.open("database", "w", force_zip64=True) as out:
                while block := dump.stdout.read(BLOCK):
                    digest.update(block)
                    out.write(block)
        except BaseException:
            dump.kill()
            raise
        said = dump.stderr.read().decode(errors="replace")
    if dump.returncode:
        raise BackupError(f"pg_dump failed: {said.strip()}")
    return digest.hexdigest()


def _attach(archive: zipfile.ZipFile) -> dict[str, str]:
    """Files are written once and then named by a row: those of every row of the snapshot are there."""
    root, found = Path(settings.ATTACHMENTS_ROOT), {}
    for path in sorted(root.rglob("*")) if root.exists() else []:
        if path.is_file() and not path.name.startswith("."):
            name = path.relative_to(root).as_posix()
            archive.write(path, f"attachments/{name}")
            found[name] = hashlib.sha256(path.read_bytes()).hexdigest()
    return found


def digests() -> dict[str, list[Any]]:
    """Rows and digest of every table as it is now."""
    found: dict[str, list[Any]] = {}
    with connection.cursor() as cursor:
        cursor.execute(TABLES)
        for (table,) in cursor.fetchall():
            cursor.execute(sql.SQL(DIGEST).format(table=sql.Identifier("public", table)))
            found[table] = list(cursor.fetchone())
    return found


@contextmanager
def opened(path: Path) -> Iterator[tuple[zipfile.ZipFile, Manifest]]:
    """A backup that is whole, unchanged and of a format that is known; every byte of it has been read."""
    if not path.is_file():
        raise BackupError(f"no such file: {path}")
    try:
        with zipfile.ZipFile(path) as archive:
            manifest = _manifest(archive, path)
            _check(archive, manifest, path)
            yield archive, manifest
    except zipfile.BadZipFile as why:
        raise BackupError(f"{path} is no backup, or its end is missing ({why}); take another copy of it") from why


def _manifest(archive: zipfile.ZipFile, path: Path) -> Manifest:
    try:
        head = json.loads(archive.read("manifest.json"))
        if head.pop("kind") != KIND:
            raise KeyError("kind")
        if (version := head.pop("format")) != FORMAT:
            raise BackupError(f"{path} is of format {version}; this release reads {FORMAT}")
        return Manifest(**head)
    except (KeyError, ValueError, TypeError) as why:
        raise BackupError(f"{path} is no backup of this service ({why})") from why


def _check(archive: zipfile.ZipFile, manifest: Manifest, path: Path) -> None:
    expected = {"database": manifest.database}
    expected |= {f"attachments/{name}": digest for name, digest in manifest.attachments.items()}
    for name, digest in expected.items():
        try:
            with archive.open(name) as member:
                found = hashlib.file_digest(member, "sha256").hexdigest()  # type: ignore[arg-type]
        except (KeyError, zipfile.BadZipFile) as why:
            raise BackupError(f"{path} is damaged at {name} ({why}); take another copy of it") from why
        if found != digest:
            raise BackupError(f"{path} is damaged at {name}; take another copy of it")


def program(name: str, server: int) -> str:
    """A program of PostgreSQL's that is at least as new as the server."""
    places = [*Path("/usr/lib/postgresql").glob("*/bin"), *map(Path, os.environ.get("PATH", "").split(os.pathsep))]
    found = [place / name for place in (cluster().programs, *places) if (place / name).is_file()]
    versions: dict[int, str] = {}
    for path in found:
        said = subprocess.run([path, "--version"], capture_output=True, text=True).stdout  # noqa: S603
        versions.setdefault(int(said.split()[2].split(".")[0]), str(path))
    fitting = [version for version in versions if version >= server]
    if not fitting:
        raise BackupError(f"the server is PostgreSQL {server}; {name} of that version or newer is needed on PATH")
    return versions[min(fitting)]


def environment() -> Mapping[str, str]:
    """How PostgreSQL's programs reach the database, as who runs this command."""
    known = connection.get_connection_params()
    named = {"PGHOST": "host", "PGPORT": "port", "PGUSER": "user", "PGPASSWORD": "password", "PGDATABASE": "dbname"}
    login = {variable: str(known[name]) for variable, name in named.items() if known.get(name)}
    return {**os.environ, **login, "PGOPTIONS": "-c statement_timeout=0"}
