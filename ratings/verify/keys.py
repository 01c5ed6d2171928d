"""The evidence itself: nothing twice, nothing nobody's, nothing half-loaded; read from tables, not from indexes."""

from __future__ import annotations

from django.apps import apps
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.models import F

from feedback.kinds import KINDS
from feedback.models import Ingest, Revision
from feedback.stored import MODELS, table_of
from ratings.verify.faults import Checked, Look

NO_INDEX = "SET LOCAL enable_indexscan = off; SET LOCAL enable_indexonlyscan = off; SET LOCAL enable_bitmapscan = off"
WITH_INDEX = NO_INDEX.replace("off", "on")
LOADED = "SELECT coalesce(sum(loaded + older), 0)::bigint, count(*) FROM feedback_ingest WHERE kind = %s"
RESTORE = "restore the last backup elsewhere and compare (docs/reliability.md)"


def check(checked: Checked, how: Look) -> None:
    """Source keys are unique; every influencer that evidence names exists."""
    with connection.cursor() as cursor:
        cursor.execute(NO_INDEX)  # an index that is damaged would vouch for itself
        for kind in KINDS.values():
            table = table_of(kind)
            cursor.execute(f"SELECT count(*) FROM {table}")  # noqa: S608 (names of our own)
            checked.looked_at += cursor.fetchone()[0]
            cursor.execute(
                f"SELECT source_id, count(*) FROM {table} GROUP BY 1 HAVING count(*) > 1 LIMIT 1000"  # noqa: S608
            )
            for source_id, count in cursor.fetchall():
                remedy = f"void all but one of them, then REINDEX TABLE {table}"
                checked.fault(f"{kind.name} {source_id}", f"is stored {count} times", remedy)
            model = apps.get_model(MODELS[kind.name])
            if kind.name != "influencers" and any(f.name == "influencer" for f in model._meta.fields):
                cursor.execute(
                    f"SELECT e.source_id, e.influencer_id FROM {table} e "  # noqa: S608
                    "LEFT JOIN influencers_influencer i ON i.id = e.influencer_id WHERE i.id IS NULL LIMIT 1000"
                )
                for source_id, influencer in cursor.fetchall():
                    what = f"belongs to influencer {influencer}, who is not there"
                    checked.fault(f"{kind.name} {source_id}", what, RESTORE)
        cursor.execute(
            "SELECT kind, source_id, updated_at, count(*) FROM feedback_revision "
            "GROUP BY 1, 2, 3 HAVING count(*) > 1 LIMIT 1000"
        )
        for name, source_id, updated_at, count in cursor.fetchall():
            place = f"{name} {source_id}, revision of {updated_at}"
            checked.fault(place, f"is stored {count} times", "delete all but one, then REINDEX TABLE feedback_revision")
        cursor.execute(WITH_INDEX)


def loads(checked: Checked, how: Look) -> None:
    """Each file's figures add up; no kind has fewer rows than its loads have acknowledged."""
    parts = F("loaded") + F("older") + F("duplicate") + F("skipped") + F("rejected")
    for found in Ingest.objects.exclude(rows=parts)[:1000]:
        checked.fault(f"load {found.pk}, {found.file}", "its figures do not add up to its rows", "load the file again")
    with connection.cursor() as cursor:
        for kind in KINDS.values():
            cursor.execute(LOADED, [kind.name])
            acknowledged, files = cursor.fetchone()
            cursor.execute(f"SELECT count(*) FROM {table_of(kind)}")  # noqa: S608
            there = cursor.fetchone()[0] + Revision.objects.filter(kind=kind.name).count()
            checked.looked_at += files
            what = f"{acknowledged:,} rows were acknowledged, {there:,} are there"
            checked.expect(there >= acknowledged, kind.name, what, "load their files again: what is there stays")


def schema(checked: Checked, how: Look) -> None:
    """No migration half applied, no index left invalid, no constraint unproven, every unique key in its place."""
    loader = MigrationLoader(connection)
    for app, name in sorted(set(loader.graph.nodes) - set(loader.applied_migrations)):
        checked.fault(f"migration {app}.{name}", "is not applied", "manage.py migrate")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.oid::regclass::text FROM pg_index x JOIN pg_class c ON c.oid = x.indexrelid "
            "JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = 'public' "
            "AND NOT (x.indisvalid AND x.indisready)"
        )
        for (name,) in cursor.fetchall():
            checked.fault(f"index {name}", "is not valid: its building was broken off", f"REINDEX INDEX {name}")
        cursor.execute(
            "SELECT conname, conrelid::regclass::text FROM pg_constraint c "
            "JOIN pg_namespace n ON n.oid = c.connamespace WHERE n.nspname = 'public' AND NOT convalidated"
        )
        for name, table in cursor.fetchall():
            remedy = f"ALTER TABLE {table} VALIDATE CONSTRAINT {name}"
            checked.fault(f"constraint {name}", "was never proven for the rows there", remedy)
        for kind in KINDS.values():
            table = table_of(kind)
            cursor.execute(
                "SELECT 1 FROM pg_index x JOIN pg_attribute a ON a.attrelid = x.indrelid AND a.attnum = x.indkey[0] "
                "WHERE x.indrelid = %s::regclass AND x.indisunique AND x.indnatts = 1 AND a.attname = 'source_id'",
                [table],
            )
            checked.looked_at += 1
            what = "has no unique key on source_id: loading is not safe to repeat"
            checked.expect(cursor.fetchone() is not None, table, what, "manage.py migrate, or add the constraint again")
