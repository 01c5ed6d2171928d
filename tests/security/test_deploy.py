"""What Django's own checks say of the settings as they are deployed."""

import os
import secrets
import subprocess
import sys

from config.state import PROJECT


def test_checks_for_deployment_find_nothing() -> None:
    given = {"HTTPS": "true", "SECRET_KEY": secrets.token_urlsafe(50), "ALLOWED_HOSTS": "rating.example"}
    command = [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "INFO"]
    environment = {**os.environ, **given, "DJANGO_SETTINGS_MODULE": "config.settings"}
    done = subprocess.run(command, cwd=PROJECT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "no issues (0 silenced)" in done.stdout
