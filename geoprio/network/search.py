"""Shortest paths between positions on the network.

A path leaves its first point by the straight leg, follows the streets, and reaches the last point by its straight leg.
Between two positions on one segment it may run along the segment or around through its ends.
"""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from geoprio._core.errors import InputError
from geoprio._core.typing import Floats, Ints
from geoprio.network.build import Network
from geoprio.network.snap import Positions

HALF_MM = 5e-4
"""Distances hold to 1 mm: what exceeds a ring by less than half of that is within it."""

CHUNK_CELLS = 2**24
"""Distances held at once by `counts` (some 128 MB)."""


def nearest(network: Network, origins: Positions, destinations: Positions) -> tuple[Floats, Ints]:
    """Return the shortest distance from each origin to any destination, and which destination it is.

    Parameters
    ----------
    network : Network
    origins, destinations : Positions
        As `snap` gives them; shapes (n,) and (m,).

    Returns
    -------
    distance : ndarray of float, shape (n,)
        Metres; infinite where no destination can be reached, NaN where the origin is not snapped.
    which : ndarray of int, shape (n,)
        Number of the destination, -1 where there is none.
    """
    n = len(network.x)
    distance = np.where(origins.snapped, np.inf, np.nan)
    which = np.full(len(distance), -1, np.int64)
    here = np.flatnonzero(destinations.snapped)
    if not len(here):
        return distance, which
    graph = _with_destinations(network, destinations, here)
    cost, _, source = dijkstra(graph, indices=n + np.arange(len(here)), min_only=True, return_predecessors=True)
    on = np.flatnonzero(origins.snapped)
    s, offset, leg = origins.segment[on], origins.offset[on], origins.leg[on]
    for node, along in ((network.start[s], offset), (network.end[s], network.length[s] - offset)):
        _take_shorter(distance, which, on, cost[node] + along + leg, source[node].astype(np.int64) - n)
    who, to = _same_segment(s, destinations.segment[here])
    straight = np.abs(offset[who] - destinations.offset[here][to]) + destinations.leg[here][to] + leg[who]
    order = np.lexsort((to, straight, who))
    who, to, straight = who[order], to[order], straight[order]
    one, first = np.unique(who, return_index=True)
    _take_shorter(distance, which, on[one], straight[first], to[first])
    which[which >= 0] = here[which[which >= 0]]
    return distance, which


def _take_shorter(distance: Floats, which: Ints, at: Ints, found: Floats, by: Ints) -> None:
    better = found < distance[at]
    distance[at[better]], which[at[better]] = found[better], by[better]


def counts(network: Network, origins: Positions, destinations: Positions, rings_m: tuple[float, ...]) -> Ints:
    """Return how many destinations lie within each ring of each origin.

    Parameters
    ----------
    network : Network
    origins, destinations : Positions
        Shapes (n,) and (m,).
    rings_m : tuple of float
        Radii in metres; a distance equal to the radius to 1 mm counts.

    Returns
    -------
    ndarray of int, shape (n, rings)
        0 for origins that are not snapped.

    Raises
    ------
    InputError
        If a radius is not above 0.
    """
    if any(not r > 0 for r in rings_m):
        raise InputError(f"rings {list(rings_m)} must be above 0 metres.")
    n = len(network.x)
    total = np.zeros((len(origins.segment), len(rings_m)), np.int64)
    here, on = np.flatnonzero(destinations.snapped), np.flatnonzero(origins.snapped)
    if not (len(here) and len(on) and rings_m):
        return total
    graph = _with_destinations(network, destinations, here)
    s, offset, leg = origins.segment[on], origins.offset[on], origins.leg[on]
    step = max(1, CHUNK_CELLS // max(n + len(here), len(on)))
    for low in range(0, len(here), step):
        part = np.arange(low, min(low + step, len(here)))
        cost = dijkstra(graph, indices=n + part, limit=max(rings_m) + 1.0)
        reach = (
            np.minimum(cost[:, network.start[s]] + offset, cost[:, network.end[s]] + network.length[s] - offset) + leg
        )
        who, to = _same_segment(s, destinations.segment[here[part]])
        straight = (
            np.abs(offset[who] - destinations.offset[here[part]][to]) + destinations.leg[here[part]][to] + leg[who]
        )
        reach[to, who] = np.minimum(reach[to, who], straight)
        for k, ring in enumerate(rings_m):
            total[on, k] += (reach <= ring + HALF_MM).sum(axis=0)
    return total


def _with_destinations(network: Network, destinations: Positions, here: Ints) -> csr_array:
    """Return the streets both ways, plus one node for each destination with a way out to both ends of its segment."""
    n, m = len(network.x), len(here)
    s, offset, leg = destinations.segment[here], destinations.offset[here], destinations.leg[here]
    own = n + np.arange(m)
    tail = np.concatenate((network.start, network.end, own, own))
    head = np.concatenate((network.end, network.start, network.start[s], network.end[s]))
    cost = np.concatenate((network.length, network.length, leg + offset, leg + network.length[s] - offset))
    # Parallel segments: sorted by cost, the first of each pair is the shortest; summing, scipy's habit, would be wrong.
    order = np.lexsort((cost, head, tail))
    tail, head, cost = tail[order], head[order], cost[order]
    first = np.ones(len(tail), bool)
    first[1:] = (tail[1:] != tail[:-1]) | (head[1:] != head[:-1])
    pointer = np.zeros(n + m + 1, np.int64)
    np.cumsum(np.bincount(tail[first], minlength=n + m), out=pointer[1:])
    return csr_array((cost[first], head[first], pointer), shape=(n + m, n + m))


def _same_segment(origin: Ints, destination: Ints) -> tuple[Ints, Ints]:
    """Return the pairs (number of the origin, number of the destination) that lie on one segment."""
    order = np.argsort(destination, kind="stable")
    ranked = destination[order]
    low, high = np.searchsorted(ranked, origin, "left"), np.searchsorted(ranked, origin, "right")
    times = high - low
    who = np.repeat(np.arange(len(origin)), times)
    within = np.arange(len(who)) - np.repeat(np.cumsum(times) - times, times)
    return who, order[np.repeat(low, times) + within]
