"""Where shapes lie in degrees, for maps and lists of single rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from geoprio._core.crs import to_degrees

if TYPE_CHECKING:
    import geopandas as gpd

    from geoprio._core.typing import Floats

DECIMALS = 7
"""Digits of degrees: 1 cm."""


def lon_lat(shapes: gpd.GeoSeries) -> Floats:
    """Return longitude and latitude of the centroids.

    Parameters
    ----------
    shapes : GeoSeries
        In any CRS; some may be missing, empty or broken.

    Returns
    -------
    ndarray of float, shape (n, 2)
        WGS 84 degrees to `DECIMALS` digits; NaN where there is no place on Earth.
    """
    out = np.full((len(shapes), 2), np.nan)
    if shapes.crs is None or not len(shapes):
        return out
    flat = np.array(shapes.to_numpy(), dtype=object)
    # An empty shape has no coordinates to ask for, and broken ones go beyond what numbers hold.
    flat[shapely.is_empty(flat)] = None
    with np.errstate(over="ignore", invalid="ignore"):
        points = shapely.centroid(flat)
    points[shapely.is_empty(points)] = None
    x, y = shapely.get_x(points), shapely.get_y(points)
    given = np.isfinite(x) & np.isfinite(y)
    if given.any():
        out[given] = np.column_stack(to_degrees(shapes.crs, x[given], y[given]))
    with np.errstate(invalid="ignore"):
        lost = ~((np.abs(out[:, 0]) <= 180) & (np.abs(out[:, 1]) <= 90))
    out[lost] = np.nan
    return np.round(out, DECIMALS)
