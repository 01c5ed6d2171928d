"""What one installation keeps for itself beside the code: secrets, the database, the demo's choices."""

import hashlib
import itertools
import os
import pwd
import secrets
from collections.abc import Sequence
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).resolve().parent.parent


def folder() -> Path:
    """Give the folder of this installation: `var/` here, or a system folder as root.

    The database never runs as root, and the user it runs as cannot enter a closed home folder.
    """
    if os.geteuid() == 0:
        return Path("/var/lib/clearhost") / hashlib.sha256(str(PROJECT).encode()).hexdigest()[:12]
    return PROJECT / "var"


def unprivileged() -> pwd.struct_passwd | None:
    """Name the user whom root lends its work to; nobody when one is not root."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise RuntimeError("running as root needs a user `postgres` or `nobody` for the database to run as")


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner reads, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


def remembered(name: str, first: str) -> str:
    """Give what was kept under this name, or keep and give `first`; processes that race agree."""
    path = folder() / name
    if not path.exists():
        draft = path.with_name(f".{name}.{os.getpid()}.{secrets.token_hex(4)}")
        write_private(draft, first)
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text()


class Secrets(Sequence[str]):
    """Secrets of this installation that came one after the other: the first is made when asked for."""

    def __init__(self, name: str) -> None:
        self.name = name

    def _file(self, index: int) -> str:
        return self.name if index == 0 else f"{self.name}_{index + 1}"

    def __len__(self) -> int:
        secret(self.name)
        return next(index for index in itertools.count(1) if not (folder() / self._file(index)).exists())

    def __getitem__(self, index: Any) -> Any:
        return [secret(self._file(one)) for one in range(len(self))][index]

    def add(self) -> None:
        """Make one more."""
        secret(self._file(len(self)))


def secret(name: str) -> str:
    """Give a random secret of this installation, made when first asked for."""
    return remembered(name, secrets.token_urlsafe(50))
