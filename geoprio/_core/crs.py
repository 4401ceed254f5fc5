"""The one projected CRS in which everything is measured."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from pyproj import CRS, Proj, Transformer
from pyproj.aoi import AreaOfInterest
from pyproj.database import query_utm_crs_info
from pyproj.exceptions import CRSError

from geoprio._core.errors import InputError

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from geoprio._core.typing import Floats

MAX_SCALE_ERROR = 0.001
"""Largest relative error of length at the study's centre that the working CRS may have."""


def parse_crs(text: str, where: str) -> CRS:
    """Return the CRS that `text` names; `where` (file or key) stands in the message.

    Raises
    ------
    InputError
        If PROJ does not know it.
    """
    try:
        return CRS.from_user_input(text)
    except CRSError:
        raise InputError(f"{where}: crs {text!r} is not known; give EPSG:<number>, a PROJ string or WKT.") from None


def estimate_working_crs(lon: float, lat: float) -> CRS:
    """Return the WGS 84 / UTM zone of a point in degrees.

    Raises
    ------
    InputError
        If no UTM zone covers it (nearer than some 6° to a pole, or not a position on Earth).
    """
    here = AreaOfInterest(lon, lat, lon, lat)
    found = query_utm_crs_info(datum_name="WGS 84", area_of_interest=here) if abs(lat) < 84 and abs(lon) <= 180 else []
    if not found:
        raise InputError(f"[project] crs: none can be estimated at longitude {lon:.4f}, latitude {lat:.4f}; set one.")
    return CRS.from_authority(found[0].auth_name, found[0].code)


def check_working_crs(crs: CRS, lon: float, lat: float) -> None:
    """Check that `crs` measures true metres at the study's centre.

    Parameters
    ----------
    crs : pyproj.CRS
    lon, lat : float
        The study's centre in degrees.

    Raises
    ------
    InputError
        If it is not projected, not in metres, or its scale is off by more than `MAX_SCALE_ERROR`. The message
        names the CRS that would be estimated.
    """
    mend = f"leave [project] crs out or use {estimate_working_crs(lon, lat).to_string()}."
    name = crs.to_string()
    if not crs.is_projected:
        raise InputError(f"[project] crs = {name!r} is not projected, so lengths would be in degrees; {mend}")
    if any(axis.unit_conversion_factor != 1.0 for axis in crs.axis_info[:2]):
        raise InputError(f"[project] crs = {name!r} is in {crs.axis_info[0].unit_name}, not metres; {mend}")
    factors = Proj(crs).get_factors(lon, lat, radians=False)
    error = max(abs(factors.meridional_scale - 1), abs(factors.parallel_scale - 1))
    if not np.isfinite(error) or error > MAX_SCALE_ERROR:
        raise InputError(
            f"[project] crs = {name!r} stretches lengths by {100 * error:.2f} % at the study's centre "
            f"(longitude {lon:.4f}, latitude {lat:.4f}; at most {100 * MAX_SCALE_ERROR:g} %); {mend}"
        )


def to_degrees(crs: CRS, x: ArrayLike, y: ArrayLike) -> tuple[Floats, Floats]:
    """Return longitude and latitude (WGS 84, degrees) of coordinates in `crs`, x first."""
    lon, lat = Transformer.from_crs(crs, "EPSG:4326", always_xy=True).transform(np.asarray(x), np.asarray(y))
    return np.asarray(lon, float), np.asarray(lat, float)
