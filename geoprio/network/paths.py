"""Where people walk: the route of one pair, and the streets from which a destination is in reach."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from geoprio._core.errors import InputError
from geoprio.network.compiled import load
from geoprio.network.costs import edge_units
from geoprio.network.search import reachable, scope

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geoprio._core.typing import Floats, Ints
    from geoprio.network.build import Network
    from geoprio.network.search import Scope
    from geoprio.network.snap import Positions
    from geoprio.standards import Profile

SHORTEST_M = 1e-6
"""Pieces of street shorter than this are left out of a service area."""


@dataclass(frozen=True)
class Route:
    """A way from an origin to a destination.

    Attributes
    ----------
    line : shapely.LineString
        With the straight legs at both ends.
    length_m : float
        Metres on the ground.
    cost : float
        What it was chosen by: metres, or minutes with a profile.
    """

    line: shapely.LineString
    length_m: float
    cost: float


def route(
    network: Network,
    origins: Positions,
    destinations: Positions,
    origin: int,
    destination: int,
    *,
    profile: Profile | None = None,
) -> Route:
    """Return the cheapest way from one origin to one destination.

    Parameters
    ----------
    network : Network
    origins, destinations : Positions
    origin, destination : int
        Numbers of the pair.
    profile : Profile, optional
        How people walk.

    Raises
    ------
    InputError
        If there is no way between them.
    """
    a, b = _one(origins, origin), _one(destinations, destination)
    if not (a.snapped.all() and b.snapped.all()) or not reachable(network, a, b).all():
        raise InputError(f"no way leads from origin {origin} to destination {destination}.")
    limit = 1000.0
    while True:
        reach = scope(network, limit, profile)
        found = _walk(network, reach, a, b)
        if found is not None:
            break
        limit *= 4
    stops, cost = found
    line = _line(np.vstack((_stand(network, a), stops, _stand(network, b))))
    return Route(line, float(line.length), cost / (reach.scale * reach.per_cost))


def service_area(
    network: Network, destinations: Positions, number: int, cutoff: float, *, profile: Profile | None = None
) -> NDArray[np.object_]:
    """Return the pieces of street from which one destination is within the cutoff.

    Which buildings are is told by `nearest` with this destination alone.

    Parameters
    ----------
    network : Network
    destinations : Positions
    number : int
        Of the destination.
    cutoff : float
        Metres, or minutes with a profile.
    profile : Profile, optional
        How people walk.

    Returns
    -------
    ndarray of LineString, shape (pieces,)
        In the order of the segments, each on one of them; empty where the destination is not snapped.

    Raises
    ------
    InputError
        If there is no such destination or the cutoff is not above 0.
    """
    there = _one(destinations, number)
    reach = scope(network, cutoff, profile)
    if not there.snapped.all():
        return np.empty(0, object)
    low, high = _within(network, reach, there, cutoff * reach.per_cost)
    some = np.flatnonzero(high - low > SHORTEST_M)
    segment = some % len(network.start)
    a, b, length = network.start[segment], network.end[segment], network.length[segment]
    ends = [
        np.column_stack([v[a] + share * (v[b] - v[a]) for v in (network.x, network.y)])
        for share in (low[some] / length, high[some] / length)
    ]
    order = np.lexsort((low[some], segment))
    return np.asarray(shapely.linestrings(np.stack(ends, axis=1)[order]), dtype=object)


def _one(positions: Positions, number: int) -> Positions:
    """Return one position on its own."""
    if not 0 <= number < len(positions.segment):
        raise InputError(f"there is no position {number}; they are numbered 0 … {len(positions.segment) - 1}.")
    return positions.take(np.array([number]))


def _spread(reach: Scope, there: Positions) -> Ints:
    """Return the units from each junction to one destination, `NEVER` beyond the limit."""
    kernels, chains = load("kernels"), reach.graph.chains
    placed = reach.graph.place(there)
    places = reach.places(placed)
    state = np.full((1, len(chains.pointer) - 1), kernels.NOWHERE, np.uint64)
    kernels.spread_each(
        *(chains.pointer, reach.entries, np.array([0, 2])),
        np.concatenate((chains.first[placed.edge], chains.last[placed.edge])),
        *(np.concatenate((places[1], places[2])), np.zeros(2, np.int32), reach.limit, state),
    )
    return np.asarray(state[0] >> kernels.HIGH, np.int64)


def _walk(network: Network, reach: Scope, a: Positions, b: Positions) -> tuple[Floats, int] | None:
    """Return the street points of the cheapest way between two positions and its units; None beyond the limit."""
    kernels, graph, chains = load("kernels"), reach.graph, reach.graph.chains
    distance = _spread(reach, b)
    here, there = graph.place(a), graph.place(b)
    edge, goal = int(here.edge[0]), int(there.edge[0])
    (to_first,), (to_last,) = graph.from_here(here, reach.scale)
    from_first, from_last = (int(v[0]) for v in graph.to_here(there, reach.scale))
    straight = np.inf
    if edge == goal:
        metres = max(there.out[0] - here.out[0], here.home[0] - there.home[0]) + here.leg[0] + there.leg[0]
        straight = float(np.rint(metres * reach.scale))
    ways = [int(to_first) + distance[chains.first[edge]], int(to_last) + distance[chains.last[edge]], straight]
    best = min(ways)
    if best > reach.limit:
        return None
    nodes = [_snap_point(network, a)]
    if ways[2] == best:
        nodes += _between(network, a, b)
        return np.array([*nodes, _snap_point(network, b)]), int(best)
    out_first = ways[0] == best
    nodes += _from_edge(network, a, to_last=not out_first)
    at = int(chains.first[edge] if out_first else chains.last[edge])
    while True:
        if at == chains.first[goal] and distance[at] == from_first:
            nodes += _from_edge(network, b, to_last=False)[::-1]
            break
        if at == chains.last[goal] and distance[at] == from_last:
            nodes += _from_edge(network, b, to_last=True)[::-1]
            break
        entry = range(chains.pointer[at], chains.pointer[at + 1])
        for p in entry:
            e, to = int(chains.at[p]), int(chains.neighbour[p])
            total = graph.ahead_total[e] if chains.first[e] == at else graph.back_total[e]
            if distance[to] != kernels.NEVER and distance[to] + int(edge_units(total, reach.scale)) == distance[at]:
                nodes += _whole(network, e, forward=bool(chains.first[e] == at))
                at = to
                break
        else:  # pragma: no cover - every junction that is reached was reached by an entry
            raise AssertionError("a way ends in nowhere")
    return np.array([*nodes, _snap_point(network, b)]), int(best)


def _line(points: Floats) -> shapely.LineString:
    """Return a line without points that repeat the one before."""
    kept = np.append(True, (np.diff(points, axis=0) != 0).any(axis=1))
    points = points[kept] if kept.sum() > 1 else points[:2]
    return shapely.LineString(points)


def _stand(network: Network, position: Positions) -> Floats:
    """Return the point itself, shape (1, 2), or where it enters the street if it is not known."""
    return np.array([_snap_point(network, position)]) if position.xy is None else position.xy


def _snap_point(network: Network, position: Positions) -> tuple[float, float]:
    s = int(position.segment[0])
    share = position.offset[0] / network.length[s]
    (x, y) = (
        float(v[network.start[s]] + share * (v[network.end[s]] - v[network.start[s]])) for v in (network.x, network.y)
    )
    return x, y


def _nodes(network: Network, spots: range, *, forward: bool) -> list[tuple[float, float]]:
    """Return the nodes reached one after the other along a chain's segments."""
    chains = network.chains
    segment = chains.chain[spots]
    leave = chains.same_way[segment] == forward
    node = np.where(leave, network.end[segment], network.start[segment])
    return list(zip(network.x[node].tolist(), network.y[node].tolist(), strict=True))


