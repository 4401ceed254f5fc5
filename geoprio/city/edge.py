"""Where the data end: near there, people may in truth reach what was not read."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

TOLERANCE_M = 1e-4
"""Distances that differ by less are equal."""


def known_extent(
    layers: Iterable[gpd.GeoSeries], around: shapely.Geometry, zones: gpd.GeoDataFrame
) -> shapely.Geometry:
    """Return the convex hull of what was read within `around`, in the CRS of the zones, for a study without streets.

    What lies farther off says nothing about what is known near the zones: a single place put at 0° 0° would make every
    zone seem to be surrounded by data.

    Parameters
    ----------
    layers : iterable of GeoSeries
        As read, each in its own CRS; rows without a geometry are left out.
    around : shapely geometry
        In the CRS of the zones.
    zones : GeoDataFrame
    """
    shapely.prepare(around)
    near = []
    for layer in layers:
        shapes = layer[layer.notna() & ~layer.is_empty].to_crs(zones.crs).to_numpy()
        # Degrees that no projection holds become infinite.
        shapes = shapes[np.isfinite(shapely.bounds(shapes)).all(axis=1)]
        near.append(shapes[shapely.intersects(around, shapes)])
    return hull_of(np.concatenate(near))


def hull_of(shapes: NDArray[np.object_]) -> shapely.Geometry:
    """Return the convex hull of all shapes, an empty one of none."""
    return cast("shapely.Geometry", shapely.convex_hull(shapely.geometrycollections(shapes)))


def near_data_edge(zones: gpd.GeoDataFrame, extent: shapely.Geometry, distance_m: float) -> pd.Series:
    """Return which zones lie so near to the edge of the data that access may be underestimated there.

    A zone is near the edge if not all points within `distance_m` of it lie in the extent.

    Parameters
    ----------
    zones : GeoDataFrame
        Index `zone_id`; in the CRS of `extent`, metres.
    extent : shapely geometry
        Convex hull of the streets, or else of all else, that was read (`City.data_extent`). Streets on one straight
        line leave every zone near the edge.
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
