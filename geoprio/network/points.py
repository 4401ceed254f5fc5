"""Points and their CRS, as arrays or as tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geoprio._core.errors import InputError

if TYPE_CHECKING:
    from pyproj import CRS

    from geoprio._core.typing import Floats


def crs_of(things: object) -> CRS | None:
    """Return the CRS of a GeoSeries or GeoDataFrame; None for plain arrays."""
    return getattr(things, "crs", None)


def metres_crs(crs: CRS | None, what: str) -> CRS | None:
    """Return the CRS, checked to be projected and in metres; None passes: the caller answers for plain arrays.

    Raises
    ------
    InputError
        If coordinates in it are not metres.
    """
    if crs is not None and not (crs.is_projected and all(a.unit_conversion_factor == 1.0 for a in crs.axis_info[:2])):
        raise InputError(f"{what} are in {crs.to_string()}, which is not in metres; bring them into a projected CRS.")
    return crs


def as_points(points: object, crs: CRS | None, what: str = "points") -> Floats:
    """Return x and y of points, shape (points, 2).

    Parameters
    ----------
    points : array of shape (points, 2), GeoSeries or GeoDataFrame
    crs : pyproj.CRS, optional
        Of the network.

    Raises
    ------
    InputError
        If the shape is another, a coordinate is not a finite number, or the CRS differs from the network's.
    """
    own = crs_of(points)
    if own is not None and crs is not None and own != crs:
        raise InputError(f"{what} are in {own.to_string()}, the streets in {crs.to_string()}; bring both into one CRS.")
    shapes = getattr(points, "geometry", None)
    if shapes is not None:
        if not (shapes.geom_type == "Point").all():
            raise InputError(f"{what} must be points; take the centroid or an inner point of other shapes.")
        points = np.column_stack((shapes.x, shapes.y))
    xy = np.asarray(points, np.float64)
    if xy.ndim != 2 or xy.shape[1] != 2:
        raise InputError(f"{what} have the shape {xy.shape}; give (points, 2): x and y.")
    if not np.isfinite(xy).all():
        row = int(np.flatnonzero(~np.isfinite(xy).all(axis=1))[0])
        raise InputError(f"point {row} of the {what} has the coordinates {xy[row].tolist()}; give finite numbers.")
    return xy
