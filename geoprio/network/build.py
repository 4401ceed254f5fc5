"""Street lines → nodes and segments."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from geoprio._core.errors import InputError
from geoprio._core.typing import Floats, Ints
from geoprio.network.graph import Graph, contract_network

SAME_VERTEX_M = 1e-4
"""Vertices nearer than this are one."""

TOUCH_M = 0.5
"""A line's end this near to another line, without a shared vertex, is counted as a gap."""


@dataclass(frozen=True)
class Network:
    """An undirected street network; each piece between two vertices of a line is a segment.

    Attributes
    ----------
    x, y : ndarray of float, shape (nodes,)
        Coordinates in metres.
    start, end : ndarray of int, shape (segments,)
        Nodes of each segment, in the order of the input lines.
    length : ndarray of float, shape (segments,)
        Metres, above 0.
    """

    x: Floats
    y: Floats
    start: Ints
    end: Ints
    length: Floats

    @cached_property
    def component(self) -> Ints:
        """Connected component of each segment, shape (segments,)."""
        n = len(self.x)
        links = coo_array((np.ones(len(self.start)), (self.start, self.end)), shape=(n, n))
        labels = connected_components(links, directed=False)[1]
        return np.asarray(labels, np.int64)[self.start]

    @cached_property
    def component_length(self) -> Floats:
        """Street length in metres of the component of each segment, shape (segments,)."""
        total = np.bincount(self.component, weights=self.length)
        return np.asarray(total[self.component], np.float64)

    @cached_property
    def graph(self) -> Graph:
        """The network in the form that searches need."""
        return contract_network(self.x, self.y, self.start, self.end, self.length)

    @cached_property
    def segments(self) -> NDArray[np.object_]:
        """Each segment as a line, shape (segments,)."""
        ends = np.column_stack((self.x[self.start], self.y[self.start], self.x[self.end], self.y[self.end]))
        return np.asarray(shapely.linestrings(ends.reshape(-1, 2, 2)), dtype=object)


def build_network(lines: Sequence[shapely.Geometry] | NDArray[np.object_], *, node_crossings: bool = False) -> Network:
    """Return the network of street lines.

    Parameters
    ----------
    lines : sequence of LineString or MultiLineString
        In a projected CRS, metres.
    node_crossings : bool
        Connect lines where they cross without a shared vertex.

    Returns
    -------
    Network
        Vertices within 0.1 mm of each other are one node (the first in input order); pieces of no length are dropped.

    Raises
    ------
    InputError
        If nothing of any length is left.
    """
    parts = shapely.get_parts(np.asarray(lines, dtype=object))
    if not np.isfinite(shapely.get_coordinates(parts)).all():
        raise InputError("a street has a coordinate that is not a number; mend the line or leave it out.")
    if node_crossings:
        parts = shapely.get_parts(shapely.node(shapely.multilinestrings(parts)))
    xy, line = shapely.get_coordinates(parts, return_index=True)
    node, first = _merge_vertices(xy)
    together = line[1:] == line[:-1]
    start, end = node[:-1][together], node[1:][together]
    x, y = xy[first, 0], xy[first, 1]
    length = np.hypot(x[end] - x[start], y[end] - y[start])
    real = (start != end) & (length > 0)
    if not real.any():
        raise InputError("the streets have no line of any length; check the file.")
    return Network(x, y, start[real], end[real], length[real])


def _merge_vertices(xy: Floats) -> tuple[Ints, Ints]:
    """Return the node of each vertex, and the vertex that each node stands at; nodes in order of first appearance."""
    unique, first, inverse = np.unique(xy, axis=0, return_index=True, return_inverse=True)
    inverse = inverse.reshape(-1)
    n = len(unique)
    pairs = cKDTree(unique).query_pairs(SAME_VERTEX_M, output_type="ndarray") if n else np.zeros((0, 2), int)
    links = coo_array((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=(n, n))
    label = connected_components(links, directed=False)[1]
    earliest = np.full(label.max(initial=-1) + 1, len(xy), np.int64)
    np.minimum.at(earliest, label, first)
    order = np.argsort(earliest, kind="stable")
    renumber = np.empty_like(order)
    renumber[order] = np.arange(len(order))
    return np.asarray(renumber[label[inverse]], np.int64), np.asarray(earliest[order], np.int64)


def count_gaps(network: Network) -> tuple[int, int]:
    """Return how many crossings have no shared vertex, and how many dead ends stop within 0.5 m of another street.

    Both keep people from turning where a map shows a junction; bridges and tunnels cross rightly. A vertex of one line
    on the inside of another that does not share it is a crossing too.
    """
    lines = network.segments
    tree = shapely.STRtree(lines)
    a, b = tree.query(lines, predicate="crosses")
    neighbours = _neighbours(network)
    joined = np.flatnonzero(neighbours > 1)
    crossings = int((a < b).sum()) + len(np.unique(_near(network, tree, joined, SAME_VERTEX_M)))
    ends = np.flatnonzero(neighbours == 1)
    # A stub no longer than the gap that is looked for is near the street it starts from: it misses nothing.
    stub = np.concatenate((network.start, network.end))[np.tile(network.length <= TOUCH_M, 2)]
    return crossings, len(np.unique(_near(network, tree, np.setdiff1d(ends, stub), TOUCH_M)))


def _neighbours(network: Network) -> Ints:
    """Return how many other nodes each node is joined to."""
    pairs = np.column_stack((network.start, network.end))
    both = np.unique(np.concatenate((pairs, pairs[:, ::-1])), axis=0)
    return np.bincount(both[:, 0], minlength=len(network.x))


def _near(network: Network, tree: shapely.STRtree, nodes: Ints, distance: float) -> Ints:
    """Return the nodes (once per segment) that lie within `distance` of a segment that does not end at them."""
    points = np.asarray(shapely.points(network.x[nodes], network.y[nodes]), dtype=object)
    point, segment = tree.query(points, predicate="dwithin", distance=distance)
    node = nodes[point]
    foreign = (network.start[segment] != node) & (network.end[segment] != node)
    return np.asarray(node[foreign], np.int64)
