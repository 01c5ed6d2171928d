"""Two roles on one database: the owner migrates; the application reads and writes, and only ever adds to logs."""

from __future__ import annotations

from django.conf import settings
from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg import sql

MAINTAIN_SINCE = 170_000  # ANALYZE after a bulk load; before, the server's own autovacuum does it

GRANTS = """
GRANT USAGE ON SCHEMA public TO {role};
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role};
REVOKE TRUNCATE, REFERENCES, TRIGGER ON ALL TABLES IN SCHEMA public FROM {role};
REVOKE INSERT, UPDATE, DELETE ON django_migrations FROM {role};
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role};
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT ON TABLES TO {role};
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO {role}
"""
# what a trigger keeps from being changed, or from being deleted, the application has no right to change or delete
GUARDED = "SELECT c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid WHERE t.tgname = %s"
TAKEN = {"append_only": "UPDATE, DELETE", "guarded": "DELETE"}


def grant(connection: BaseDatabaseWrapper) -> str:
    """Give the application what it needs and no more; may be repeated. Says what was done."""
    role = settings.DATABASE_APPLICATION_ROLE
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user, EXISTS (SELECT 1 FROM pg_roles WHERE rolname = %s)", [role])
        owner, known = cursor.fetchone()
        if role == owner:
            return f"{role} owns the tables and is the application, too: nothing keeps it from altering its guards"
        if not known:
            return f"there is no role {role} to grant anything to"
        name = sql.Identifier(role)
        cursor.execute(sql.SQL(GRANTS).format(role=name))
        cursor.execute("SELECT current_setting('server_version_num')::int")
        if cursor.fetchone()[0] >= MAINTAIN_SINCE:
            cursor.execute(sql.SQL("GRANT MAINTAIN ON ALL TABLES IN SCHEMA public TO {}").format(name))
        for trigger, rights in TAKEN.items():
            cursor.execute(GUARDED, [trigger])
            for (table,) in cursor.fetchall():
                taken = sql.SQL("REVOKE " + rights + " ON {} FROM {}")
                cursor.execute(taken.format(sql.Identifier(table), name))
    return f"granted to {role}"


def warnings(connection: BaseDatabaseWrapper) -> list[str]:
    """What a careful operator would mend: the application must not own the tables it is kept from altering."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_has_role(current_user, relowner, 'USAGE') FROM pg_class WHERE relname = 'ratings_event'"
        )
        row = cursor.fetchone()
    if row is not None and row[0]:
        return ["The application owns its tables: give it a role of its own (MIGRATE_DATABASE_URL names the owner)."]
    return []
