"""From a backup into a database: in one transaction that proves every table before it commits."""

from __future__ import annotations

import contextlib
import os
import subprocess
import threading
from pathlib import Path
from typing import IO
from zipfile import ZipFile

from django.conf import settings
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from psycopg import sql

from config import roles
from config.backup import (
    BLOCK,
    DIGEST,
    SPELLING,
    TABLES,
    BackupError,
    Manifest,
    environment,
    opened,
    program,
)
from feedback import pseudonyms
from feedback.models import PseudonymKey

EMPTY = r"""
DO $$ DECLARE found record; BEGIN
  FOR found IN SELECT c.oid::regclass AS name FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace
      AND c.relkind IN ('r', 'p') LOOP
    EXECUTE format('DROP TABLE IF EXISTS %s CASCADE', found.name); END LOOP;
  FOR found IN SELECT p.oid::regprocedure AS name FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace LOOP
    EXECUTE format('DROP ROUTINE IF EXISTS %s CASCADE', found.name); END LOOP;
  FOR found IN SELECT c.oid::regclass AS name FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace
      AND c.relkind = 'S' LOOP
    EXECUTE format('DROP SEQUENCE IF EXISTS %s CASCADE', found.name); END LOOP;
  FOR found IN SELECT t.oid::regtype AS name FROM pg_type t LEFT JOIN pg_class c ON c.oid = t.typrelid
      WHERE t.typnamespace = 'public'::regnamespace AND (t.typtype = 'e' OR c.relkind = 'c') LOOP
    EXECUTE format('DROP TYPE IF EXISTS %s CASCADE', found.name); END LOOP;
END $$;
"""
PROVE = (
    "DO $$ BEGIN IF NOT EXISTS (SELECT FROM ({digest}) d(rows, sum) WHERE rows = {rows} AND sum = {expected}) THEN "
    "RAISE EXCEPTION 'table % is not what the backup says of it', {name}; END IF; END $$;"
)


def restore(*, path: Path, replace: bool) -> tuple[Manifest, list[str]]:
    """Put a backup in place of what is there; what to know about it afterwards.

    Raises BackupError, having changed nothing, for a file that is not whole, a newer release's, an older server, and a
    database that holds something unless `replace`.
    """
    with opened(path) as (archive, manifest):
        server = _fits(path, manifest)
        if _tables() and not replace:
            raise BackupError(
                "the database is not empty; nothing was changed. To put the backup in its place: --replace"
            )
        _attachments(archive, manifest)
        connection.close()
        with archive.open("database") as dump:
            _load(dump, manifest, server)
    roles.grant(connection)
    return manifest, _notes()


def _notes() -> list[str]:
    loader = MigrationLoader(connection)
    if set(loader.graph.nodes) - set(loader.applied_migrations):
        return ["the backup is of an older release: run manage.py migrate"]
    try:
        if PseudonymKey.objects.exists():
            pseudonyms.pseudonym("")
    except pseudonyms.KeysDiffer as why:
        return [str(why)]
    return []


def _fits(path: Path, manifest: Manifest) -> int:
    known = {f"{app}.{name}" for app, name in MigrationLoader(None).disk_migrations or {}}
    if unknown := sorted(set(manifest.migrations) - known):
        raise BackupError(f"{path} is of a newer release, which applied {unknown[-1]}: update this one first")
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('server_version_num')::int / 10000")
        (server,) = cursor.fetchone()
    if server < manifest.server:
        raise BackupError(f"{path} was made by PostgreSQL {manifest.server}, this server is {server}: it is too old")
    return int(server)


def _tables() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(TABLES)
        return [table for (table,) in cursor.fetchall()]


def _load(dump: IO[bytes], manifest: Manifest, server: int) -> None:
    """pg_restore writes SQL, psql runs it between emptying and proving; one transaction, so all or nothing."""
    psql = [
        program("psql", server),
        "--single-transaction",
        "--quiet",
        "--no-psqlrc",
        "--set=ON_ERROR_STOP=1",
        "--output=/dev/null",
    ]
    writer = [program("pg_restore", server), "--no-owner", "--no-privileges", "--file=-"]
    with (
        subprocess.Popen(psql, env=environment(), stdin=subprocess.PIPE, stderr=subprocess.PIPE) as into,  # noqa: S603
        subprocess.Popen(writer, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as out,  # noqa: S603
    ):
        assert into.stdin is not None
        assert into.stderr is not None
        assert out.stdin is not None
        assert out.stdout is not None
        assert out.stderr is not None
        feeding = threading.Thread(target=_feed, args=(dump, out.stdin), daemon=True)
        feeding.start()
        said: list[bytes] = []
        hearing = threading.Thread(target=lambda stream: said.append(stream.read()), args=(into.stderr,), daemon=True)
        hearing.start()
        broken = False
        try:
            into.stdin.write(f"SET lock_timeout = '10s'; SET client_min_messages = warning;\n{EMPTY}".encode())
            while block := out.stdout.read(BLOCK):
                into.stdin.write(block)
            feeding.join()
            complaint = out.stderr.read().decode(errors="replace").strip()
            if out.wait():
                into.stdin.write(b"\nDO $$ BEGIN RAISE EXCEPTION 'pg_restore failed'; END $$;\n")
            else:
                into.stdin.write(_proofs(manifest).encode())
            into.stdin.close()
        except BrokenPipeError:  # psql has said why
            broken = True
            out.kill()
            complaint = ""
        into.wait()
        hearing.join()
    if into.returncode or out.returncode or broken:
        why = complaint or b"".join(said).decode(errors="replace").strip()
        raise BackupError(f"nothing was changed: {why or 'psql ended early'}")


def _feed(source: IO[bytes], to: IO[bytes]) -> None:
    with contextlib.suppress(BrokenPipeError), to:  # who reads has ended, and says why
        while block := source.read(BLOCK):
            to.write(block)


def _proofs(manifest: Manifest) -> str:
    """Every table has the rows and the digest that the backup has of it, or all is rolled back."""
    lines = ["\n", SPELLING.replace("SET LOCAL", "SET") + ";"]
    for table, (rows, digest) in manifest.tables.items():
        asked = sql.SQL(DIGEST).format(table=sql.Identifier("public", table)).as_string(None)
        proof = sql.SQL(PROVE).format(
            digest=sql.SQL(asked), rows=sql.Literal(rows), expected=sql.Literal(digest), name=sql.Literal(table)
        )
        lines.append(proof.as_string(None))
    return "\n".join(lines) + "\n"


def _attachments(archive: ZipFile, manifest: Manifest) -> None:
    """Their names are random: one that is there is the same, or somebody else's and left alone."""
    root = Path(settings.ATTACHMENTS_ROOT)
    for name in manifest.attachments:
        target = root / name
        if not target.resolve().is_relative_to(root.resolve()):
            raise BackupError(f"the backup names an attachment outside their folder: {name}")
        if target.exists():
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        part = target.with_name(f".{target.name}.part")
        part.write_bytes(archive.read(f"attachments/{name}"))
        part.chmod(0o600)
        os.replace(part, target)
