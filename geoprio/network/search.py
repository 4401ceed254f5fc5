"""Shortest paths between positions on the network.

A path leaves its first point by the straight leg, follows the streets, and reaches the last point by its straight leg.
Between two positions on one edge it may run along the edge or around through its ends.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geoprio._core.errors import InputError
from geoprio.network.compiled import load, threads

if TYPE_CHECKING:
    from geoprio._core.typing import Floats, Ints
    from geoprio.network.build import Network
    from geoprio.network.graph import Graph
    from geoprio.network.snap import Positions

HALF_MM = 5e-4
"""Distances hold to 1 mm: what exceeds a ring by less than half of that is within it."""


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
    here = np.flatnonzero(destinations.snapped)
    if not len(here):
        return np.where(origins.snapped, np.inf, np.nan), np.full(len(origins.segment), -1, np.int64)
    kernels = load("kernels")
    graph = network.graph
    to_edge, to_along = graph.place(destinations.segment, destinations.offset)
    to_edge, to_along, to_leg = to_edge[here], to_along[here], destinations.leg[here]
    seeds = np.concatenate((graph.first[to_edge], graph.last[to_edge]))
    costs = np.concatenate((to_leg + to_along, to_leg + graph.total[to_edge] - to_along))
    distance, source = np.empty(len(graph.pointer) - 1), np.empty(len(graph.pointer) - 1, np.int64)
    kernels.spread(
        *(graph.pointer, graph.neighbour, graph.cost, seeds, costs, np.tile(here, 2), graph.buckets),
        *(distance, source),
    )
    edge, along = graph.place(origins.segment, origins.offset)
    order = np.argsort(to_edge, kind="stable")
    found, who = np.empty(len(edge)), np.empty(len(edge), np.int64)
    with threads(len(network.x)):
        kernels.gather(
            *(edge, along, origins.leg, graph.first, graph.last, graph.total, distance, source),
            *(_pointers(graph, to_edge), to_along[order], to_leg[order], here[order], found, who),
        )
    return found, who


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
    total = np.zeros((len(origins.segment), len(rings_m)), np.int64)
    here, on = np.flatnonzero(destinations.snapped), np.flatnonzero(origins.snapped)
    if not (len(here) and len(on) and rings_m):
        return total
    kernels = load("kernels")
    graph = network.graph
    to_edge, to_along = graph.place(destinations.segment, destinations.offset)
    # Destinations at one place are searched from once. Sorted by edge, neighbours share what the search touches.
    places = np.column_stack((to_edge[here], to_along[here], destinations.leg[here]))
    places, times = np.unique(places, axis=0, return_counts=True)
    edge, along = graph.place(origins.segment, origins.offset)
    edge, along = edge[on], along[on]
    order = np.argsort(edge, kind="stable")
    rings, back = np.unique(np.asarray(rings_m, np.float64), return_inverse=True)
    with threads(len(network.x)) as count:
        out = np.zeros((count, len(on), len(rings)), np.int32)
        kernels.count_rings(
            *(count, graph.pointer, graph.neighbour, graph.cost, graph.at, graph.first, graph.last, graph.total),
            *(places[:, 0].astype(np.int64), places[:, 1].copy(), places[:, 2].copy(), times),
            *(_pointers(graph, edge), along[order], origins.leg[on][order], rings + HALF_MM, out),
        )
    total[on[order]] = out.sum(axis=0)[:, back]
    return total


def _pointers(graph: Graph, edge: Ints) -> Ints:
    """Return where each edge's entries begin in a table sorted by edge, shape (edges + 1,)."""
    pointer = np.zeros(len(graph.total) + 1, np.int64)
    np.cumsum(np.bincount(edge, minlength=len(graph.total)), out=pointer[1:])
    return pointer
