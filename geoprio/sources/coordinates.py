"""Shifted Chinese coordinates to WGS 84 and back, and degrees written as text.

GCJ-02 (Amap, Tencent) and BD-09 (Baidu) are WGS 84 degrees moved by a smooth formula. Each point is moved on its own:
those inside `CHINA_BOX` are, those outside stay as they are. The box is the one that the open converters share
(eviltransform, PRCoords, coordtransform, gcoord), so that all of them agree; it holds parts of neighboring countries
too, where the maps' own coordinates are not shifted.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from unicodedata import normalize

import numpy as np
import pandas as pd
import shapely

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import ArrayLike, NDArray

    from geoprio._core.typing import Bools, Floats

    Pair = tuple[Floats, Floats]
    Shift = Callable[[Floats, Floats], Pair]

CHINA_BOX = (72.004, 0.8293, 137.8347, 55.8271)
"""West, south, east and north of the box in which points are shifted, in degrees; its boundary belongs to it."""

INVERSE_TOLERANCE = 1e-9
"""Degrees; the inverses iterate until no point moves by more. Each step shrinks the error some forty times: of a
million points of the box, there and back, none is off by more than 2 micrometres."""
MOST_STEPS = 30
"""Steps after which an inverse would stop; five or six are needed."""
LARGEST_SHIFT = 0.05
"""Degrees; no shift in the box is half as large."""

KRASSOVSKY_A = 6378245.0
KRASSOVSKY_E2 = 0.006693421622965943
"""Semi-major axis in metres and squared eccentricity (f = 1/298.3) that turn the shift's metres into degrees."""
BAIDU_LON, BAIDU_LAT = 0.0065, 0.006
"""Degrees that Baidu adds."""


def in_china(lon: ArrayLike, lat: ArrayLike, margin: float = 0.0) -> Bools:
    """Return which positions lie in `CHINA_BOX` or up to `margin` degrees outside it; NaN does not."""
    lon, lat = np.asarray(lon, float), np.asarray(lat, float)
    west, south, east, north = CHINA_BOX
    inside: Bools = (lon >= west - margin) & (lon <= east + margin) & (lat >= south - margin) & (lat <= north + margin)
    return inside


def wgs84_to_gcj02(lon: ArrayLike, lat: ArrayLike) -> Pair:
    """Return WGS 84 positions in GCJ-02.

    Parameters
    ----------
    lon, lat : array_like of float, one shape
        Degrees.

    Returns
    -------
    lon, lat : ndarray of float
        New arrays of the same shape, degrees. Points outside `CHINA_BOX` stay as they are, NaN stays NaN.

    References
    ----------
    The formula is not published officially; it is the one of the open converters (PRCoords, coordtransform, gcoord).

    Examples
    --------
    >>> lon, lat = wgs84_to_gcj02([116.397], [39.908])
    >>> print(lon.round(6), lat.round(6))
    [116.403243] [39.909403]
    """
    return _shifted(lon, lat, _gcj02)


def gcj02_to_wgs84(lon: ArrayLike, lat: ArrayLike) -> Pair:
    """Return GCJ-02 positions in WGS 84: the exact inverse of `wgs84_to_gcj02` for every point of the box."""
    return _undone(lon, lat, _gcj02)


def gcj02_to_bd09(lon: ArrayLike, lat: ArrayLike) -> Pair:
    """Return GCJ-02 positions in BD-09; shapes and the box as in `wgs84_to_gcj02`."""
    return _shifted(lon, lat, _bd09)


def bd09_to_gcj02(lon: ArrayLike, lat: ArrayLike) -> Pair:
    """Return BD-09 positions in GCJ-02: the exact inverse of `gcj02_to_bd09` for every point of the box."""
    return _undone(lon, lat, _bd09)


def wgs84_to_bd09(lon: ArrayLike, lat: ArrayLike) -> Pair:
    """Return WGS 84 positions in BD-09; shapes and the box as in `wgs84_to_gcj02`."""
    return _shifted(lon, lat, _both)


