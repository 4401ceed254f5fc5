"""Chains of segments contracted to edges, junctions in an order that stays local."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from geoprio.network.compiled import load

if TYPE_CHECKING:
    from geoprio._core.typing import Bools, Floats, Ints

HILBERT_BITS = 16


@dataclass(frozen=True, eq=False)
class Chains:
    """Junctions and edges without their costs; an edge is a chain of segments between two junctions.

    Attributes
    ----------
    pointer, neighbour, at : ndarray of int32
        At each junction: where its entries begin, the junction at the other end, the edge between.
    first, last : ndarray of int32, shape (edges,)
        Junctions at the ends.
    edge : ndarray of int32, shape (segments,)
    same_way : ndarray of bool, shape (segments,)
        Whether the segment runs the way of its edge.
    chain, begin : ndarray of int32, shape (segments,)
        Segments edge by edge in the order they are walked; for each, where in `chain` its edge begins.
    """

    pointer: Ints
    neighbour: Ints
    at: Ints
    first: Ints
    last: Ints
    edge: Ints
    same_way: Bools
    chain: Ints
    begin: Ints

    @cached_property
    def spot(self) -> Ints:
        """Where each segment stands in `chain`, shape (segments,)."""
        spot = np.empty(len(self.chain), np.int64)
        spot[self.chain] = np.arange(len(self.chain))
        return spot

    @cached_property
    def span(self) -> tuple[Ints, Ints]:
        """Where each edge's segments begin and end in `chain`, shape (edges,) each."""
        begin = np.empty(len(self.first), np.int64)
        begin[self.edge[self.chain]] = self.begin
        return begin, begin + np.bincount(self.edge, minlength=len(begin))

    def sums(self, cost: Floats) -> tuple[Floats, Floats]:
        """Return the cost of each edge before each of its segments (segments,), and in whole (edges,)."""
        run = np.cumsum(cost[self.chain])
        before = run - cost[self.chain]
        base = np.empty(len(cost))
        base[self.chain] = before - before[self.begin]
        total = np.zeros(len(self.first))
        # Of an edge's segments the last one is written last.
        total[self.edge[self.chain]] = run - before[self.begin]
        return base, total


def contract(x: Floats, y: Floats, start: Ints, end: Ints, one_way: Bools) -> Chains:
    """Return the chains of a network; both ends of one-way segments are junctions."""
    compiled = load("contraction")
    start, end = start.astype(np.int32), end.astype(np.int32)
    keep = np.zeros(len(x), bool)
    keep[start[one_way]] = keep[end[one_way]] = True
    first, last, begin, chain, edge, same_way = compiled.contract(
        start, end, *compiled.adjacency(len(x), start, end), keep
    )
    against = one_way & ~same_way
    # One-way segments run the way of their edges: first to last is the way that can be walked.
    first[edge[against]], last[edge[against]] = start[against], end[against]
    same_way[against] = True
    begin = np.repeat(begin, np.diff(np.append(begin, len(chain))))
    at_end = np.zeros(len(x), bool)
    at_end[first] = at_end[last] = True
    ends = np.flatnonzero(at_end)
    extent = max(float(np.ptp(x)), float(np.ptp(y)), 1e-9)
    column, row = (((v[ends] - v.min()) / extent * (2**HILBERT_BITS - 1)).astype(np.int64) for v in (x, y))
    ends = ends[np.argsort(compiled.hilbert(column, row, HILBERT_BITS), kind="stable")]
    number = np.empty(len(x), np.int32)
    number[ends] = np.arange(len(ends), dtype=np.int32)
    first, last = number[first], number[last]
    order = compiled.order_by(np.minimum(first, last), len(ends))
    renumbered = np.empty(len(order), np.int32)
    renumbered[order] = np.arange(len(order), dtype=np.int32)
    first, last = first[order], last[order]
    pointer, at = compiled.adjacency(len(ends), first, last)
    owner = np.repeat(np.arange(len(ends), dtype=np.int32), np.diff(pointer))
    neighbour = np.where(first[at] == owner, last[at], first[at])
    return Chains(pointer, neighbour, at, first, last, renumbered[edge], same_way, chain, begin)
