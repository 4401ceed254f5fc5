"""Neighboring tiles of one raster: of one grid, and none over another."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from geoprio._core.errors import InputError
from geoprio.sources.grids import grid_crs, opened, place_of

if TYPE_CHECKING:
    from pathlib import Path

    from pyproj import CRS

    from geoprio._core.typing import Floats

TOLERANCE = 0.01
"""Part of a cell by which tiles may be off their common grid, or lie over each other."""


class Tile(NamedTuple):
    """Where a tile lies: CRS, the matrix from column, row and 1 to x, y and 1, width and height in cells."""

    name: str
    crs: CRS
    place: Floats
    width: int
    height: int


def check_tiles(names: tuple[str, ...], base: Path, role: str, stated: str | None) -> None:
    """Check that rasters are tiles of one grid that do not overlap, so that their cells are those of one raster.

    Parameters
    ----------
    names : tuple of str
        Files, relative to `base`.
    base : Path
        The project's folder.
    role : str
        The section of the project file, for messages.
    stated : str or None
        CRS that overrides what the files say.

    Raises
    ------
    InputError, MissingError
        If a file cannot be opened, or the files are no such tiles.
    """
    tiles = []
    for name in names:
        with opened(name, base, role) as raster:
            own = grid_crs(raster, name, role, stated)
            tiles.append(Tile(name, own, place_of(raster), raster.width, raster.height))
    for a, b in combinations(tiles, 2):
        _check_pair(a, b, role)


def _check_pair(a: Tile, b: Tile, role: str) -> None:
    where = f"[{role}] path"
    # Corners of b in columns and rows of a.
    corners = np.array([[0, b.width], [0, b.height], [1, 1]], float)
    (left, right), (top, bottom), _ = np.linalg.inv(a.place) @ b.place @ corners
    drift = max(abs(v - round(v)) for v in (left, right, top, bottom))
    same = max(abs(right - left - b.width), abs(bottom - top - b.height)) <= TOLERANCE
    if a.crs != b.crs or not same or drift > TOLERANCE:
        raise InputError(
            f"{where}: {a.name} and {b.name} are no tiles of one grid (their CRS, cells or where these begin differ); "
            "give tiles of one raster."
        )
    wide, high = min(right, a.width) - max(left, 0.0), min(bottom, a.height) - max(top, 0.0)
    if wide > TOLERANCE and high > TOLERANCE:
        raise InputError(
            f"{where}: {a.name} and {b.name} overlap by {wide:.0f} × {high:.0f} cells: people there would count twice; "
            "give each cell once."
        )
