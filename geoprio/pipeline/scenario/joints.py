"""Join new ways to the streets that are there: people turn only at shared vertices."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import numpy as np
import shapely
from scipy.spatial import cKDTree

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geoprio._core.typing import Bools, Floats, Ints

SAME_M = 1e-4
"""Vertices within this distance are one, as the network takes them."""

Inserts = dict[int, list[tuple[float, tuple[float, float]]]]


def joined(
    lines: NDArray[np.object_], bridge: Bools, first: int, connect_m: Floats
) -> tuple[NDArray[np.object_], Ints]:
    """Return the lines with shared vertices where new ones meet others, and at how many places each new one does.

    The ends of a new line are joined to the nearest line within its `connect_m`; between its ends it meets what it
    crosses, unless one of the two is a bridge.

    Parameters
    ----------
    lines : ndarray of shapely lines, shape (n,)
        Single lines in metres; those from `first` on are new.
    bridge : ndarray of bool, shape (n,)
    first : int
    connect_m : ndarray of float, shape (n - first,)

    Returns
    -------
    lines : ndarray of shapely lines, shape (n,)
    joints : ndarray of int, shape (n - first,)
        Places where a new line has a vertex of another line.
    """
    tree = shapely.STRtree(lines)
    inserts: Inserts = defaultdict(list)
    ends: dict[tuple[int, int], tuple[float, float]] = {}
    for i in range(first, len(lines)):
        for end in (0, -1):
            _join_end(lines, tree, i, end, float(connect_m[i - first]), inserts, ends)
        if not bridge[i]:
            _cross(lines, tree, bridge, i, first, inserts)
    out = lines.copy()
    for i in {*inserts, *(i for i, _ in ends)}:
        out[i] = _rebuilt(lines[i], inserts.get(i, []), ends.get((i, 0)), ends.get((i, -1)))
    return out, _joints(out, first)


def _join_end(
    lines: NDArray[np.object_],
    tree: shapely.STRtree,
    i: int,
    end: int,
    connect_m: float,
    inserts: Inserts,
    ends: dict[tuple[int, int], tuple[float, float]],
) -> None:
    at = shapely.get_point(lines[i], end)
    near = tree.query(at, predicate="dwithin", distance=max(connect_m, SAME_M))
    near = np.sort(near[near != i])
    if not len(near):
        return
    j = int(near[np.argmin(np.round(shapely.distance(lines[near], at) / SAME_M))])
    along = float(shapely.line_locate_point(lines[j], at))
    vertices = shapely.get_coordinates(lines[j])
    foot = shapely.line_interpolate_point(lines[j], along)
    x, y = shapely.get_coordinates(foot)[0].tolist()
    away = np.hypot(*(vertices - (x, y)).T)
    if away.min() <= SAME_M:
        x, y = vertices[int(np.argmin(away))].tolist()
    else:
        inserts[j].append((along, (x, y)))
    ends[(i, end)] = (x, y)


def _cross(
    lines: NDArray[np.object_], tree: shapely.STRtree, bridge: Bools, i: int, first: int, inserts: Inserts
) -> None:
    """Note the places where a new line crosses others on the ground."""
    near = np.sort(tree.query(lines[i], predicate="intersects"))
    # Of two new lines that cross, the later one sees it.
    for j in near[(near != i) & ~bridge[near] & ((near < first) | (near < i))].tolist():
        met = shapely.get_parts(shapely.intersection(lines[i], lines[j]))
        # Of a stretch that both share, its ends.
        ends = np.where(shapely.get_type_id(met) == 1, shapely.boundary(met), met)
        for x, y in shapely.get_coordinates(shapely.get_parts(ends)).tolist():
            here = shapely.Point(x, y)
            for k in (i, j):
                inserts[k].append((float(shapely.line_locate_point(lines[k], here)), (x, y)))


def _rebuilt(
    line: shapely.LineString,
    inserts: list[tuple[float, tuple[float, float]]],
    start: tuple[float, float] | None,
    stop: tuple[float, float] | None,
) -> shapely.LineString:
    """Return a line with more vertices, and with its ends led to where they join."""
    xy = shapely.get_coordinates(line)
    along = np.r_[0.0, np.cumsum(np.hypot(*np.diff(xy, axis=0).T))]
    where = np.array([at for at, _ in inserts] or np.empty(0), float)
    # A vertex that stands there already takes the place of the joint, so that both lines share it exactly.
    places = np.concatenate((xy, np.array([p for _, p in inserts] or np.empty((0, 2)), float)))
    order = np.argsort(np.r_[along, where], kind="stable")
    new = np.r_[np.zeros(len(xy), bool), np.ones(len(inserts), bool)][order]
    points = [*([start] if start else []), *map(tuple, places[order].tolist()), *([stop] if stop else [])]
    fresh = [*([True] if start else []), *new.tolist(), *([True] if stop else [])]
    kept: list[tuple[float, float]] = []
    last_fresh = False
    for point, is_new in zip(points, fresh, strict=True):
        if kept and np.hypot(point[0] - kept[-1][0], point[1] - kept[-1][1]) <= SAME_M:
            if is_new and not last_fresh:
                kept[-1], last_fresh = point, True
            continue
        kept.append(point)
        last_fresh = is_new
    return shapely.LineString(kept) if len(kept) > 1 else line


def _joints(lines: NDArray[np.object_], first: int) -> Ints:
    """Return how many vertices of each new line are vertices of another line."""
    xy, of = shapely.get_coordinates(lines, return_index=True)
    mine = np.flatnonzero(of >= first)
    tree = cKDTree(xy)
    found = np.zeros(len(lines) - first, np.int64)
    for row, hits in zip(mine.tolist(), tree.query_ball_point(xy[mine], SAME_M), strict=True):
        found[of[row] - first] += bool((of[hits] != of[row]).any())
    return found
