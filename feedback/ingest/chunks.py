"""What every reader gives: some rows of a file as columns of text."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from feedback.ingest.rejects import Reject

NO_LINES: npt.NDArray[np.int64] = np.empty(0, np.int64)


@dataclass(frozen=True)
class Chunk:
    """Columns of text by the names the source gives them; row i begins on line lines[i] of the file."""

    columns: dict[str, pa.Array]
    lines: npt.NDArray[np.int64]
    raw: Callable[[int], str]  # row i as it stands in the file
    rejects: list[Reject]  # what could not even be read as a row

    @classmethod
    def only_rejects(cls, rejects: list[Reject]) -> Chunk:
        return cls({}, NO_LINES, str, rejects)
