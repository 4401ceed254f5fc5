"""The Gauss-Krüger zones of China: their EPSG codes, and which of them a pair of numbers can belong to."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from pyproj import CRS

# What is added to a zone's number to get its EPSG code (EPSG dataset as PROJ ships it; the tests compare each name):
# 3° zones with the number before the easting and without, 6° zones with and without.
CODES = {
    "CGCS2000": {(3, True): 4488, (3, False): 4509, (6, True): 4478, (6, False): 4489},
    "Xian 1980": {(3, True): 2324, (3, False): 2345, (6, True): 2314, (6, False): 2325},
    "Beijing 1954": {(3, True): 2376, (3, False): 2397, (6, True): 21400, (6, False): 21440},
}
NUMBERS = {3: range(25, 46), 6: range(13, 24)}
"""Zones in China by their width in degrees: 75° E to 135° E."""

EASTINGS = (150_000.0, 850_000.0)
"""Easting without zone number of a place within 3.5° of its central meridian, in metres; 500 km is the meridian."""
NORTHINGS = (1_800_000.0, 6_100_000.0)
"""Northing of a place between 16° and 55° N, in metres."""
MILLION = 1_000_000.0


class Zone(NamedTuple):
    """A Gauss-Krüger zone; `prefixed`: its number stands before the easting (39,500,000 instead of 500,000)."""

    family: str
    width: int
    number: int
    prefixed: bool

    @property
    def crs(self) -> str:
        """Its EPSG code."""
        return f"EPSG:{CODES[self.family][self.width, self.prefixed] + self.number}"

    @property
    def meridian(self) -> int:
        """Its central meridian in degrees east."""
        return 3 * self.number if self.width == 3 else 6 * self.number - 3


def zone_of(crs: CRS) -> Zone | None:
    """Return the zone that a CRS stands for; None where it is none of `CODES`."""
    code = crs.to_epsg()
    for family, bases in CODES.items():
        for (width, prefixed), base in bases.items():
            if code is not None and code - base in NUMBERS[width]:
                return Zone(family, width, code - base, prefixed)
    return None


def in_some_zone(x: float, y: float) -> bool:
    """Return whether an easting and a northing in metres can be in a zone of China, without its number."""
    return EASTINGS[0] <= x <= EASTINGS[1] and NORTHINGS[0] <= y <= NORTHINGS[1]


def zones_that_fit(x: float, y: float, stated: CRS, lon: float | None = None) -> list[Zone]:
    """Return the zones to which an easting `x` and a northing `y` can belong, likely ones first.

    Parameters
    ----------
    x, y : float
        Metres.
    stated : CRS
        What the source says of itself: its datum comes first, and its meridian where the easting has no number.
    lon : float, optional
        Where the study lies, in degrees: then the zones around it count too.
    """
    number = int(x // MILLION)
    if not in_some_zone(x - number * MILLION, y):
        return []
    own = zone_of(stated)
    families = dict.fromkeys(([own.family] if own else []) + list(CODES))
    if number:
        return [Zone(f, w, number, prefixed=True) for f in families for w, known in NUMBERS.items() if number in known]
    # Every meridian of a 6° zone is one of a 3° zone too.
    meridians = [own.meridian // 3] if own else []
    if lon is not None:
        meridians += [round(lon / 3) + step for step in (0, -1, 1)]
    numbers = [n for n in dict.fromkeys(meridians) if n in NUMBERS[3]]
    return [Zone(f, 3, n, prefixed=False) for n in numbers for f in families]