def bd09_to_wgs84(lon: ArrayLike, lat: ArrayLike) -> Pair:
    """Return BD-09 positions in WGS 84: the exact inverse of `wgs84_to_bd09` for every point of the box."""
    return _undone(lon, lat, _both)


TO_WGS84 = {"GCJ-02": gcj02_to_wgs84, "BD-09": bd09_to_wgs84}
FROM_WGS84 = {"GCJ-02": wgs84_to_gcj02, "BD-09": wgs84_to_bd09}


def shapes_to_wgs84(shapes: NDArray[np.object_], datum: str) -> NDArray[np.object_]:
    """Return geometries in WGS 84, every vertex moved; flat (no z), missing ones stay missing.

    Parameters
    ----------
    shapes : ndarray of shapely geometries, shape (n,)
    datum : {"GCJ-02", "BD-09"}
    """
    moved: NDArray[np.object_] = shapely.transform(
        shapes, lambda xy: np.column_stack(TO_WGS84[datum](xy[:, 0], xy[:, 1]))
    )
    return moved


def _shifted(lon: ArrayLike, lat: ArrayLike, shift: Shift) -> Pair:
    lon, lat = np.array(lon, float), np.array(lat, float)
    inside = in_china(lon, lat)
    east, north = shift(lon[inside], lat[inside])
    lon[inside] += east
    lat[inside] += north
    return lon, lat


def _undone(lon: ArrayLike, lat: ArrayLike, shift: Shift) -> Pair:
    lon, lat = np.array(lon, float), np.array(lat, float)
    # Whether a point was shifted shows only when it is back: a point near the box's edge may have left the box.
    near = in_china(lon, lat, LARGEST_SHIFT)
    to_lon, to_lat = lon[near], lat[near]
    at_lon, at_lat = to_lon, to_lat
    for _ in range(MOST_STEPS):
        by_lon, by_lat = shift(at_lon, at_lat)
        moved = np.abs(np.concatenate((to_lon - by_lon - at_lon, to_lat - by_lat - at_lat)))
        at_lon, at_lat = to_lon - by_lon, to_lat - by_lat
        if moved.max(initial=0.0) <= INVERSE_TOLERANCE:
            break
    inside = in_china(at_lon, at_lat, INVERSE_TOLERANCE)
    lon[near], lat[near] = np.where(inside, at_lon, to_lon), np.where(inside, at_lat, to_lat)
    return lon, lat


def _gcj02(lon: Floats, lat: Floats) -> Pair:
    """Return the degrees by which GCJ-02 lies east and north of WGS 84."""
    x, y = lon - 105.0, lat - 35.0
    a, b = np.pi * x, np.pi * y
    root = np.sqrt(np.abs(x))
    waves = 20.0 * np.sin(6.0 * a) + 20.0 * np.sin(2.0 * a)
    along = waves + 20.0 * np.sin(a) + 40.0 * np.sin(a / 3) + 150.0 * np.sin(a / 12) + 300.0 * np.sin(a / 30)
    across = waves + 20.0 * np.sin(b) + 40.0 * np.sin(b / 3) + 160.0 * np.sin(b / 12) + 320.0 * np.sin(b / 30)
    east_m = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + along * 2 / 3
    north_m = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + across * 2 / 3
    phi = np.radians(lat)
    w = np.sqrt(1.0 - KRASSOVSKY_E2 * np.sin(phi) ** 2)
    parallel = KRASSOVSKY_A * np.cos(phi) / w
    meridian = KRASSOVSKY_A * (1.0 - KRASSOVSKY_E2) / w**3
    return np.degrees(east_m / parallel), np.degrees(north_m / meridian)


def _bd09(lon: Floats, lat: Floats) -> Pair:
    """Return the degrees by which BD-09 lies east and north of GCJ-02."""
    turn = np.pi * 3000.0 / 180.0
    radius = np.hypot(lon, lat) + 2e-5 * np.sin(lat * turn)
    angle = np.arctan2(lat, lon) + 3e-6 * np.cos(lon * turn)
    return radius * np.cos(angle) + BAIDU_LON - lon, radius * np.sin(angle) + BAIDU_LAT - lat


