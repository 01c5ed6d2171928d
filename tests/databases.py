"""Databases of a test's own: made, left by everybody, dropped."""

from __future__ import annotations

from django.db import OperationalError, connection

ATTEMPTS = 12  # each waits five seconds for whoever is still leaving


def make(name: str, *, template: str = "template1") -> None:
    """Create an empty database, or a copy of `template`, in place of what an earlier run left."""
    drop(name)
    leave(template)
    _alone(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')


def drop(name: str) -> None:
    """Drop a database that may be there.

    Not WITH (FORCE), which PostgreSQL refuses its owner while autovacuum, a superuser's process, is at work there; a
    plain DROP asks autovacuum to leave.
    """
    leave(name)
    _alone(f'DROP DATABASE IF EXISTS "{name}"')


def leave(name: str) -> None:
    """End every connection to a database that a client of one's own role holds."""
    if connection.settings_dict["NAME"] == name:
        connection.close()
    with connection._nodb_cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = %s AND backend_type = 'client backend' AND pg_has_role(usesysid, 'MEMBER')",
            [name],
        )


def _alone(sql: str) -> None:
    """Run a statement that wants a database to itself, again while others are still leaving it."""
    for left in reversed(range(ATTEMPTS)):
        try:
            with connection._nodb_cursor() as cursor:
                cursor.execute(sql)
        except OperationalError as error:  # a database in use, here or as a template
            if not left or getattr(error.__cause__, "sqlstate", "") != "55006":
                raise
        else:
            return
