"""`make demo`: everything up with one command, everything down with Ctrl-C."""

import hashlib
import json
import os
import sys
import time
from datetime import UTC, date, datetime, timedelta
from typing import Any

import environ
import psycopg

from config import state
from config.embedded_postgres import cluster
from config.supervisor import Stop, Supervisor, demand_port, only_one, say, stop_on_signals

WORKER = ["manage.py", "worker"]
THREADS = 4  # of a web worker
WEB = [
    "-m",
    "granian",
    "--interface",
    "wsgi",
    "--workers",
    "2",
    "--blocking-threads",
    str(THREADS),
    "--no-ws",
    "--respawn-failed-workers",
]
TERMS_OF_7 = (
    "placement_fee=60000&commission_rate=0.1&unit_price=420&unit_cost=330&guarantee_amount=300000"
    "&guarantee_clawback=pro_rata"
)
STOPPED = ["web", "worker"]  # in this order, then PostgreSQL


def run(supervisor: Supervisor, port: int) -> None:
    """Bring everything up, then watch over it until someone asks for the end."""
    began, parent = time.monotonic(), os.getppid()
    say("» PostgreSQL")
    supervisor.wait_for_database()
    collected, files = state.folder() / "static_collected", static_fingerprint()
    if not (collected.exists() and collected.read_text() == files):
        supervisor.begin("static", "manage.py", "collectstatic", "--noinput", "--verbosity=0", "--ignore=redoc")
    supervisor.step("tables", "migrate", "--noinput", "--verbosity=0")
    today = (datetime.now(UTC) + timedelta(hours=8)).date()
    load_world(supervisor, today)
    if "static" in supervisor.running:
        supervisor.finish("static")
        state.write_private(collected, files)
    supervisor.begin("web", *WEB, "--host", "127.0.0.1", "--port", str(port), "config.wsgi:application")
    play_stories(supervisor)
    supervisor.step(f"rating as of {today}", "rate", f"--as-of={today}", "--publish")
    supervisor.begin("accounts", "manage.py", "demo_accounts")  # one of them speaks for a host, who now has an address
    supervisor.begin("worker", *WORKER)
    say("» web server and worker")
    home = f"http://127.0.0.1:{port}"
    supervisor.wait_for_web(home)
    supervisor.finish("accounts")
    say(f"\nClearhost is up after {time.monotonic() - began:.1f} s; Ctrl-C stops it.\n")
    for title, path in (("pages", "/"), ("REST", "/api/docs/"), ("admin", "/admin/")):
        say(f"  {title:<8}{home}{path}")
    say(f"  {'own':<8}{home}/me/")
    for user, password in json.loads((state.folder() / "demo_accounts.json").read_text()).items():
        say(f"          user {user}, password {password}")
    if os.environ["STAFF_SECOND_FACTOR"] == "off":
        say(
            "          (the demo asks its staff for no second factor; everywhere else the admin stays shut without one)"
        )
    say(f"  logs    {supervisor.logs}")
    tour(home)
    while True:
        supervisor.look_after()
        if "MAKELEVEL" in os.environ and os.getppid() != parent:
            raise Stop("make is gone")
        time.sleep(0.5)


def tour(home: str) -> None:
    """Print what to look at first, in order."""
    slugs = stories()
    if not slugs:
        return
    say("\n  what to look at first")
    for title, path in (
        ("a famous host beside a small one", f"/compare/?slugs={slugs[1]},{slugs[2]}"),
        ("why the famous one is no higher", f"/influencers/{slugs[1]}/#why-h"),
        ("a placement fee checked before it is paid", f"/check/?influencer={slugs[7]}&{TERMS_OF_7}"),
        ("what waits for staff (user moderator)", "/admin/queue/"),
        ("a plan for growth (user host)", f"/me/{slugs[10]}/plan/"),
    ):
        say(f"    {title:<42} {home}{path}")


