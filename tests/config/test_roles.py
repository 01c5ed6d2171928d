"""Two roles: the owner migrates, the application alters nothing; an installation of one role gets the other."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import connection

from config import roles
from config.embedded_postgres import APPLICATION, Cluster
from manage import AS_OWNER


@pytest.fixture
def server() -> Iterator[Cluster]:
    with tempfile.TemporaryDirectory(prefix="clearhost-") as folder:
        Path(folder).chmod(0o755)  # the server may run as another user
        cluster = Cluster(Path(folder), throwaway=True)
        yield cluster
        cluster.stop()


def connect(address: dict[str, Any]) -> psycopg.Connection[tuple[Any, ...]]:
    return psycopg.connect(
        host=address["HOST"],
        port=address["PORT"],
        user=address["USER"],
        password=address["PASSWORD"],
        dbname=address["NAME"],
    )


def test_a_server_from_before_gets_the_second_role_while_its_data_stay(server: Cluster) -> None:
    server.start()
    with connect(server.address()) as owner:
        owner.execute("CREATE TABLE kept (n integer)")
    file = server.home / "address.json"
    known = json.loads(file.read_text())
    superuser = {**server.address(), "USER": "postgres", "PASSWORD": known["owner_password"], "NAME": "postgres"}
    with connect(superuser) as everything:
        everything.execute(f"DROP ROLE {APPLICATION}")
    del known["application_password"]
    file.write_text(json.dumps(known))
    assert not server.answers()
    server.start()  # it is up still: nobody stopped it for the upgrade
    with connect(server.application()) as application:
        assert application.execute("SELECT current_user").fetchone() == (APPLICATION,)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            application.execute("SELECT * FROM kept")
    with connect(server.application()) as application, pytest.raises(psycopg.errors.InsufficientPrivilege):
        application.execute("CREATE TABLE mine (n integer)")


@pytest.mark.django_db
def test_an_application_that_owns_its_tables_works_and_is_warned(settings: Any) -> None:
    assert len(roles.warnings(connection)) == 1
    settings.DATABASE_APPLICATION_ROLE = connection.settings_dict["USER"]
    assert "owns the tables" in roles.grant(connection)
    settings.DATABASE_APPLICATION_ROLE = "nobody-of-that-name"
    assert "no role" in roles.grant(connection)


@pytest.mark.usefixtures("as_application")
def test_the_application_has_no_more_than_it_needs() -> None:
    assert roles.warnings(connection) == []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind = 'r'"
            " AND n.nspname = 'public' AND (has_table_privilege(c.oid, 'TRUNCATE') OR pg_has_role(relowner, 'USAGE'))"
        )
        assert cursor.fetchall() == []
        cursor.execute(
            "SELECT c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid WHERE t.tgname = 'append_only'"
            " AND (has_table_privilege(c.oid, 'UPDATE') OR has_table_privilege(c.oid, 'DELETE'))"
        )
        assert cursor.fetchall() == []


def test_migrations_are_the_owners() -> None:
    assert "migrate" in AS_OWNER
