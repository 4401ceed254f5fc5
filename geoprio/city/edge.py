"""Where the data end: near there, people may in truth reach what was not read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import shapely

if TYPE_CHECKING:
    import geopandas as gpd

TOLERANCE_M = 1e-4
"""Distances that differ by less are equal."""


def near_data_edge(zones: gpd.GeoDataFrame, extent: shapely.Geometry, distance_m: float) -> pd.Series:
    """Return which zones lie so near to the edge of the data that access may be underestimated there.

    A zone is near the edge if not all points within `distance_m` of it lie in the extent.

    Parameters
    ----------
    zones : GeoDataFrame
        Index `zone_id`; in the CRS of `extent`, metres.
    extent : shapely geometry
        Convex hull of the streets that were read (`City.data_extent`). Streets on one straight line leave every
        zone near the edge.
    distance_m : float
        The catchment.

    Returns
    -------
    Series of bool
        On the index of `zones`.
    """
    shapes = zones.geometry.to_numpy()
    # In a convex extent the nearest point outside is on its boundary.
    room = shapely.distance(shapes, shapely.boundary(extent))
    inside = shapely.covers(extent, shapes) & (room >= distance_m - TOLERANCE_M)
    return pd.Series(~inside, index=zones.index, dtype=bool)
