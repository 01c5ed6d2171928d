"""Reading a policy from a file, with words for what is wrong with it."""

from __future__ import annotations

import json
from pathlib import Path

from django.core.management.base import CommandError

from ratings.scoring.policy import CURRENT, Policy, PolicyError

BUILT_IN = "built-in"


def read_policy(given: str) -> Policy:
    """The policy of a file, or that of this release for `built-in`."""
    if given == BUILT_IN:
        return CURRENT
    try:
        return Policy.from_document(json.loads(Path(given).read_text(encoding="utf-8")))
    except OSError as why:
        raise CommandError(f"{given} is not a policy document: {why.strerror or why}") from why
    except (UnicodeDecodeError, json.JSONDecodeError) as why:
        raise CommandError(f"{given} is not a policy document, nor JSON: {why}") from why
    except PolicyError as why:
        raise CommandError(
            f"{given} is not a policy document: {why}. Begin with what /api/v1/methodology/ or manage.py constants "
            "--json gives and change only values and the version."
        ) from why
