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
    street = ~network.flags("one_way")
    if min_component_m > 0:
        street &= network.component_length >= min_component_m
    usable = np.flatnonzero(street)
    if not (len(usable) and len(xy)):
        return Positions(np.full(len(xy), -1, np.int64), np.zeros(len(xy)), np.full(len(xy), np.nan), xy)
    near, share, leg = _nearest_segments(network, usable, xy, max_snap_m)
    segment = np.where(near >= 0, usable[near], -1)
    return Positions(segment, share * network.length[segment], leg, xy)


def _nearest_segments(network: Network, usable: Ints, xy: Floats, max_snap_m: float) -> tuple[Ints, Floats, Floats]:
    """Return where each point's nearest segment stands in `usable` (-1: none is near enough), and share and distance.

    The share of the segment's length is 0 and the distance NaN where there is none.
    """
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
    order = cells.order_by_cell(x, y, *grid)
    near, share, leg = np.empty(len(xy), np.int64), np.zeros(len(xy)), np.full(len(xy), np.nan)
    lines = np.column_stack((ax, ay, bx - ax, by - ay, 1.0 / ((bx - ax) ** 2 + (by - ay) ** 2)))
    with threads(len(network.x)):
        cells.nearest_segment(x, y, order, lines, grid, pointer, item, float(max_snap_m), TIE_M, near, share, leg)
    return near, share, leg
