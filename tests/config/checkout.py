"""A fresh clone of the project for a test, root's or an ordinary user's, with a virtual environment of its own."""

import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

PROJECT = Path(__file__).resolve().parents[2]
PACKAGES = Path(pytest.__file__).parents[1]


@dataclass(frozen=True)
class Checkout:
    """A clone, and who works in it."""

    folder: Path
    user: pwd.struct_passwd | None

    def popen(self, *command: str, **environment: str) -> subprocess.Popen[str]:
        """Start a command in the clone, in a session of its own as a terminal would."""
        return subprocess.Popen(
            command,
            cwd=self.folder,
            env=self._environment() | environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
            **self._as_user(),
        )

    def run(self, *command: str, **environment: str) -> str:
        """Run a command in the clone to its good end."""
        process = self.popen(*command, **environment)
        output = process.communicate(timeout=300)[0]
        assert process.returncode == 0, output
        return output

    def succeeds(self, *command: str) -> bool:
        """Run a command in the clone and say whether all was well."""
        process = self.popen(*command)
        process.communicate(timeout=300)
        return process.returncode == 0

    def manage(self, *arguments: str, **environment: str) -> str:
        """Run a management command to its good end."""
        return self.run(".venv/bin/python", "manage.py", *arguments, **environment)

    def state(self) -> Path:
        """Give the folder where this clone keeps its database and secrets."""
        script = "from config import state; print(state.folder())"
        return Path(self.run(".venv/bin/python", "-c", script).strip())

    def processes(self) -> list[str]:
        """List what still runs of this clone: its programs, and its database."""
        mine = (str(self.folder).encode(), str(self.state()).encode())
        found = []
        for entry in Path("/proc").iterdir():
            try:
                command, status = (entry / "cmdline").read_bytes(), (entry / "stat").read_text()
                place = os.fsencode(os.readlink(entry / "cwd"))
            except OSError:
                continue
            if any(part in command or place.startswith(part) for part in mine) and status.split(")")[1][1] != "Z":
                found.append(command.replace(b"\0", b" ").decode())
        return found

    def make_environment(self) -> None:
        """Lend the clone the packages installed here; where its user may not read them, install them."""
        python = python_for(self.user)
        self.run(python, "-m", "venv", "--without-pip", ".venv")
        site = next((self.folder / ".venv" / "lib").glob("python*/site-packages"))
        (site / "lent.pth").write_text(f"{PACKAGES}\n")
        (self.folder / ".venv" / ".installed").touch()
        if not self.succeeds(".venv/bin/python", "-c", "import django"):
            shutil.rmtree(self.folder / ".venv")
            self.run("make", "setup", f"PYTHON={python}")

    def _as_user(self) -> dict[str, Any]:
        if self.user is None:
            return {}
        return {"user": self.user.pw_uid, "group": self.user.pw_gid, "extra_groups": []}

    def _environment(self) -> dict[str, str]:
        kept = {name: os.environ[name] for name in os.environ if name.startswith("PIP_")}
        home = str(self.folder) if self.user else os.environ.get("HOME", "/")
        return kept | {"PATH": os.environ["PATH"], "HOME": home, "LANG": "C.UTF-8"}


def python_for(user: pwd.struct_passwd | None) -> str:
    """Find a Python of this version that the user may run; the one running here may lie in root's home."""
    base = getattr(sys, "_base_executable", sys.executable)
    if user is None:
        return base
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    question = "import ensurepip, sys; print('%d.%d' % sys.version_info[:2])"
    for candidate in (base, "/usr/bin/python3", "/usr/local/bin/python3"):
        try:
            answer = subprocess.run(
                [candidate, "-c", question],
                user=user.pw_uid,
                group=user.pw_gid,
                extra_groups=[],
                capture_output=True,
                text=True,
                cwd="/",
            ).stdout
        except OSError:
            continue
        if answer.strip() == version:
            return candidate
    pytest.skip(f"no Python {version} that an ordinary user may run")


@contextmanager
def fresh_clone(*, as_root: bool) -> Iterator[Checkout]:
    """Clone what is committed and what is changed here; the clone, its database and its secrets go afterwards."""
    user = None
    if not as_root and os.geteuid() == 0:
        user = pwd.getpwnam("nobody")
    if as_root and os.geteuid() != 0:
        pytest.skip("not running as root")
    home = Path(tempfile.mkdtemp(prefix="clearhost-"))
    home.chmod(0o755)
    folder = home / "clone"
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    for name in filter(None, listed.split("\0")):
        if (PROJECT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(PROJECT / name, folder / name)
    if user is not None:
        for path in (folder, *folder.rglob("*")):
            os.chown(path, user.pw_uid, user.pw_gid)
    clone = Checkout(folder, user)
    try:
        clone.make_environment()
        yield clone
    finally:
        place = clone.state()
        clone.succeeds(".venv/bin/python", "manage.py", "postgres", "stop")
        shutil.rmtree(place, ignore_errors=True)
        shutil.rmtree(home, ignore_errors=True)
