"""From points to positions on the network."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from geoprio._core.errors import InputError
from geoprio._core.typing import Bools, Floats, Ints
from geoprio.network.build import Network
from geoprio.network.compiled import load, threads

CELL_M = 40.0
"""Least side of the cells in which segments are looked up."""

CELLS_PER_SEGMENT = 4

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
    usable = np.arange(len(network.start))
    if min_component_m > 0:
        usable = np.flatnonzero(network.component_length >= min_component_m)
    segment = np.full(len(xy), -1, np.int64)
    if len(usable) and len(xy):
        near = _nearest_segments(network, usable, xy, max_snap_m)
        segment[near >= 0] = usable[near[near >= 0]]
    return _positions(network, xy, segment)


def _nearest_segments(network: Network, usable: Ints, xy: Floats, max_snap_m: float) -> Ints:
    """Return the place in `usable` of each point's nearest segment, -1 where none is near enough."""
    cells = load("cells")
    a, b = network.start[usable], network.end[usable]
    ax, ay, bx, by = network.x[a], network.y[a], network.x[b], network.y[b]
    left, bottom = min(ax.min(), bx.min()), min(ay.min(), by.min())
    width, height = max(ax.max(), bx.max()) - left, max(ay.max(), by.max()) - bottom
    # Cells about as wide as a street block; where streets are thin, no more than a few cells for each segment.
    side = max(CELL_M, float(np.sqrt(width * height / (CELLS_PER_SEGMENT * len(usable)))))
    columns, rows = int(width / side) + 1, int(height / side) + 1
    grid = (left, bottom, side, columns, rows)
    pointer, item = cells.grid_segments(ax, ay, bx, by, *grid)
    x, y = np.ascontiguousarray(xy[:, 0]), np.ascontiguousarray(xy[:, 1])
    cell = np.clip((y - bottom) // side, 0, rows) * columns + np.clip((x - left) // side, 0, columns)
    order = np.argsort(cell, kind="stable")
    out = np.empty(len(xy), np.int64)
    with threads(len(network.x)):
        cells.nearest_segment(
            *(x, y, order, ax, ay, bx - ax, by - ay, (bx - ax) ** 2 + (by - ay) ** 2, *grid),
            *(pointer, item, float(max_snap_m), TIE_M, out),
        )
    return out


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
