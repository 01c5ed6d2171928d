"""Preparation of sources whose shape demands a join before a mapping file can read them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from feedback.ingest.prepare import olist
from feedback.ingest.prepare.errors import PrepareError

Prepare = Callable[[Path, Path], Iterator[tuple[str, int]]]

SOURCES: dict[str, Prepare] = {"olist": olist.prepare}
"""Source → verb: reads the folder as published, writes what `manage.py ingest` reads, yields (file, rows)."""

__all__ = ["SOURCES", "Prepare", "PrepareError"]
