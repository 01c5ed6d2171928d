"""What a check says: how much it looked at, what is wrong where, and what mends it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

SHOWN = 20  # faults of one check that are named; all are counted


@dataclass(frozen=True)
class Fault:
    """One place where what is stored does not agree."""

    place: str
    what: str
    remedy: str


@dataclass
class Checked:
    """One check's result; `notes` are no faults, but say what was not looked at, and why."""

    name: str
    promise: str
    looked_at: int = 0
    wrong: int = 0
    faults: list[Fault] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def fault(self, place: str, what: str, remedy: str) -> None:
        self.wrong += 1
        if len(self.faults) < SHOWN:
            self.faults.append(Fault(place, what, remedy))

    def expect(self, holds: bool, place: str, what: str, remedy: str) -> None:
        if not holds:
            self.fault(place, what, remedy)


@dataclass(frozen=True)
class Look:
    """How closely to look: `sample` influencers where all would take long, and whom to tell of progress."""

    sample: int | None = None
    progress: Callable[[str], None] = lambda step: None
