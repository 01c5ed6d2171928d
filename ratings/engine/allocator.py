"""How the C library holds memory: what is let go goes back to the machine, where that can be asked for."""

from __future__ import annotations

import ctypes

import pyarrow as pa

M_TRIM_THRESHOLD, M_MMAP_THRESHOLD, M_ARENA_MAX = -1, -3, -8  # of malloc.h
APART = 1 << 18  # bytes: what is larger gets pages of its own, and leaves no hole behind
ARENAS = 2


def hold_little() -> None:
    """For a process that goes through much in turns: otherwise the largest arrays of each step stay where they were."""
    libc = ctypes.CDLL(None)
    if hasattr(libc, "mallopt"):  # of the GNU C library alone
        for option, value in ((M_MMAP_THRESHOLD, APART), (M_TRIM_THRESHOLD, APART), (M_ARENA_MAX, ARENAS)):
            libc.mallopt(option, value)


def give_back() -> None:
    """Give back what is let go."""
    pa.default_memory_pool().release_unused()
    libc = ctypes.CDLL(None)
    if hasattr(libc, "malloc_trim"):
        libc.malloc_trim(0)
