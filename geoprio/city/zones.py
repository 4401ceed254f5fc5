"""Square grids, and which zone a point belongs to."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

if TYPE_CHECKING:
    from pyproj import CRS

    from geoprio._core.typing import Floats


def assign(zones: gpd.GeoDataFrame, x: Floats, y: Floats) -> tuple[pd.Series, int]:
    """Return the zone of each point, and how many points lie in more than one zone.

    A point belongs to the zone that covers it (boundary included); of several, to the smallest in area, then to the
    lowest id in code-point order.

    Parameters
    ----------
    zones : GeoDataFrame
        Index `zone_id`.
    x, y : ndarray of float, shape (n,)
        In the CRS of `zones`, metres.

    Returns
    -------
    zone_id : Series of str, shape (n,)
        Missing outside every zone; numbered from 0.
    overlapping : int
    """
    tree = shapely.STRtree(np.asarray(shapely.points(x, y), dtype=object))
    zone, point = tree.query(zones.geometry.to_numpy(), predicate="covers")
    by_id = np.argsort(np.argsort(zones.index.to_numpy().astype(object), kind="stable"), kind="stable")
    order = np.lexsort((by_id[zone], zones.geometry.area.to_numpy()[zone], point))
    zone, point = zone[order], point[order]
    covered, first, times = np.unique(point, return_index=True, return_counts=True)
    ids = pd.Series(None, index=range(len(x)), dtype="str")
    ids.iloc[covered] = zones.index.to_numpy()[zone[first]]
    return ids, int((times > 1).sum())


def grid(
    side: float, x: Floats, y: Floats, crs: CRS, area: shapely.Geometry | None = None
) -> tuple[gpd.GeoDataFrame, int]:
    """Return the square cells that hold a building, and how many empty cells of their bounding box were dropped.

    Parameters
    ----------
    side : float
        Side in metres; corners are multiples of it in `crs`, the id is ``c{col}r{row}``.
    x, y : ndarray of float, shape (n,)
        Points of the buildings, metres.
    area : shapely geometry, optional
        Cells must meet it; buildings outside it do not count.
    """
    if area is not None:
        shapely.prepare(area)
        inside = shapely.intersects_xy(area, x, y)
        x, y = x[inside], y[inside]
    cells = np.unique(np.column_stack((np.floor(x / side), np.floor(y / side))).astype(np.int64), axis=0)
    col, row = cells[:, 0], cells[:, 1]
    boxes = shapely.box(col * side, row * side, (col + 1) * side, (row + 1) * side)
    ids = pd.Index([f"c{c}r{r}" for c, r in cells], dtype="str", name="zone_id")
    zones = gpd.GeoDataFrame({"name": ids.to_numpy(), "zone_type": "other"}, index=ids, geometry=boxes, crs=crs)
    box = int(np.prod(np.ptp(cells, axis=0) + 1)) if len(cells) else 0
    return zones, box - len(cells)