def _from_edge(network: Network, position: Positions, *, to_last: bool) -> list[tuple[float, float]]:
    """Return the nodes from a position to an end of its edge."""
    chains, segment = network.chains, position.segment[0]
    spot, edge = int(chains.spot[segment]), chains.edge[segment]
    begin, end = (int(v[edge]) for v in chains.span)
    return _nodes(network, range(spot, end) if to_last else range(spot, begin - 1, -1), forward=to_last)


def _whole(network: Network, edge: int, *, forward: bool) -> list[tuple[float, float]]:
    """Return the nodes along an edge, without the one at which it is entered."""
    begin, end = (int(v[edge]) for v in network.chains.span)
    return _nodes(network, range(begin, end) if forward else range(end - 1, begin - 1, -1), forward=forward)


def _between(network: Network, a: Positions, b: Positions) -> list[tuple[float, float]]:
    """Return the nodes between two positions on one edge."""
    spot_a, spot_b = (int(network.chains.spot[p.segment[0]]) for p in (a, b))
    if spot_a <= spot_b:
        return _nodes(network, range(spot_a, spot_b), forward=True)
    return _nodes(network, range(spot_a, spot_b, -1), forward=False)


def _within(network: Network, reach: Scope, there: Positions, limit: float) -> tuple[Floats, Floats]:
    """Return where the stretches of each segment within the limit begin and end, three after each other.

    Seen from a segment's start they are: up to where the way out by the start is cheap enough, from where the way out
    by the end is, and around the destination on its own edge. Overlapping ones are joined.

    Returns
    -------
    low, high : ndarray of float, shape (3 * segments,)
        Metres from the start of the segment; low is not below high where there is nothing.
    """
    graph, chains = reach.graph, reach.graph.chains
    ahead, back, at_start, at_end = graph.rates()
    units = _spread(reach, there)
    away = np.where(units <= reach.limit, units / reach.scale, np.inf)
    edge, same, length = chains.edge, chains.same_way, network.length
    before, ends = np.where(same, at_start, at_end), (chains.first[edge], chains.last[edge])
    # What is left of the limit where the way to the edge's first end begins, and what is missing on that to its last.
    left = limit - away[ends[0]] - graph.back_base - before
    missing = away[ends[1]] + graph.ahead_total[edge] - graph.ahead_base - before - limit
    up_to = np.where(same, left / back, length - missing / back)
    down_to = np.where(same, missing / ahead, length - left / ahead)
    own = _own_stretch(network, reach, there, limit)
    low, high = np.zeros(len(length)), length.copy()
    up_to, down_to = np.clip(up_to, low, length), np.clip(down_to, low, length)
    joins_low, joins_high = own[0] <= up_to, own[1] >= down_to
    up_to = np.where(joins_low, np.maximum(up_to, own[1]), up_to)
    down_to = np.where(joins_high, np.minimum(down_to, own[0]), down_to)
    whole = up_to >= down_to
    up_to, down_to = np.where(whole, length, up_to), np.where(whole, length, down_to)
    begins = np.concatenate((low, down_to, np.where(joins_low | joins_high, length, own[0])))
    stops = np.concatenate((up_to, high, own[1]))
    stops[np.tile(network.flags("one_way"), 3)] = 0.0
    return begins, stops


def _own_stretch(network: Network, reach: Scope, there: Positions, limit: float) -> tuple[Floats, Floats]:
    """Return the stretch of each segment from which one walks along the edge to a destination on it, shape (segments,).

    Empty (beginning at the end, ending at the start of the segment) off the destination's edge.
    """
    graph, chains, placed = reach.graph, reach.graph.chains, reach.graph.place(there)
    begin, end = network.length.copy(), np.zeros(len(network.length))
    s = np.flatnonzero(chains.edge == placed.edge[0])
    ahead, back, at_start, at_end = (v[s] for v in graph.rates())
    length, same = network.length[s], chains.same_way[s]
    before, rest = np.where(same, at_start, at_end), limit - placed.leg[0]
    from_out = placed.out[0] - rest - graph.ahead_base[s] - before
    to_home = placed.home[0] + rest - graph.back_base[s] - before
    if rest >= 0:
        begin[s] = np.clip(np.where(same, from_out / ahead, length - to_home / ahead), 0.0, length)
        end[s] = np.clip(np.where(same, to_home / back, length - from_out / back), 0.0, length)
    return begin, end
