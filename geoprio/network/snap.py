"""From points to positions on the network."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geoprio._core.errors import InputError
from geoprio.network.compiled import load, threads
from geoprio.network.points import as_points

if TYPE_CHECKING:
    import geopandas as gpd

    from geoprio._core.typing import Bools, Floats, Ints
    from geoprio.network.build import Network

CELL_M = 40.0
"""Least side of the cells in which segments are looked up."""

CELLS_PER_SEGMENT = 4

TIE_M = 1e-4
"""Segments whose distances differ by less are equally near: the first in input order is taken."""


@dataclass(frozen=True, eq=False)
class Grid:
    """Segments by cells of a square grid.

    Attributes
    ----------
    segments : ndarray of int, shape (usable,)
        Those that may be snapped to.
    lines : ndarray of float, shape (usable, 5)
        x and y of the start, x and y from start to end, 1 / squared length.
    frame : tuple
        Left, bottom, side, columns, rows.
    pointer, item : ndarray
        Where each cell's segments begin in `item`, and which they are, as numbered in `segments`.
    """

    segments: Ints
    lines: Floats
    frame: tuple[float, float, float, int, int]
    pointer: Ints
    item: Ints


@dataclass(frozen=True, eq=False)
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
    xy : ndarray of float, shape (points, 2), optional
        The points themselves; without them routes begin and end on the street.
    """

    segment: Ints
    offset: Floats
    leg: Floats
    xy: Floats | None = None

    @property
    def snapped(self) -> Bools:
        """Which points are on the network."""
        return self.segment >= 0

    def take(self, chosen: Bools | Ints) -> Positions:
        """Return the chosen positions, by mask or by number."""
        xy = None if self.xy is None else self.xy[chosen]
        return Positions(self.segment[chosen], self.offset[chosen], self.leg[chosen], xy)


def snap(
    network: Network,
    xy: Floats | gpd.GeoSeries | gpd.GeoDataFrame,
    *,
    max_snap_m: float,
    min_component_m: float = 0.0,
) -> Positions:
    """Return the nearest point on the nearest segment for each point.

    Parameters
    ----------
    network : Network
    xy : ndarray of float, shape (points, 2), GeoSeries or GeoDataFrame of points
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
        If a coordinate is not a finite number, the CRS is another than the network's, or `max_snap_m` is not above 0.
    """
    xy = as_points(xy, network.crs)
    if not max_snap_m > 0:
        raise InputError(f"max_snap_m = {max_snap_m} must be above 0 metres.")
    if min_component_m not in network.grids:
        network.grids[min_component_m] = _grid(network, min_component_m)
    grid = network.grids[min_component_m]
    if grid is None or not len(xy):
        return Positions(np.full(len(xy), -1, np.int64), np.zeros(len(xy)), np.full(len(xy), np.nan), xy)
    cells = load("cells")
    x, y = np.ascontiguousarray(xy[:, 0]), np.ascontiguousarray(xy[:, 1])
    order = cells.order_by_cell(x, y, *grid.frame)
    near, share, leg = np.empty(len(xy), np.int64), np.zeros(len(xy)), np.full(len(xy), np.nan)
    with threads(len(network.x)):
        cells.nearest_segment(
            *(x, y, order, grid.lines, grid.frame, grid.pointer, grid.item, float(max_snap_m), TIE_M),
            *(near, share, leg),
        )
    segment = np.where(near >= 0, grid.segments[near], -1)
    return Positions(segment, share * network.length[segment], leg, xy)


def _grid(network: Network, min_component_m: float) -> Grid | None:
    """Return the cells in which the segments that may be snapped to are looked up; None where there are none."""
    street = ~network.flags("one_way")
    if min_component_m > 0:
        street &= network.component_length >= min_component_m
    usable = np.flatnonzero(street)
    if not len(usable):
        return None
    a, b = network.start[usable], network.end[usable]
    ax, ay, bx, by = network.x[a], network.y[a], network.x[b], network.y[b]
    left, bottom = min(ax.min(), bx.min()), min(ay.min(), by.min())
    width, height = max(ax.max(), bx.max()) - left, max(ay.max(), by.max()) - bottom
    # Cells about as wide as a street block; where streets are thin, no more than a few cells for each segment.
    side = max(CELL_M, float(np.sqrt(width * height / (CELLS_PER_SEGMENT * len(usable)))))
    frame = (left, bottom, side, int(width / side) + 1, int(height / side) + 1)
    pointer, item = load("cells").grid_segments(ax, ay, bx, by, *frame)
    lines = np.column_stack((ax, ay, bx - ax, by - ay, 1.0 / ((bx - ax) ** 2 + (by - ay) ** 2)))
    return Grid(usable, lines, frame, pointer, item)
