"""A second, plain way to walking distances, sharing no code with the package.

Every snap point becomes a node of the street graph; the shortest paths are then those of any textbook.
"""

from __future__ import annotations

import math
from itertools import pairwise

import networkx as nx
import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

SAME_VERTEX = 1e-4
TIE = 1e-4
TILE = 400.0
SMALL = 3000


def distances(lines, origins, destinations, max_snap_m, min_component_m=0.0):
    """Return all distances, shape (origins, destinations); nan: origin not snapped, inf: no way there."""
    nodes, segments = street_segments(lines)
    ends = np.array([(*nodes[a], *nodes[b]) for a, b in segments])
    allowed = _long_enough(ends, segments, min_component_m)
    stops = np.vstack((np.reshape(origins, (-1, 2)), np.reshape(destinations, (-1, 2)))).astype(float)
    places = nearest_places(ends, allowed, stops, max_snap_m)
    edges, node_of = _split(nodes, segments, places)
    n = len(np.reshape(origins, (-1, 2)))
    table = np.full((n, len(stops) - n), np.inf)
    table[[place is None for place in places[:n]]] = np.nan
    on = [i for i in range(n) if places[i] is not None]
    here = [j for j in range(n, len(stops)) if places[j] is not None]
    if on and here:
        ways = _shortest(edges, [node_of[j] for j in here], [node_of[i] for i in on]).T
        legs = np.array([[places[i][2] for i in on]]).T + np.array([places[j][2] for j in here])
        table[np.ix_(on, np.array(here) - n)] = ways + legs
    return table


def street_segments(lines):
    """Return the nodes (x, y) and the segments (node, node) in input order; vertices within 0.1 mm are one."""
    nodes, cells, segments = [], {}, []
    for line in lines:
        numbers = [_node(float(x), float(y), nodes, cells) for x, y in line]
        segments += [(a, b) for a, b in pairwise(numbers) if a != b]
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


def _long_enough(ends, segments, min_component_m):
    """Return the numbers of the segments whose connected part has enough street."""
    graph = nx.Graph(segments)
    part = {node: k for k, nodes in enumerate(nx.connected_components(graph)) for node in nodes}
    total = {}
    for (a, _), (x1, y1, x2, y2) in zip(segments, ends, strict=True):
        total[part[a]] = total.get(part[a], 0.0) + math.hypot(x2 - x1, y2 - y1)
    return np.array([k for k, (a, _) in enumerate(segments) if total[part[a]] >= min_component_m], int)


def nearest_places(ends, allowed, points, max_snap_m):
    """Return (segment, share of its length, leg) for each point, None where every segment is too far."""
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
    nodes, segments = street_segments(lines)
    ends = np.array([(*nodes[a], *nodes[b]) for a, b in segments])
    legs = [np.sort(_project(point, ends)[1]) for point in np.asarray(points, float)]
    return np.array([len(leg) == 1 or leg[1] - leg[0] > margin for leg in legs])


def _split(nodes, segments, places):
    """Return {(node, node): length}, the shortest where several join a pair, and the node of each place."""
    on_segment = {}
    for i, place in enumerate(places):
        if place is not None:
            on_segment.setdefault(place[0], []).append(i)
    edges, node_of, total = {}, {}, len(nodes)
    for k, (a, b) in enumerate(segments):
        length = math.dist(nodes[a], nodes[b])
        along = {0.0: a, length: b}
        for i in on_segment.get(k, ()):
            offset = places[i][1] * length
            if offset not in along:
                along[offset] = total
                total += 1
            node_of[i] = along[offset]
        for low, high in pairwise(sorted(along)):
            pair = (min(along[low], along[high]), max(along[low], along[high]))
            edges[pair] = min(edges.get(pair, math.inf), high - low)
    return edges, node_of


def _shortest(edges, sources, targets):
    """Return the lengths of the shortest paths, shape (sources, targets)."""
    if len(edges) < SMALL:
        graph = nx.Graph()
        graph.add_weighted_edges_from((a, b, length) for (a, b), length in edges.items())
        found = [nx.single_source_dijkstra_path_length(graph, source) for source in sources]
        return np.array([[ways.get(target, np.inf) for target in targets] for ways in found])
    pairs = np.array(list(edges))
    n = pairs.max() + 1
    graph = csr_array((np.array(list(edges.values())), (pairs[:, 0], pairs[:, 1])), shape=(n, n))
    return dijkstra(graph, directed=False, indices=sources)[:, targets]
