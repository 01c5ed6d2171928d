"""What others wrote is served as it came: the sums beside the files are theirs."""

import hashlib
import re
from pathlib import Path

import pytest
from django.conf import settings

FOLDERS = ("ratings/static/ratings/vendor", "tests/browser/vendor")
ROW = re.compile(r"^\| (\S+) \|.*\| ([0-9a-f]{64}) \|$", re.MULTILINE)


@pytest.mark.parametrize("folder", FOLDERS)
def test_sums(folder: str) -> None:
    place = Path(settings.BASE_DIR) / folder
    listed = dict(ROW.findall((place / "VENDORED.md").read_text(encoding="utf-8")))
    assert listed, "the table names every file"
    for name, digest in listed.items():
        assert hashlib.sha256((place / name).read_bytes()).hexdigest() == digest, name
    unlisted = {f.name for f in place.iterdir()} - set(listed)
    assert all(name.startswith("LICENSE") or name == "VENDORED.md" for name in unlisted), unlisted
