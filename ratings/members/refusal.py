"""What members are told when something cannot be."""

from __future__ import annotations

from django.utils.functional import Promise


class NotPossible(ValueError):
    """A step that is not possible now, with the reason in words."""

    def __init__(self, message: str | Promise) -> None:
        super().__init__(str(message))
        self.message = message
