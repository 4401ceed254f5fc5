"""Places where a network looks joined on a map and is not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from geoprio.network.build import SAME_VERTEX_M

if TYPE_CHECKING:
    from geoprio._core.typing import Ints
    from geoprio.network.build import Network

TOUCH_M = 0.5
"""A line's end this near to another line, without a shared vertex, is counted as a gap."""


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
