"""What a web process has loaded when it begins to answer, and that it leaves without complaint."""

from __future__ import annotations

import subprocess
import sys

BEGUN = """
import gc, sys
import config.wsgi
print(len(gc.get_objects()), gc.get_freeze_count(), "ratings.pages.urls" in sys.modules)
"""


def test_nothing_loaded_is_searched_for_garbage() -> None:
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", BEGUN], capture_output=True, text=True, check=True)
    searched, kept, pages = done.stdout.split()
    assert int(searched) < 5_000
    assert int(kept) > 50_000
    assert pages == "True"
    assert done.stderr == ""
