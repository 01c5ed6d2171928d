"""Which reader reads a file: its extension says."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from feedback.ingest.chunks import Chunk
from feedback.ingest.streams import Stream
from feedback.ingest.tables import read_parquet, read_xlsx
from feedback.ingest.text_files import read_csv, read_jsonl

Reader = Callable[[Stream, frozenset[str]], Iterator[Chunk]]

READERS: dict[str, Reader] = {
    ".csv": read_csv,
    ".jsonl": read_jsonl,
    ".ndjson": read_jsonl,
    ".parquet": read_parquet,
    ".xlsx": read_xlsx,
}


def extension(path: Path) -> str:
    """Of `reviews.csv.gz` it is `.csv`."""
    name = path.name.lower().removesuffix(".gz")
    return Path(name).suffix


def stem(path: Path) -> str:
    """Of `reviews.csv.gz` it is `reviews`."""
    return Path(path.name.removesuffix(".gz")).stem


def reader_of(path: Path) -> Reader:
    try:
        return READERS[extension(path)]
    except KeyError:
        known = ", ".join(READERS)
        raise ValueError(f"{path}: unknown extension; known are {known}, each also with .gz") from None
