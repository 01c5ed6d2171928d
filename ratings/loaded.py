"""What a process loads once and keeps."""

from __future__ import annotations

import atexit
import gc

from django.urls import get_resolver


def settle(*, pages: bool = False) -> None:
    """Leave all that is loaded out of every later search for garbage, which then looks at some thousand objects.

    A full search went through a quarter of a million of them and held up one request in thirty for 150 ms. `pages`
    loads those too, which wait for the first request otherwise.
    """
    if pages:
        _ = get_resolver().url_patterns
    gc.collect()
    gc.freeze()
    atexit.register(gc.unfreeze)  # libraries complain of what is still held when the interpreter ends
