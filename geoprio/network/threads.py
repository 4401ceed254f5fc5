"""How many threads compiled loops use."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

THREADS = 2
LARGE_NETWORK = 50_000
"""Nodes from which two threads are worth their start."""


@contextmanager
def threads(nodes: int) -> Iterator[int]:
    """Let compiled loops use two threads on a large network, one on a small one; give the number."""
    import numba  # noqa: PLC0415 - heavy

    before = numba.get_num_threads()
    count = min(THREADS, before) if nodes >= LARGE_NETWORK else 1
    numba.set_num_threads(count)
    try:
        yield count
    finally:
        numba.set_num_threads(before)
