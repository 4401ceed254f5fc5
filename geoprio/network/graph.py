"""The searchable form of a network: chains of segments contracted to edges, junctions in an order that stays local."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from geoprio._core.typing import Bools, Floats, Ints
    from geoprio.network.build import Network
    from geoprio.network.snap import Positions

THREADS = 2
LARGE_NETWORK = 50_000
"""Nodes from which two threads are worth their start."""

HILBERT_BITS = 16


@dataclass(frozen=True)
class Graph:
    """Junctions and edges; costs in metres.

    Attributes
    ----------
    pointer, neighbour, cost, at : ndarray
        Edges at each junction: the junction at the other end, the length, the edge's number.
    first, last, total : ndarray, shape (edges,)
        Junctions at the ends, and the length.
    edge, base, forward : ndarray, shape (segments,)
        Edge of each segment, where on it the segment lies, and whether it runs the edge's way.
    buckets : int
        Power of two, enough for the longest edge.
    """

    pointer: Ints
    neighbour: Ints
    cost: Floats
    at: Ints
    first: Ints
    last: Ints
    total: Floats
    edge: Ints
    base: Floats
    forward: Bools
    buckets: int

    def place(self, network: Network, positions: Positions) -> tuple[Ints, Floats]:
        """Return the edge of each position (-1 where not snapped) and the metres along it."""
        segment = positions.segment
        length = network.length[segment]
        within = np.where(self.forward[segment], positions.offset, length - positions.offset)
        return np.where(segment >= 0, self.edge[segment], -1), self.base[segment] + within


def contract_network(network: Network) -> Graph:
    """Return the graph of a network; distances on it are those on the network."""
    from geoprio.network import kernels  # noqa: PLC0415 - numba loads only where a kernel runs

    pointer, at = kernels.adjacency(len(network.x), network.start, network.end)
    first, last, total, edge, base, forward = kernels.contract(network.start, network.end, network.length, pointer, at)
    ends = np.unique(np.concatenate((first, last)))
    extent = max(float(np.ptp(network.x)), float(np.ptp(network.y)), 1e-9)
    column, row = (
        ((v[ends] - v.min()) / extent * (2**HILBERT_BITS - 1)).astype(np.int64) for v in (network.x, network.y)
    )
    ends = ends[np.argsort(kernels.hilbert(column, row, HILBERT_BITS), kind="stable")]
    number = np.empty(len(network.x), np.int64)
    number[ends] = np.arange(len(ends))
    first, last = number[first], number[last]
    order = np.argsort(np.minimum(first, last), kind="stable")
    place = np.empty_like(order)
    place[order] = np.arange(len(order))
    first, last, total = first[order], last[order], total[order]
    pointer, at = kernels.adjacency(len(ends), first, last)
    owner = np.repeat(np.arange(len(ends)), np.diff(pointer))
    neighbour = np.where(first[at] == owner, last[at], first[at])
    steps = int(total.max() / kernels.BUCKET_M) + 3
    return Graph(
        pointer, neighbour, total[at], at, first, last, total, place[edge], base, forward, 1 << steps.bit_length()
    )


@contextmanager
def threads(network: Network) -> Iterator[int]:
    """Let compiled loops use two threads on a large network, one on a small one; give the number."""
    import numba  # noqa: PLC0415 - heavy

    before = numba.get_num_threads()
    count = min(THREADS, before) if len(network.x) >= LARGE_NETWORK else 1
    numba.set_num_threads(count)
    try:
        yield count
    finally:
        numba.set_num_threads(before)
