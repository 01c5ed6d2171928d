"""An ordinary PostgreSQL, 15 or newer, in place of the embedded one."""

from __future__ import annotations

import os
import pwd
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.config.checkout import fresh_clone
from tests.config.test_demo import free_port

pytestmark = [pytest.mark.external, pytest.mark.slow]


@pytest.fixture
def url() -> Iterator[str]:
    """Start Debian's server in a temporary folder; give the address of an empty database on it."""
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    if not programs:
        pytest.skip("no ordinary PostgreSQL server on this machine")
    user = pwd.getpwnam("nobody") if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="clearhost-") as folder:
        os.chown(folder, user.pw_uid, user.pw_gid)

        def run(program: str, *arguments: str) -> None:
            other = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []} if os.geteuid() == 0 else {}
            command = [programs[-1] / program, *arguments]
            subprocess.run(command, check=True, cwd="/", stdout=subprocess.DEVNULL, **other)

        data = f"{folder}/data"
        run("initdb", "-D", data, "-U", "owner", "-A", "trust", "--no-sync", "--locale=C.UTF-8", "-E", "UTF8")
        run("pg_ctl", "start", "-w", "-D", data, "-l", f"{folder}/log", "-o", f"-h 127.0.0.1 -p {port} -k {folder}")
        try:
            run("createdb", "-h", "127.0.0.1", "-p", str(port), "-U", "owner", "clearhost")
            yield f"postgres://owner@127.0.0.1:{port}/clearhost"
        finally:
            run("pg_ctl", "stop", "-w", "-m", "immediate", "-D", data)


def test_everything_goes_there_and_nothing_embedded_is_touched(url: str) -> None:
    with fresh_clone(as_root=os.geteuid() == 0) as clone:
        nobody = url.replace("owner@", "nobody-of-that-name@")
        clone.manage("migrate", "--verbosity=0", DATABASE_URL=nobody, MIGRATE_DATABASE_URL=url)
        world = str(clone.folder / "world")
        clone.manage("demo_world", world, "--influencers=30", "--days=60", "--until=2026-11-01")
        clone.manage("ingest", "--dir", world, DATABASE_URL=url)
        clone.manage("rate", "--as-of=2026-11-01", "--publish", DATABASE_URL=url)
        assert not (clone.state() / "postgres").exists()
        refused = clone.popen(".venv/bin/python", "manage.py", "postgres", "start", DATABASE_URL=url)
        said = refused.communicate(timeout=180)[0]
        assert refused.returncode != 0
        assert "DATABASE_URL is set" in said


SERVE = """
import django; django.setup()
from datetime import timedelta
from django.test import Client
from django.utils import timezone
from influencers.models import Influencer
from ratings.governance import appeals
from tests.governance.people import acted, staff
client, at = Client(), timezone.now()
host = Influencer.objects.exclude(slug=None).earliest("pk")
card = f"influencers/{host.slug}/"
for page in ("/healthz", "/", "/rankings/", f"/{card}", f"/api/v1/{card}scorecard/"):
    assert client.get(page).status_code == 200, page
action = acted(host, at=at)
appeal = appeals.file_appeal(action=action, grounds=["No."], at=at)
appeals.decide_appeal(
    appeal=appeal, outcome="overturned", answers=["Seen."], reason="So.", by=staff("judge"), at=at + timedelta(days=1)
)
print("balance", host.standing.balance)
"""
REFUSED = (
    "UPDATE ratings_event SET reason = 'x'",
    "DELETE FROM ratings_event",
    "TRUNCATE ratings_event",
    "UPDATE ratings_notice SET body_en = 'x'",
    "DELETE FROM ratings_action",
    "DELETE FROM ratings_case",
    "DELETE FROM feedback_caseevent",
    "UPDATE ratings_alertevent SET text = 'x'",
    "UPDATE ratings_publication SET reason = 'x'",
    "ALTER TABLE ratings_event DISABLE TRIGGER ALL",
    "ALTER TABLE ratings_event DISABLE TRIGGER append_only",
    "DROP TRIGGER append_only ON ratings_event",
    "CREATE TRIGGER mine BEFORE INSERT ON ratings_event EXECUTE FUNCTION suppress_redundant_updates_trigger()",
    "DROP TABLE ratings_event",
    "ALTER TABLE ratings_event RENAME TO gone",
    "ALTER TABLE ratings_event OWNER TO server",
    "ALTER TABLE ratings_action DROP CONSTRAINT action_has_facts",
    "CREATE RULE mine AS ON INSERT TO ratings_event DO INSTEAD NOTHING",
    "CREATE TABLE mine (n integer)",
    "SET session_replication_role = replica",
    "SET ROLE keeper",
    "INSERT INTO django_migrations (app, name, applied) VALUES ('ratings', 'x', now())",
)


def test_two_roles_on_it_one_owns_and_one_serves(url: str) -> None:
    """The owner is no superuser, the application no owner: it works, and what keeps the log is not its to lift."""
    with psycopg.connect(url, autocommit=True) as everything:
        for role in ("keeper", "server"):
            everything.execute(f"CREATE ROLE {role} LOGIN")
        everything.execute("CREATE DATABASE two OWNER keeper")
    as_ = {role: url.replace("owner@", f"{role}@").replace("/clearhost", "/two") for role in ("keeper", "server")}
    roles = {"DATABASE_URL": as_["server"], "MIGRATE_DATABASE_URL": as_["keeper"]}
    with fresh_clone(as_root=os.geteuid() == 0) as clone:
        clone.manage("migrate", "--verbosity=0", **roles)
        world = str(clone.folder / "world")
        clone.manage("demo_world", world, "--influencers=30", "--days=60", "--until=2026-11-01")
        clone.manage("ingest", "--dir", world, **roles)
        clone.manage("rate", "--as-of=2026-11-01", "--publish", **roles)
        assert "owns its tables" not in clone.manage("check", "--deploy", **roles)
        settings = {"DJANGO_SETTINGS_MODULE": "tests.settings", "ALLOWED_HOSTS": "testserver", **roles}
        assert "balance 100" in clone.run(".venv/bin/python", "-c", SERVE, **settings)
        assert not (clone.state() / "postgres").exists()
    with psycopg.connect(as_["server"], autocommit=True) as application:
        assert application.execute("SELECT count(*) > 3 FROM ratings_event").fetchone() == (True,)
        for statement in REFUSED:
            with pytest.raises((psycopg.errors.InsufficientPrivilege, psycopg.IntegrityError)):
                application.execute(statement)
        ours = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tableowner <> 'keeper'"
        assert application.execute(ours).fetchall() == []
        application.execute("GRANT DELETE ON ratings_event TO server")  # a warning of PostgreSQL's, and no effect
        guarded = "SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname = 'append_only' AND tgenabled = 'O'"
        logs = [name for (name,) in application.execute(guarded)]
        assert "ratings_event" in logs
        for name in logs:
            for statement in (f"DELETE FROM {name}", f"TRUNCATE {name}"):
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    application.execute(statement)
