"""What stops a preparation as a whole; single rows are refused by name instead."""

from __future__ import annotations


class PrepareError(Exception):
    """The folder can't be prepared: a file is missing, unreadable or lacks a column."""
