"""Whether numbers can be in the CRS that a source states, and in which ones they could be instead."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from pyproj import CRS

from geoprio._core.crs import WGS84, label, to_degrees
from geoprio._core.errors import InputError
from geoprio._core.gauss_kruger import MILLION, in_some_zone, zone_of, zones_that_fit

if TYPE_CHECKING:
    from collections.abc import Iterable

    from geoprio._core.typing import Bools, Floats, Ints

WEB_MERCATOR = "EPSG:3857"

EXCHANGE = ' To exchange x and y set axes = "yx"; in a table exchange the keys x and y.'

NUMBERED = 13 * MILLION
"""False eastings from here on begin with a zone's number: 13 is the first 6° zone of China."""
PARAMETERS = ("Longitude of", "False easting")
"""How the parameters of a projection begin that are looked at."""
MARGIN = 12.0
"""Degrees beyond its area of use to which a CRS is taken to be used: four zones of 3°."""
CLOSE = 3.0
"""The same, where it is only a guess that the coordinates are in it."""
MOST_TRIED = 1000
"""Rows that are looked at, evenly spaced."""
MOST_NAMED = 4
"""Ways to read the coordinates that a message names."""


class Reading(NamedTuple):
    """Another way to read coordinates: the CRS, and the coordinates in the order to take them in."""

    crs: str
    swapped: bool
    stated: bool
    x: Floats
    y: Floats

    def __str__(self) -> str:
        """Return what to do for it, and where it puts the first row."""
        crs = CRS.from_user_input(self.crs)
        lon, lat = to_degrees(crs, self.x[0], self.y[0])
        change = ["x and y exchanged"] * self.swapped + [f'crs = "{self.crs}"'] * (not self.stated)
        return f"{' and '.join(change)} ({crs.name}, at longitude {lon:.4f}, latitude {lat:.4f})"


def check_fits(crs: CRS, x: Floats, y: Floats, where: str, name: str | None = None) -> None:
    """Check that coordinates can be in the CRS that they are said to be in.

    Parameters
    ----------
    crs : CRS
    x, y : ndarray of float, shape (n,)
        First and second coordinate of each row; NaN where there is none.
    where : str
        Section and file, for the message.
    name : str, optional
        What the source calls its coordinates, where that is not the CRS itself.

    Raises
    ------
    InputError
        If most do not fit: degrees that are none, metres outside the reach of the projection, or degrees where the
        CRS is in metres. The message names what would fit, and where that would put them.
    """
    some = thinned(np.flatnonzero(np.isfinite(x) & np.isfinite(y)))
    x, y = x[some], y[some]
    wrong = ~fits(crs, x, y)
    if not len(x) or wrong.mean() < 0.5:
        return
    x, y = x[wrong], y[wrong]
    raise InputError(
        f"{where}: the coordinates, such as {x[0]:.10g}, {y[0]:.10g}, do not fit {name or label(crs)}; "
        f"{_advice(crs, x, y)}"
    )


