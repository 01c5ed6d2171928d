"""Where the processes of one web server keep what they count, so that `/metrics` adds them up, whoever answers.

It is decided before anything imports the library, which looks at its environment once.
"""

import contextlib
import os
import shutil

from config import state

VARIABLE = "PROMETHEUS_MULTIPROC_DIR"


def begin() -> None:
    """Name a folder of this web server's own, and clear away those of servers that are gone."""
    if VARIABLE in os.environ:
        return
    home = state.folder() / "metrics"
    mine = home / str(os.getppid())  # the server is the parent of its workers
    try:
        mine.mkdir(parents=True, exist_ok=True)
    except OSError:  # nothing may be written here: each process counts for itself
        return
    os.environ[VARIABLE] = str(mine)
    for other in home.iterdir():
        if other.name.isdecimal() and not _alive(int(other.name)):
            with contextlib.suppress(OSError):
                shutil.rmtree(other)


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
