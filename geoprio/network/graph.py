"""The searchable form of a network: chains of segments contracted to edges, junctions in an order that stays local."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geoprio.network.compiled import load

if TYPE_CHECKING:
    from geoprio._core.typing import Bools, Floats, Ints

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
    edge, base, forward, length : ndarray, shape (segments,)
        Edge of each segment, where on it the segment lies, whether it runs the edge's way, and its own length.
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
    length: Floats
    buckets: int

    def place(self, segment: Ints, offset: Floats) -> tuple[Ints, Floats]:
        """Return the edge of each position (-1 where not snapped) and the metres along it, shape (positions,)."""
        within = np.where(self.forward[segment], offset, self.length[segment] - offset)
        return np.where(segment >= 0, self.edge[segment], -1), self.base[segment] + within


def contract_network(x: Floats, y: Floats, start: Ints, end: Ints, length: Floats) -> Graph:
    """Return the graph of nodes (x, y) and segments (start, end, length); distances on it are those on the segments."""
    kernels = load("kernels")
    pointer, at = kernels.adjacency(len(x), start, end)
    first, last, total, edge, base, forward = kernels.contract(start, end, length, pointer, at)
    ends = np.unique(np.concatenate((first, last)))
    extent = max(float(np.ptp(x)), float(np.ptp(y)), 1e-9)
    column, row = (((v[ends] - v.min()) / extent * (2**HILBERT_BITS - 1)).astype(np.int64) for v in (x, y))
    ends = ends[np.argsort(kernels.hilbert(column, row, HILBERT_BITS), kind="stable")]
    number = np.empty(len(x), np.int64)
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
        pointer,
        neighbour,
        total[at],
        at,
        first,
        last,
        total,
        place[edge],
        base,
        forward,
        length,
        1 << steps.bit_length(),
    )