def thinned(rows: Ints) -> Ints:
    """Return at most `MOST_TRIED` of the rows, evenly spaced."""
    return rows[:: max(1, -(-len(rows) // MOST_TRIED))]


def _advice(crs: CRS, x: Floats, y: Floats) -> str:
    """Return what would make coordinates fit, going by the numbers alone."""
    found = [r for r in readings(crs, x, y) if fits(CRS.from_user_input(r.crs), r.x, r.y, CLOSE).mean() > 0.5]
    # Nearly any metres are somewhere in the web's Mercator projection: it comes last, and only as they stand.
    likely = [r for r in found if r.crs != WEB_MERCATOR]
    if likely:
        return str(one_of(likely))
    a, b = float(np.median(x)), float(np.median(y))
    straight, swapped = in_some_zone(a, b), in_some_zone(b, a)
    if straight or swapped:
        return (
            f"{'' if straight else 'x and y look exchanged, and '}an easting without zone number fits many: give the "
            "CRS of its central meridian, in China EPSG:4534 (75° E) to EPSG:4554 (135° E), one every 3°; or its UTM "
            "zone; or the PROJ string of the local grid."
        )
    return one_of(r for r in found if not r.swapped) or "set crs to the one that the file was made in."


def one_of(found: Iterable[Reading]) -> str | None:
    """Return the readings as advice; None where there is none."""
    some = list(found)[:MOST_NAMED]
    how = EXCHANGE if any(r.swapped for r in some) else ""
    return f"they would fit with {', or with '.join(map(str, some))}.{how}" if some else None


def fits(crs: CRS, x: Floats, y: Floats, margin: float = MARGIN) -> Bools:
    """Return which coordinates can be in `crs`: up to `margin` degrees outside its area of use.

    Where PROJ has no area for it, the area is around its central meridian. An easting that begins with another zone's
    number does not fit.
    """
    if crs.is_geographic:
        degrees: Bools = (np.abs(x) <= 360) & (np.abs(y) <= 90)
        return degrees
    if not crs.is_projected:
        return np.ones(len(x), bool)
    lon, lat = to_degrees(crs, x, y)
    # PROJ answers with infinity out of the projection's range.
    lon = np.where(np.isfinite(lon), lon, np.nan)
    west, south, east, north = _extent(crs)
    middle, half = (west + east) / 2, (east - west) / 2 + margin
    inside: Bools = np.abs((lon - middle + 180) % 360 - 180) <= half
    inside &= (lat >= south - margin) & (lat <= north + margin)
    _, _, false_easting = _projection(crs)
    if false_easting >= NUMBERED:
        inside &= np.floor(x / MILLION) == np.floor(false_easting / MILLION)
    # Numbers so small are degrees, unless they are metres of a local grid that begins in the middle of the town.
    small = (np.abs(x) <= 360) & (np.abs(y) <= 360)
    if crs.area_of_use is None:
        small &= np.minimum(np.abs(x - middle), np.abs(y - middle)) <= half
    return inside & ~small


def _extent(crs: CRS) -> tuple[float, float, float, float]:
    """Return west, south, east and north of a projected CRS: its area of use, else around its central meridian."""
    area = crs.area_of_use
    if area is not None:
        return area.west, area.south, area.east + 360 * (area.east < area.west), area.north
    method, middle, _ = _projection(crs)
    # Only a cylinder along a meridian is narrow.
    half = 0.0 if "Transverse" in method else 180.0
    return middle - half, -90.0, middle + half, 90.0


def _projection(crs: CRS) -> tuple[str, float, float]:
    """Return the method of a projected CRS, its central meridian and its false easting; 0 where it names none."""
    # A CRS with +towgs84 wraps the one that is projected.
    inner = crs.source_crs if crs.is_bound else crs
    operation = None if inner is None else inner.coordinate_operation
    if operation is None:
        return "", 0.0, 0.0
    meridian, easting = (
        next((float(p.value) for p in operation.params if p.name.startswith(name)), 0.0) for name in PARAMETERS
    )
    return str(operation.method_name), meridian, easting


def readings(stated: CRS, x: Floats, y: Floats, lon: float | None = None, also: tuple[str, ...] = ()) -> list[Reading]:
    """Return how coordinates could be read instead of in the stated CRS, likely mistakes first; none is checked.

    Parameters
    ----------
    stated : CRS
    x, y : ndarray of float, shape (n,)
        Not empty, finite.
    lon : float, optional
        Longitude of the study in degrees, where it is known.
    also : tuple of str
        Other CRS to try.
    """
    own = stated.to_string()
    found = []
    for swapped, a, b in ((False, x, y), (True, y, x)):
        zones = [z.crs for z in zones_that_fit(float(np.median(a)), float(np.median(b)), stated, lon)]
        # What is stated as a Chinese zone is one; other metres are rather in the study's own CRS.
        zones = [*zones, *also] if zone_of(stated) else [*also, *zones]
        others = [*([] if stated.is_geographic else [WGS84]), *zones, WEB_MERCATOR]
        names = dict.fromkeys([own, *others] if swapped else [n for n in others if n != own])
        found += [Reading(name, swapped, name == own, a, b) for name in names]
    return found
