"""Where the examples are, and the real data where it is at hand: it is not part of the repository."""

from __future__ import annotations

import os
from pathlib import Path

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"


def real_data() -> Path | None:
    """The folder named by CLEARHOST_REAL_DATA, or shared/data beside the checkout."""
    folder = Path(os.environ.get("CLEARHOST_REAL_DATA") or EXAMPLES.parents[1] / "shared" / "data")
    return folder if (folder / "olist").is_dir() else None