def stories() -> dict[int, str]:
    """Addresses of the stories' hosts by number; none in a world without them."""
    with connected() as connection:
        rows = connection.execute(
            "SELECT source_id, slug FROM influencers_influencer WHERE source_id LIKE 'story-__' AND slug IS NOT NULL"
        ).fetchall()
    found = {int(source_id[-2:]): slug for source_id, slug in rows}
    return found if {1, 2, 7, 10} <= found.keys() else {}


def static_fingerprint() -> str:
    """Say what the static files are made of: our own, and the packages'; collecting them takes seconds."""
    own = sorted(path for path in state.PROJECT.glob("*/static/**/*") if path.is_file())
    parts = [f"{path} {path.stat().st_size} {path.stat().st_mtime_ns}" for path in own]
    parts.append((state.PROJECT / "requirements.txt").read_text())
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def load_world(supervisor: Supervisor, today: date) -> None:
    """Generate the demo's world and load it, once; its size and last day are decided at the first start."""
    folder = state.folder() / "demo"
    first = {
        "influencers": os.environ.get("DEMO_INFLUENCERS", "600"),
        "seed": os.environ.get("DEMO_SEED", "1"),
        "until": str(today),
    }
    chosen = json.loads(state.remembered("demo_world.json", json.dumps(first)))
    if not (folder / "world").exists():
        title = f"a world of {chosen['influencers']} influencers until {chosen['until']}"
        arguments = [f"--{name}={value}" for name, value in chosen.items()]
        supervisor.step(title, "demo_world", str(folder / "draft"), "--stories", *arguments)
        (folder / "draft").rename(folder / "world")
    loaded = state.folder() / "demo_loaded"
    this = database_identity()
    if not (loaded.exists() and loaded.read_text() == this):
        supervisor.step("loading its evidence", "ingest", "--dir", str(folder / "world"))
        state.write_private(loaded, this)


def play_stories(supervisor: Supervisor) -> None:
    """Let staff and hosts do what the stories say, whenever another call's time has come."""
    story, played = state.folder() / "demo" / "world" / "story.jsonl", state.folder() / "demo_played"
    if not story.exists():
        return
    times = [datetime.fromisoformat(json.loads(line)["at"]) for line in story.read_text(encoding="utf-8").splitlines()]
    this = f"{database_identity()} {sum(at <= datetime.now(UTC) for at in times)}"
    if not (played.exists() and played.read_text() == this):
        supervisor.step("what staff and hosts did", "play_story", str(story))
        state.write_private(played, this)


def database_identity() -> str:
    """Say which database this is, so that another one, or a new one in its place, is loaded anew."""
    with connected() as connection:
        row = connection.execute(
            "SELECT system_identifier, oid FROM pg_control_system(), pg_database WHERE datname = current_database()"
        ).fetchone()
    return repr(row)


def connected() -> psycopg.Connection[Any]:
    """Give a connection to the service's database."""
    url = os.environ.get("DATABASE_URL")
    where = environ.Env.db_url_config(url) if url else cluster().address()
    return psycopg.connect(
        host=where["HOST"],
        port=where["PORT"] or None,
        user=where["USER"],
        password=where["PASSWORD"],
        dbname=where["NAME"],
    )


def main() -> None:
    """Run the demo until Ctrl-C."""
    environ.Env.read_env(state.PROJECT / ".env")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    os.environ.setdefault("STAFF_SECOND_FACTOR", "off")
    os.environ.setdefault("BODIES_AT_ONCE", str(THREADS - 1))
    try:
        with only_one():
            port = int(os.environ.get("PORT", "8000"))
            demand_port(port)
            stop_on_signals()
            supervisor = Supervisor()
            try:
                run(supervisor, port)
            finally:
                supervisor.close(*STOPPED)
    except Stop as end:
        if str(end):
            sys.exit(f"demo: {end}")


if __name__ == "__main__":
    main()
