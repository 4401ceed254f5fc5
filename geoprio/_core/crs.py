"""Coordinate systems: what a source says of itself, whether its numbers fit, and where everything is measured."""

from __future__ import annotations

import warnings
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from pyproj import CRS, Proj, Transformer
from pyproj.aoi import AreaOfInterest
from pyproj.database import query_utm_crs_info
from pyproj.exceptions import CRSError
from pyproj.transformer import TransformerGroup

from geoprio._core.errors import InputError

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from geoprio._core.typing import Floats

MAX_SCALE_ERROR = 0.001
"""Largest relative error of length at the study's centre that the working CRS may have."""

WGS84 = "EPSG:4326"

SHIFTED = {
    "gcj02": "GCJ-02",
    **dict.fromkeys(("火星坐标", "火星坐标系", "国测局坐标", "国测局坐标系"), "GCJ-02"),
    "bd09": "BD-09",
    "bd09ll": "BD-09",
    **dict.fromkeys(("百度坐标", "百度坐标系"), "BD-09"),
}
"""Names of shifted degrees; they are no CRS that PROJ knows."""

CHINESE_NAMES = {
    **dict.fromkeys(("国家2000", "大地2000", "2000国家大地坐标系", "国家大地坐标系2000"), "EPSG:4490"),
    **dict.fromkeys(("西安80", "西安1980", "1980西安坐标系"), "EPSG:4610"),
    **dict.fromkeys(("北京54", "北京1954", "1954北京坐标系"), "EPSG:4214"),
}
"""Chinese names of systems in degrees; their Gauss-Krüger zones are told by EPSG codes."""

LONGEST_LABEL = 90

GEOCENTRIC_AXIS_M = 6378137.0
"""Semi-major axis of WGS 84, GRS 80 and CGCS2000: datums on it differ by a metre or two."""


def shifted_datum(text: str | None) -> str | None:
    """Return ``"GCJ-02"`` or ``"BD-09"`` where `text` names one of them, in any of their spellings; else None."""
    return SHIFTED.get("".join(c for c in text.casefold() if c not in " -_")) if text else None


def parse_crs(text: str, where: str) -> CRS:
    """Return the CRS that `text` names; `where` (file or key) stands in the message.

    Raises
    ------
    InputError
        If PROJ does not know it.
    """
    if shifted_datum(text):
        raise InputError(f"{where}: crs {text!r} is shifted degrees, which only sources may have; give EPSG:<number>.")
    try:
        return CRS.from_user_input(CHINESE_NAMES.get("".join(text.split()), text))
    except CRSError:
        raise InputError(
            f"{where}: crs {text!r} is not known; give EPSG:<number>, a PROJ string or WKT; of sources also GCJ-02 "
            "or BD-09."
        ) from None


def label(crs: CRS) -> str:
    """Return a short name of a CRS: its code where it has one, else its name, else the beginning of what it says."""
    text: str = crs.to_string()
    if len(text) <= LONGEST_LABEL:
        return text
    return f"{text[:LONGEST_LABEL]}…" if crs.name == "unknown" else str(crs.name)


def datum_doubt(crs: CRS, lon: float, lat: float) -> str | None:
    """Return why positions in `crs` may be off in WGS 84 at a place in degrees; None where they are good.

    PROJ takes datums as equal where it knows no transformation between them; on an ellipsoid of another size than
    that of WGS 84 (Beijing 1954, Xi'an 1980) that is off by some 100 m.
    """
    ellipsoid = crs.ellipsoid
    if ellipsoid is None or ellipsoid.semi_major_metre == GEOCENTRIC_AXIS_M:
        return None
    with warnings.catch_warnings():
        # Grids that are not installed are named below by what is used instead of them.
        warnings.simplefilter("ignore")
        here = AreaOfInterest(lon, lat, lon, lat)
        known = TransformerGroup(crs, WGS84, always_xy=True, area_of_interest=here)  # type: ignore[arg-type] # one class
    if known.transformers and "Ballpark" not in known.transformers[0].description:
        return None
    return (
        f"no transformation from {crs.name} to WGS 84 is known here: taken as equal, which may be off by some 100 m; "
        "give crs as a PROJ string with your city's +towgs84=… parameters"
    )


# PROJ looks through all its zones for the answer, and one run asks for the same place several times.
@lru_cache(maxsize=16)
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
    lon, lat = _transformer(crs).transform(np.asarray(x), np.asarray(y))
    return np.asarray(lon, float), np.asarray(lat, float)


# One run asks for the same few systems some fifty times. Threads may share a Transformer since pyproj 3.1 (its release
# notes, issue 782: each thread has a copy of its own inside).
@lru_cache(maxsize=64)
def _transformer(crs: CRS) -> Transformer:
    return Transformer.from_crs(crs, WGS84, always_xy=True)
