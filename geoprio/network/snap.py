"""From points to positions on the network."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from geoprio._core.errors import InputError
from geoprio._core.typing import Bools, Floats, Ints
from geoprio.network.build import Network

TIE_M = 1e-4
"""Segments whose distances differ by less are equally near: the first in input order is taken."""


@dataclass(frozen=True)
class Positions:
    """Where points enter the network; each array has shape (points,).

    Attributes
    ----------
    segment : ndarray of int
        Nearest segment, -1 where none is near enough.
    offset : ndarray of float
        Metres from the segment's start to the snap point.
    leg : ndarray of float
        Straight metres from the point to the snap point; NaN where not snapped.
    """

    segment: Ints
    offset: Floats
    leg: Floats

    @property
    def snapped(self) -> Bools:
        """Which points are on the network."""
        return self.segment >= 0


def snap(network: Network, xy: Floats, *, max_snap_m: float, min_component_m: float = 0.0) -> Positions:
    """Return the nearest point on the nearest segment for each point.

    Parameters
    ----------
    network : Network
    xy : ndarray of float, shape (points, 2)
        In the network's CRS, metres.
    max_snap_m : float
        Points farther from every street are not snapped.
    min_component_m : float
        Components with less street than this are not snapped to.

    Returns
    -------
    Positions

    Raises
    ------
    InputError
        If a coordinate is not a finite number, or `max_snap_m` is not above 0.
    """
    xy = np.asarray(xy, np.float64)
    if xy.ndim != 2 or xy.shape[1] != 2:
        raise InputError(f"points have the shape {xy.shape}; give (points, 2): x and y.")
    if not max_snap_m > 0:
        raise InputError(f"max_snap_m = {max_snap_m} must be above 0 metres.")
    if not np.isfinite(xy).all():
        row = int(np.flatnonzero(~np.isfinite(xy).all(axis=1))[0])
        raise InputError(f"point {row} has the coordinates {xy[row].tolist()}; give finite numbers.")
    usable = np.flatnonzero(network.component_length >= min_component_m)
    segment = np.full(len(xy), -1, np.int64)
    if len(usable) and len(xy):
        tree = shapely.STRtree(network.segments[usable])
        points = np.asarray(shapely.points(xy), dtype=object)
        (near, _), distance = tree.query_nearest(
            points, max_distance=max_snap_m, return_distance=True, all_matches=False
        )
        # Ask again for everything as near as the nearest: at a bend two segments tie, and the first one counts.
        again: NDArray[np.object_] = points[near]
        who, which = tree.query(again, predicate="dwithin", distance=distance + TIE_M)
        first = np.full(len(near), len(network.start), np.int64)
        np.minimum.at(first, who, usable[which])
        segment[near] = first
    return _positions(network, xy, segment)


def _positions(network: Network, xy: Floats, segment: Ints) -> Positions:
    on = segment >= 0
    s = segment[on]
    a, b = network.start[s], network.end[s]
    dx, dy = network.x[b] - network.x[a], network.y[b] - network.y[a]
    px, py = xy[on, 0] - network.x[a], xy[on, 1] - network.y[a]
    share = np.clip((px * dx + py * dy) / network.length[s] ** 2, 0.0, 1.0)
    offset = np.zeros(len(xy))
    leg = np.full(len(xy), np.nan)
    offset[on] = share * network.length[s]
    leg[on] = np.hypot(px - share * dx, py - share * dy)
    return Positions(segment, offset, leg)
