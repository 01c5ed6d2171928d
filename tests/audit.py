"""Asks a public database of holes about the pinned requirements.

A hole that is known fails; a database that cannot be reached does not, since a build has to work without a network.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
ASK = ("--disable-pip", "--no-deps", "--vulnerability-service", "osv", "--format", "json", "--progress-spinner", "off")
PATIENCE = 60  # seconds in all
ACCEPTED: dict[str, str] = {}  # id of a hole that does not touch us → why


def main(files: tuple[str, ...] = ("requirements.txt", "requirements-dev.txt")) -> int:
    """Say what is known; 1 when something is."""
    requirements = [part for name in files for part in ("--requirement", str(PROJECT / name))]
    ignored = [part for hole in ACCEPTED for part in ("--ignore-vuln", hole)]
    command = [sys.executable, "-m", "pip_audit", *ASK, "--timeout", "5", *requirements, *ignored]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)
        found = json.loads(done.stdout)
    except (subprocess.TimeoutExpired, ValueError):
        print("audit: the database of holes cannot be reached; nothing was looked up")
        return 0
    return report(found)


def report(found: dict[str, list[dict[str, object]]]) -> int:
    """What an answer means."""
    known = [(package, hole) for package in found["dependencies"] for hole in package.get("vulns", [])]  # type: ignore[attr-defined]
    for package, hole in known:
        print(f"audit: {package['name']} {package.get('version')}: {hole['id']}, mended in {hole['fix_versions']}")
    if not known:
        print(f"audit: {len(found['dependencies'])} packages, no known hole")
    return 1 if known else 0


if __name__ == "__main__":
    sys.exit(main())