def _both(lon: Floats, lat: Floats) -> Pair:
    """Return the degrees by which BD-09 lies east and north of WGS 84."""
    east, north = _gcj02(lon, lat)
    more_east, more_north = _bd09(lon + east, lat + north)
    return east + more_east, north + more_north


# Marks that look alike; NFKC below turns full-width digits, letters and signs into plain ones.
MARKS = str.maketrans(
    {
        **dict.fromkeys("º˚度", "°"),
        **dict.fromkeys("′’‘´`分", "'"),
        **dict.fromkeys("″”“〃秒", '"'),
        **dict.fromkeys("−–—", "-"),
        "：": ":",
    }
)
HEMISPHERES = {
    **dict.fromkeys(("N", "北纬", "北"), ("lat", 1.0)),
    **dict.fromkeys(("S", "南纬", "南"), ("lat", -1.0)),
    **dict.fromkeys(("E", "东经", "东"), ("lon", 1.0)),
    **dict.fromkeys(("W", "西经", "西"), ("lon", -1.0)),
}
LIMITS = {"lon": 180.0, "lat": 90.0}

_HALF = "[NSEW]|[东西]经?|[南北]纬?"
_NUMBER = r"[0-9]{1,3}(?:\.[0-9]*)?"
DEGREES = re.compile(
    rf"""(?P<before>{_HALF})?\s*:?\s*(?P<sign>[+-])?\s*
    (?P<degrees>{_NUMBER})\s*
    (?:
        °?                                                                     # 39.9056°
      | (?:°|:|\s)\s*(?P<minutes>{_NUMBER})\s*'?                               # 39°54.34'
      | (?P<gap>°|:|-|\s)\s*(?P<whole>[0-9]{{1,2}})\s*(?:'|:|-|\s)\s*
        (?P<seconds>{_NUMBER})\s*(?:"|'')?                                     # 39°54'20.5", 39 54 20.5, 39-54-20.5
    )
    \s*(?P<after>{_HALF})?""",
    re.VERBOSE,
)


def plain_text(values: pd.Series) -> pd.Series:
    """Return text with full-width digits, letters and signs as plain ones and marks of degrees as ``° ' "``."""
    return (
        values.astype("str")
        .map(lambda text: normalize("NFKC", text.translate(MARKS)).strip(), na_action="ignore")
        .astype("str")
    )


def parse_degrees(values: pd.Series, axis: str | None = None) -> pd.Series:
    """Return degrees that are written as text.

    Understood are degrees, minutes and seconds with marks, words (度 分 秒), colons or spaces between them, the last of
    them with decimals, and a sign or a hemisphere (N, S, E, W, 北纬, 东经, …) before or after.

    Parameters
    ----------
    values : Series of str
    axis : {"lon", "lat"}, optional
        A hemisphere of the other axis, or a number out of its range, is not understood.

    Returns
    -------
    Series of float
        Index of `values`; degrees, NaN where a text is not understood or missing.

    Examples
    --------
    >>> parse_degrees(pd.Series(["39°54′20.5″N", "39 54 20.5", "北纬39度54.5分"])).round(6).tolist()
    [39.905694, 39.905694, 39.908333]
    """
    found = [_degrees(text, axis) for text in plain_text(values).fillna("")]
    return pd.Series(found, index=values.index, dtype=float)


def _degrees(text: str, axis: str | None) -> float:
    match = DEGREES.fullmatch(text.upper())
    if match is None:
        return np.nan
    part = match.groupdict()
    halves = [HEMISPHERES[h] for h in (part["before"], part["after"]) if h]
    if len(halves) > 1 or (halves and part["sign"]):
        return np.nan
    of, sign = halves[0] if halves else (axis, -1.0 if part["sign"] == "-" else 1.0)
    minutes, seconds = float(part["minutes"] or part["whole"] or 0), float(part["seconds"] or 0)
    whole = part["minutes"] is None and part["whole"] is None
    value = float(part["degrees"]) + minutes / 60 + seconds / 3600
    wrong = (not whole and "." in part["degrees"]) or minutes >= 60 or seconds >= 60
    if wrong or value > LIMITS[of or "lon"] or (axis and of != axis):
        return np.nan
    return sign * value
