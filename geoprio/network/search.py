"""The nearest destination of every origin.

A path leaves its first point by the straight leg, follows the streets, and reaches the last point by its straight leg.
Between two positions on one edge it may run along the edge or around through its ends. Without a profile costs are
metres; with one they are minutes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from geoprio._core.errors import InputError
from geoprio.network.compiled import load, threads

if TYPE_CHECKING:
    from geoprio._core.typing import Bools, Floats, Ints
    from geoprio.network.build import Network
    from geoprio.network.costs import Graph, Placed
    from geoprio.network.snap import Positions
    from geoprio.standards import Profile

CUTOFF = 3000.0
"""How far is looked where nothing else is asked: metres."""

HALF_MM = 5e-4
"""Distances hold to 1 mm: what exceeds a limit by less than half of that is within it."""

FARTHEST_M = 1e8
"""Longer than any way on Earth."""


@dataclass(frozen=True)
class Scope:
    """A network's edges in the units of one search.

    Attributes
    ----------
    per_cost : float
        Metres (of level ground) in one unit of the caller's costs: 1 in metres, the speed in minutes.
    scale : float
        Units per metre.
    limit : int
        Units.
    """

    graph: Graph
    per_cost: float
    scale: float
    limit: int
    entries: Ints

    @property
    def streets(self) -> tuple[Ints, ...]:
        """What the compiled searches take as `streets`."""
        chains = self.graph.chains
        return chains.pointer, self.entries, chains.at, chains.first, chains.last

    def origins(self, placed: Placed) -> tuple[Any, ...]:
        """Return what the compiled searches take as `origins`."""
        return placed.pointer, *self.graph.from_here(placed, self.scale), placed.out, placed.home, placed.leg

    def places(self, placed: Placed) -> tuple[Any, ...]:
        """Return what the compiled searches take as `places`."""
        return placed.edge, *self.graph.to_here(placed, self.scale), placed.out, placed.home, placed.leg

    def units(self, costs: Sequence[float]) -> Ints:
        """Return costs as units, shape (costs,), with half a millimetre of grace."""
        return np.floor((np.asarray(costs, np.float64) * self.per_cost + HALF_MM) * self.scale).astype(np.int64)


def scope(network: Network, limit: float, profile: Profile | None, name: str = "cutoff") -> Scope:
    """Return the network in the units of a search up to `limit` metres or minutes.

    Raises
    ------
    InputError
        If the limit is not a finite number above 0.
    """
    if not (limit > 0 and np.isfinite(limit)):
        raise InputError(f"{name} = {limit} must be a finite number above 0.")
    graph = network.graph(profile)
    per_cost = 1.0 if profile is None else profile.speed_m_per_min
    metres = limit * per_cost + HALF_MM
    scaled = graph.scaled(metres)
    return Scope(graph, per_cost, scaled.scale, int(metres * scaled.scale), scaled.entries)


def nearest(
    network: Network,
    origins: Positions,
    destinations: Positions,
    *,
    cutoff: float = CUTOFF,
    profile: Profile | None = None,
) -> tuple[Floats, Ints]:
    """Return the least cost of walking from each origin to any destination, and which destination it is.

    Parameters
    ----------
    network : Network
    origins, destinations : Positions
        As `snap` gives them; shapes (n,) and (m,).
    cutoff : float
        Metres, or minutes with a profile.
    profile : Profile, optional
        How people walk.

    Returns
    -------
    cost : ndarray of float, shape (n,)
        Metres, or minutes with a profile; infinite beyond the cutoff or without a way, NaN where the origin is not
        snapped. Exact to some micrometres for each edge walked.
    which : ndarray of int, shape (n,)
        Number of the destination, -1 where there is none.

    Raises
    ------
    InputError
        If there is no destination at all, or the cutoff is not above 0.
    """
    return nearest_each(network, origins, [destinations], cutoff=cutoff, profile=profile)[0]


def nearest_each(
    network: Network,
    origins: Positions,
    sets: Sequence[Positions],
    *,
    cutoff: float = CUTOFF,
    profile: Profile | None = None,
) -> list[tuple[Floats, Ints]]:
    """Return what `nearest` returns for each of several sets of destinations, on several threads at once.

    Raises
    ------
    InputError
        As `nearest` does.
    """
    check_destinations(*sets)
    to = scope(network, cutoff, profile)
    kernels, chains = load("kernels"), to.graph.chains
    placed = [to.graph.place(s) for s in sets]
    part = np.concatenate(([0], np.cumsum([len(p.order) for p in placed])))
    places = tuple(np.concatenate(values) for values in zip(*(to.places(p) for p in placed), strict=True))
    numbers, (edge, from_first, from_last, *_) = np.concatenate([p.order for p in placed]), places
    state = np.full((len(sets), len(chains.pointer) - 1), kernels.NOWHERE, np.uint64)
    here, n = to.graph.place(origins), len(origins.segment)
    cost, which = np.full((n, len(sets)), np.nan), np.full((n, len(sets)), -1, np.int32)
    # Two seeds for each destination, at the ends of its edge.
    seeds = np.column_stack((chains.first[edge], chains.last[edge])).reshape(-1)
    seed_costs = np.column_stack((from_first, from_last)).reshape(-1)
    with threads(len(network.x)):
        kernels.spread_each(
            *(chains.pointer, to.entries, 2 * part, seeds, seed_costs, np.repeat(numbers, 2), to.limit, state),
        )
        kernels.gather_each(
            *(to.origins(here), here.order, chains.first, chains.last, state, np.stack([p.pointer for p in placed])),
            *(part, places, numbers, to.limit, to.scale, to.per_cost, cost, which),
        )
    return list(zip(cost.T, which.T, strict=True))


def reachable(network: Network, origins: Positions, destinations: Positions) -> Bools:
    """Return from which origins a way of any length leads to some destination.

    Parameters
    ----------
    network : Network
    origins, destinations : Positions
        Shapes (n,) and (m,).

    Returns
    -------
    ndarray of bool, shape (n,)
        False where the origin is not snapped.

    Raises
    ------
    InputError
        If there is no destination at all.
    """
    check_destinations(destinations)
    kernels, graph = load("kernels"), network.graph()
    chains, scaled = graph.chains, graph.scaled(FARTHEST_M)
    to, here = graph.place(destinations), graph.place(origins)
    # The first end of an edge leads to whatever stands on it; the last one does unless the edge is one-way.
    back = graph.back_total[to.edge] - to.home < FARTHEST_M
    seeds = np.concatenate((chains.first[to.edge], chains.last[to.edge][back]))
    seen = np.zeros(len(chains.pointer) - 1, bool)
    kernels.reached(chains.pointer, scaled.entries, seeds, seen)
    out = np.zeros(len(origins.segment), bool)
    out[here.order] = seen[chains.first[here.edge]] | seen[chains.last[here.edge]]
    return out


def check_destinations(*sets: Positions) -> None:
    """Check that there is somewhere to go.

    Raises
    ------
    InputError
        If a set holds no destination.
    """
    for k, destinations in enumerate(sets):
        if not len(destinations.segment):
            what = f"set {k} of the destinations is" if len(sets) > 1 else "the destinations are"
            raise InputError(f"{what} empty: there is nowhere to walk to; leave the category out.")


def check_amounts(amounts: object, count: int, what: str) -> Floats:
    """Return amounts (demand, capacity) as floats, shape (count,).

    Raises
    ------
    InputError
        If there is another number of them, or one is missing, negative or infinite.
    """
    values = np.asarray(amounts, np.float64)
    if values.shape != (count,):
        raise InputError(f"{what} has the shape {values.shape}; give {count} numbers, one for each.")
    bad = np.flatnonzero(~(np.isfinite(values) & (values >= 0)))
    if len(bad):
        raise InputError(f"{what} number {bad[0]} is {values[bad[0]]}; give finite numbers of 0 or more.")
    return values
