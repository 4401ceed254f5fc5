"""A second, plain way to the walking figures, sharing no code with the package.

Every snap point becomes a node of the street graph, walked in both directions at their own cost; the shortest
paths are then those of any textbook, and everything else is reckoned from the full table of costs.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise

import networkx as nx
import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

SAME_VERTEX = 1e-4
TIE = 1e-4
TILE = 400.0
SMALL = 3000


@dataclass(frozen=True)
class Streets:
    """Lines, the numbers of those that are stairs or big roads, and the height over arrays of x and y."""

    lines: list
    steps: frozenset = frozenset()
    major: frozenset = frozenset()
    height: Callable | None = None
    nodes: list = field(init=False)
    segments: list = field(init=False)

    def __post_init__(self):
        nodes, segments = street_segments(self.lines)
        object.__setattr__(self, "nodes", nodes)
        object.__setattr__(self, "segments", segments)

    @property
    def ends(self):
        return np.array([(*self.nodes[a], *self.nodes[b]) for a, b, _ in self.segments])


def distances(lines, origins, destinations, max_snap_m, min_component_m=0.0):
    """Return all distances, shape (origins, destinations); nan: origin not snapped, inf: no way there."""
    return costs(Streets(lines), origins, destinations, max_snap_m, min_component_m)


def costs(streets, origins, destinations, max_snap_m, min_component_m=0.0, *, profile=None):
    """Return all costs from origin to destination: metres, or minutes with a profile."""
    start, goal = (places(streets, points, max_snap_m, min_component_m) for points in (origins, destinations))
    return between(streets, start, goal, profile)


def places(streets, points, max_snap_m, min_component_m=0.0):
    """Return (segment, share of its length, leg) for each point, None where every segment is too far."""
    allowed = _long_enough(streets, min_component_m)
    return nearest_places(streets.ends, allowed, np.reshape(points, (-1, 2)).astype(float), max_snap_m)


def between(streets, start, goal, profile=None):
    """Return the costs from each place to each other one."""
    edges, node_of = _split(streets, start + goal, profile)
    n, speed = len(start), profile.speed_m_per_min if profile else 1.0
    table = np.full((n, len(goal)), np.inf)
    table[[place is None for place in start]] = np.nan
    on = [i for i in range(n) if start[i] is not None]
    here = [j for j in range(len(goal)) if goal[j] is not None]
    if on and here:
        ways = _shortest(edges, [node_of[n + j] for j in here], [node_of[i] for i in on])
        legs = np.array([[start[i][2] for i in on]]).T + np.array([goal[j][2] for j in here])
        table[np.ix_(on, here)] = ways + legs / speed
    return table


# Streets.


def street_segments(lines):
    """Return the nodes (x, y) and the segments (node, node, line) in input order; vertices within 0.1 mm are one."""
    nodes, cells, segments = [], {}, []
    for k, line in enumerate(lines):
        numbers = [_node(float(x), float(y), nodes, cells) for x, y in line]
        segments += [(a, b, k) for a, b in pairwise(numbers) if a != b]
    return nodes, segments


def _node(x, y, nodes, cells):
    col, row = math.floor(x / SAME_VERTEX), math.floor(y / SAME_VERTEX)
    around = [k for c in (col - 1, col, col + 1) for r in (row - 1, row, row + 1) for k in cells.get((c, r), ())]
    same = [k for k in around if math.hypot(nodes[k][0] - x, nodes[k][1] - y) <= SAME_VERTEX]
    if same:
        return min(same)
    nodes.append((x, y))
    cells.setdefault((col, row), []).append(len(nodes) - 1)
    return len(nodes) - 1


def _long_enough(streets, min_component_m):
    """Return the numbers of the segments whose connected part has enough street."""
    graph = nx.Graph((a, b) for a, b, _ in streets.segments)
    part = {node: k for k, nodes in enumerate(nx.connected_components(graph)) for node in nodes}
    total = {}
    for a, b, _ in streets.segments:
        total[part[a]] = total.get(part[a], 0.0) + math.dist(streets.nodes[a], streets.nodes[b])
    return np.array([k for k, (a, _, _) in enumerate(streets.segments) if total[part[a]] >= min_component_m], int)


# Snapping.


def nearest_places(ends, allowed, points, max_snap_m):
    """Return (segment, share of its length, leg) for each point, None where every allowed segment is too far."""
    places = [None] * len(points)
    low, high = np.minimum(ends[:, :2], ends[:, 2:])[allowed], np.maximum(ends[:, :2], ends[:, 2:])[allowed]
    tiles = np.floor(points / TILE)
    for tile in np.unique(tiles, axis=0):
        reach = max_snap_m + 1.0
        meets = (low <= (tile + 1) * TILE + reach).all(axis=1) & (high >= tile * TILE - reach).all(axis=1)
        near = allowed[meets]
        if len(near):
            for i in np.flatnonzero((tiles == tile).all(axis=1)):
                places[i] = _place(points[i], near, ends[near], max_snap_m)
    return places


def _place(point, numbers, ends, max_snap_m):
    share, leg = _project(point, ends)
    if leg.min() > max_snap_m:
        return None
    first = int(np.flatnonzero(leg <= leg.min() + TIE)[0])
    return int(numbers[first]), float(share[first]), float(leg[first])


def _project(point, ends):
    start, way = ends[:, :2], ends[:, 2:] - ends[:, :2]
    share = ((point - start) * way).sum(axis=1) / (way**2).sum(axis=1)
    share = np.minimum(np.maximum(share, 0.0), 1.0)
    return share, np.linalg.norm(point - start - share[:, None] * way, axis=1)


def clear_of_ties(lines, points, margin=0.01):
    """Return which points have one segment that is nearer than all others by the margin."""
    ends = Streets(lines).ends
    legs = [np.sort(_project(point, ends)[1]) for point in np.asarray(points, float)]
    return np.array([len(leg) == 1 or leg[1] - leg[0] > margin for leg in legs])


# Paths.


def pace(slope, profile, *, stairs=False):
    """Return the minutes for a metre that climbs by `slope` metres."""
    level = 1.0 / profile.speed_m_per_min
    if stairs and profile.steps_factor != 1.0:
        return level * profile.steps_factor
    if not profile.slope:
        return level
    slope = min(max(slope, -0.5), 0.5)
    faster = math.exp(-3.5 * abs(slope + 0.05)) / math.exp(-3.5 * 0.05)
    return level / (faster if profile.downhill_gain else min(faster, 1.0))


def _paces(streets, profile):
    """Return the cost of a metre of each segment there and back."""
    if profile is None:
        return [(1.0, 1.0)] * len(streets.segments)
    x, y = np.array(streets.nodes).T
    z = np.zeros(len(x)) if streets.height is None else streets.height(x, y)
    found = []
    for a, b, line in streets.segments:
        slope = (z[b] - z[a]) / math.dist(streets.nodes[a], streets.nodes[b])
        found.append(tuple(pace(s, profile, stairs=line in streets.steps) for s in (slope, -slope)))
    return found


def _tolls(streets, profile):
    """Return what is paid at both ends of each segment for stepping onto a big road."""
    if profile is None:
        return [(0.0, 0.0)] * len(streets.segments)
    big = {node for a, b, line in streets.segments if line in streets.major for node in (a, b)}
    half = profile.crossing_penalty_s / 60.0 / 2.0
    found = []
    for a, b, line in streets.segments:
        found.append(tuple(half if line not in streets.major and node in big else 0.0 for node in (a, b)))
    return found


def _split(streets, stops, profile):
    """Return {(from, to): cost}, the least where several join a pair, and the node of each place."""
    on_segment, node_of, edges = {}, {}, {}
    for i, place in enumerate(stops):
        if place is not None:
            on_segment.setdefault(place[0], []).append(i)
            node_of[i] = len(streets.nodes) + i
    ways = zip(streets.segments, _paces(streets, profile), _tolls(streets, profile), strict=True)
    for k, ((a, b, _), (there, back), (toll_a, toll_b)) in enumerate(ways):
        length = math.dist(streets.nodes[a], streets.nodes[b])
        inner = sorted((stops[i][1] * length, node_of[i]) for i in on_segment.get(k, ()))
        along = [(0.0, a), *inner, (length, b)]
        for step, ((low, u), (high, v)) in enumerate(pairwise(along)):
            toll = (toll_a if step == 0 else 0.0) + (toll_b if step == len(inner) else 0.0)
            for pair, metre in (((u, v), there), ((v, u), back)):
                edges[pair] = min(edges.get(pair, math.inf), (high - low) * metre + toll)
    return edges, node_of


def _shortest(edges, goals, starts):
    """Return the costs of the cheapest ways, shape (starts, goals)."""
    if len(edges) < SMALL:
        graph = nx.DiGraph()
        graph.add_weighted_edges_from((to, at, cost) for (at, to), cost in edges.items())
        found = [nx.single_source_dijkstra_path_length(graph, goal) for goal in goals]
        return np.array([[ways.get(start, np.inf) for ways in found] for start in starts])
    pairs = np.array(list(edges))
    n = pairs.max() + 1
    graph = csr_array((np.array(list(edges.values())), (pairs[:, 1], pairs[:, 0])), shape=(n, n))
    return dijkstra(graph, indices=goals)[:, starts].T


# From the table of costs.


def k_nearest(table, k):
    """Return the k least costs of each row, ascending, filled up with inf."""
    filled = np.hstack((table, np.full((len(table), k), np.inf)))
    return np.where(np.isnan(table[:, :1]), np.nan, np.sort(filled, axis=1)[:, :k])


def within(table, limit):
    """Return which costs are at most the limit, half a millimetre allowed."""
    return table <= limit + 0.0005


def pairs(table, cutoff):
    """Return (origin, destination, cost) of all costs within the cutoff, by destination, then by origin."""
    n, m = table.shape
    return [(i, j, table[i, j]) for j in range(m) for i in range(n) if table[i, j] <= cutoff]


def weight(cost, catchment, method):
    """Return how much a walk of this cost counts."""
    share = cost / catchment
    if not share <= 1:
        return 0.0
    if method == "2sfca":
        return 1.0
    if method == "e2sfca":
        return 1.0 if share <= 1 / 3 else 0.68 if share <= 2 / 3 else 0.22
    return (math.exp(-share * share / 2) - math.exp(-0.5)) / (1 - math.exp(-0.5))


def supply(table, demand, capacity, catchment, method):
    """Return capacity per unit of demand at each origin; nan where the origin is not snapped."""
    n, m = table.shape
    f = [[weight(table[i, j], catchment, method) for j in range(m)] for i in range(n)]
    chosen = [[1.0] * m for i in range(n)]
    if method == "3sfca":
        chosen = [[f[i][j] / sum(f[i]) if f[i][j] else 0.0 for j in range(m)] for i in range(n)]
    ratio = []
    for j in range(m):
        load = sum(demand[i] * chosen[i][j] * f[i][j] for i in range(n))
        ratio.append(capacity[j] / load if load > 0 else 0.0)
    power = 2 if method == "m2sfca" else 1
    found = [sum(chosen[i][j] * ratio[j] * f[i][j] ** power for j in range(m)) for i in range(n)]
    return np.where(np.isnan(table).any(axis=1), np.nan, found)


def by_doors(points, doors, pairs, table, speed=1.0):
    """Return the costs from points that walk straight to their doors, given those from the doors; nan: no way out."""
    found = np.full((len(points), table.shape[1]), np.nan)
    for point, door in pairs:
        straight = math.dist(points[point], doors[door]) / speed
        found[point] = np.fmin(found[point], straight + table[door])
    return found
