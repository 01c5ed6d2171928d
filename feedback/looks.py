"""Who of the staff looked at whose data: written with every look, read by who oversees them."""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth.models import User

from feedback.models import Look


def looked(*, user: User, what: str, subject: str, request_id: str, at: datetime) -> Look:
    """Write a line."""
    return Look.objects.create(user=user, what=what[:64], subject=subject[:160], request_id=request_id[:64], at=at)
