"""What a verb of governance refuses, each with the reason in words for the person who asked."""

from __future__ import annotations

from datetime import datetime

from django.utils.functional import Promise


class CannotAct(Exception):
    """The step is not possible; all others here are kinds of it."""

    def __init__(self, message: str | Promise) -> None:
        super().__init__(str(message))
        self.message = message


class AlreadyActed(CannotAct):
    """Someone else was faster: `by` did `what` at `at`."""

    def __init__(self, message: str | Promise, *, by: str, what: str, at: datetime | None) -> None:
        super().__init__(message)
        self.by, self.what, self.at = by, what, at


class Incomplete(CannotAct):
    """The statement of reasons, or the appeal, lacks `field` or has it wrong."""

    def __init__(self, field: str, message: str | Promise) -> None:
        super().__init__(message)
        self.field = field


class SamePerson(CannotAct):
    """This takes another person than the one who decided, approved or filed."""


class TooLate(CannotAct):
    """The time for this step is over."""


class MergedAway(CannotAct):
    """The host was merged into another one, whose standing it is now; `into` is that influencer's id."""

    def __init__(self, message: str | Promise, *, into: int) -> None:
        super().__init__(message)
        self.into = into
