"""Shifted Chinese degrees for make_example.py: WGS 84 as Amap (GCJ-02) and Baidu (BD-09) show it.

The formulas are those that the open converters share. They stand here a second time, one number after the other, so
that the tests compare geoprio's way back with something that is not geoprio's.
"""

from __future__ import annotations

from math import atan2, cos, hypot, pi, radians, sin, sqrt

AXIS, SQUARED_ECCENTRICITY = 6378245.0, 0.006693421622965943  # of the ellipsoid behind GCJ-02


def _wave(t: float, *parts: tuple[float, float]) -> float:
    """Return two thirds of the sum of amplitude times sine of a multiple of pi times `t`."""
    return 2 / 3 * sum(amplitude * sin(t * pi * factor) for amplitude, factor in parts)


def to_gcj02(lon: float, lat: float) -> tuple[float, float]:
    """Return WGS 84 degrees in GCJ-02."""
    x, y = lon - 105, lat - 35
    both = _wave(x, (20, 6), (20, 2))
    north = -100 + 2 * x + 3 * y + 0.2 * y**2 + 0.1 * x * y + 0.2 * sqrt(abs(x)) + both
    north += _wave(y, (20, 1), (40, 1 / 3), (160, 1 / 12), (320, 1 / 30))
    east = 300 + x + 2 * y + 0.1 * x**2 + 0.1 * x * y + 0.1 * sqrt(abs(x)) + both
    east += _wave(x, (20, 1), (40, 1 / 3), (150, 1 / 12), (300, 1 / 30))
    phi = radians(lat)
    curve = 1 - SQUARED_ECCENTRICITY * sin(phi) ** 2
    a_degree_north = AXIS * (1 - SQUARED_ECCENTRICITY) / curve**1.5 * pi / 180
    a_degree_east = AXIS / sqrt(curve) * cos(phi) * pi / 180
    return lon + east / a_degree_east, lat + north / a_degree_north


def to_bd09(lon: float, lat: float) -> tuple[float, float]:
    """Return WGS 84 degrees in BD-09."""
    x, y = to_gcj02(lon, lat)
    turn = pi * 3000 / 180
    far, angle = hypot(x, y) + 2e-5 * sin(y * turn), atan2(y, x) + 3e-6 * cos(x * turn)
    return far * cos(angle) + 0.0065, far * sin(angle) + 0.006
