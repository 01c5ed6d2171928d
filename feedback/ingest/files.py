"""Files of evidence as one stream of typed batches, with what became of their rows. Knows no database."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa

from feedback.ingest.folders import evidence_files
from feedback.ingest.mapping import Mapping
from feedback.ingest.readers import reader_of
from feedback.ingest.rejects import Refused, Reject, RejectsFile
from feedback.ingest.streams import Stream
from feedback.ingest.typed import Typer

Progress = Callable[[Path, int], None]  # file, bytes of it read so far


@dataclass
class Summary:
    """What became of a file's rows; loaded + older + duplicate + skipped + rejected = rows."""

    kind: str
    file: str
    rows: int = 0
    loaded: int = 0
    older: int = 0
    duplicate: int = 0
    skipped: int = 0
    rejected: int = 0
    whole: bool = True  # nothing of the file was unreadable as such
    digest: str = ""

    def __str__(self) -> str:
        parts = " + ".join(f"{name} {getattr(self, name)}" for name in VERDICTS)
        return f"{self.file}: {parts} = {self.rows} rows"


VERDICTS = ("loaded", "older", "duplicate", "skipped", "rejected")


@dataclass
class Files:
    """Files of one kind, read one after the other as one stream of typed batches."""

    mapping: Mapping
    paths: Sequence[Path]
    rejects: RejectsFile
    source: str | None = None
    tz: str | None = None
    progress: Progress = lambda path, position: None
    unknown: set[str] = field(default_factory=set)
    summaries: list[Summary] = field(default_factory=list)
    _late: dict[int, dict[int, tuple[str, str]]] = field(default_factory=lambda: defaultdict(dict))

    def batches(self) -> Iterator[tuple[int, pa.Table]]:
        """Rows in canonical types, each batch with the number of its file."""
        return ahead(self._batches())

    def _batches(self) -> Iterator[tuple[int, pa.Table]]:
        typer = Typer(self.mapping, self.source, self.tz)
        for number, path in enumerate(self.paths):
            summary = Summary(self.mapping.kind.name, path.name)
            self.summaries.append(summary)
            stream = Stream(path)
            try:
                for chunk in reader_of(path)(stream, self.mapping.wanted):
                    typed = typer.type(chunk)
                    summary.rows += typed.table.num_rows + typed.skipped + len(typed.rejects)
                    summary.skipped += typed.skipped
                    for reject in typed.rejects:
                        self._reject(summary, reject)
                    self.progress(path, stream.position)
                    yield number, typed.table
            except Refused as refused:
                summary.rows += 1
                summary.whole = False
                self._reject(summary, Reject(refused.line, "", refused.reason, ""))
            summary.whole = summary.whole and not stream.damage
            summary.digest = stream.digest
        self.unknown |= typer.unknown
        typer.close()

    def _reject(self, summary: Summary, reject: Reject) -> None:
        summary.rejected += 1
        self.rejects.add(summary.file, reject)

    def refuse(self, file: int, line: int, column: str, reason: str) -> None:
        """A row that fell only when it met the others."""
        self._late[file][line] = (column, reason)

    def finish(self) -> None:
        """Look up the rows that fell late, as they stand in their files."""
        for number, fallen in self._late.items():
            path = self.paths[number]
            for chunk in reader_of(path)(Stream(path), self.mapping.wanted):
                for index, line in enumerate(chunk.lines.tolist()):
                    if line in fallen:
                        self._reject(self.summaries[number], Reject(line, *fallen[line], chunk.raw(index)))


def ahead(batches: Iterator[tuple[int, pa.Table]]) -> Iterator[tuple[int, pa.Table]]:
    """The next batch is read while this one is stored: most of either is spent outside Python."""
    with ThreadPoolExecutor(1) as reader:
        coming = reader.submit(next, batches, None)
        while (batch := coming.result()) is not None:
            coming = reader.submit(next, batches, None)
            yield batch


def whole_folder(
    folder: Path,
    rejects: RejectsFile,
    *,
    mappings: Path | None = None,
    tz: str | None = None,
    source: str | None = None,
) -> list[Files]:
    """What a folder holds of each kind, in the order in which the kinds depend on each other."""
    return [Files(mapping, paths, rejects, source=source, tz=tz) for mapping, paths in evidence_files(folder, mappings)]
