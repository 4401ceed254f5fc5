"""Read elevations from a raster of the ground's height."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.spatial import cKDTree

from geoprio._core.errors import InputError
from geoprio.sources.grids import extents, grid_crs, moved, note_raster, opened, place_of, read_cells

if TYPE_CHECKING:
    from pathlib import Path

    from pyproj import CRS

    from geoprio._core.findings import Findings
    from geoprio._core.typing import Bools, Floats, Ints

ROLE = "elevation"

METRES = frozenset(("", "m", "metre", "meter", "metres", "meters"))
LOWEST_M, HIGHEST_M = -11_000.0, 9_000.0
"""No ground or sea floor on Earth is outside; such a value is a sign of no data."""

TILE = 1024
"""Cells along a side of the windows that are read."""

MANY_GAPS = 0.05
"""Share of nodes without elevation above which there is a warning."""


def check_elevation(path: str, base: Path) -> None:
    """Check that a raster can be read, before anything is computed.

    Raises
    ------
    InputError, MissingError
        As `sample_elevation` does.
    """
    with opened(path, base, ROLE, tiles=True) as raster:
        _need_metres(raster, path)
        grid_crs(raster, path, ROLE)


def sample_elevation(path: str, base: Path, xy: Floats, crs: CRS, findings: Findings) -> Floats:
    """Return the elevation of points, interpolated bilinearly between the centers of the cells.

    Only the parts of the raster that hold points are read. Of several bands the first is taken.

    Parameters
    ----------
    path : str
        A local GeoTIFF, SRTM tile or ESRI grid, relative to `base`; its content decides, not its name.
    base : Path
        The project's folder.
    xy : ndarray of float, shape (n, 2)
        Points in `crs`.
    crs : pyproj.CRS
    findings : Findings
        Takes notes.

    Returns
    -------
    ndarray of float, shape (n,)
        Metres. NaN outside the raster, and where one of the cells around a point has no data.

    Raises
    ------
    MissingError
        If the file is not there.
    InputError
        If it is no local raster of an allowed format, says no CRS or no place, is not in metres, or covers none of
        the points.
    """
    with opened(path, base, ROLE, tiles=True) as raster:
        _need_metres(raster, path)
        # Heights are taken as they are; only the horizontal part of the CRS places the points.
        own = grid_crs(raster, path, ROLE)
        note_raster(raster, path, ROLE, own, findings)
        x, y = moved(xy, crs, own, path, ROLE)
        # Also of a raster that is turned.
        col, row, _ = np.linalg.inv(place_of(raster)) @ (x, y, np.ones(len(x)))
        values, odd = _bilinear(raster, col, row, path)
        if odd:
            findings.warn(
                ROLE,
                f"{path}: cells beyond {LOWEST_M:g} to {HIGHEST_M:g} m that the file does not mark as without data "
                "are taken as such",
            )
        if len(xy) and np.isnan(values).all():
            where = extents(raster, own, xy, crs, "the streets")
            raise InputError(f"[{ROLE}] {path}: no street node has an elevation; {where}.")
    return values


def fill_gaps(z: Floats, xy: Floats, findings: Findings) -> Floats:
    """Return elevations without gaps: a node without one gets that of the nearest node that has one.

    Gaps are nodes outside the raster and cells without data, such as those of bridges over the sea.

    Parameters
    ----------
    z : ndarray of float, shape (n,)
        Metres; NaN where unknown.
    xy : ndarray of float, shape (n, 2)
        Metres.
    findings : Findings
        Takes the count.

    Returns
    -------
    ndarray of float, shape (n,)
        Metres, all finite; a new array.

    Raises
    ------
    InputError
        If no node has an elevation.
    """
    gap = ~np.isfinite(z)
    filled = np.array(z, float)
    if not gap.any():
        return filled
    if gap.all():
        raise InputError(f"[{ROLE}] none of {len(z)} street nodes has an elevation; check the raster and its CRS.")
    _, nearest = cKDTree(xy[~gap]).query(xy[gap])
    filled[gap] = z[~gap][nearest]
    text = (
        f"{int(gap.sum())} of {len(z)} street nodes have no elevation (no data, or outside the raster): "
        "that of the nearest node is taken"
    )
    (findings.warn if gap.mean() > MANY_GAPS else findings.info)(ROLE, text)
    return filled


def _need_metres(raster: Any, text: str) -> None:  # noqa: ANN401 - rasterio has no types
    unit = (raster.units[0] or "").strip().lower()
    if unit not in METRES:
        raise InputError(f"[{ROLE}] {text}: it is in {raster.units[0]!r}, not metres; convert it (QGIS: calculator).")


def _bilinear(raster: Any, col: Floats, row: Floats, text: str) -> tuple[Floats, bool]:  # noqa: ANN401 - rasterio has no types
    """Return the values at fractions of columns and rows (0 is the outer edge of the first cell).

    Within half a cell of the raster's edge the outermost cells go on as they are. Also returned: whether a cell
    holds a value that is no elevation, unmarked.
    """
    values = np.full(len(col), np.nan)
    inside = np.flatnonzero((col >= 0) & (col <= raster.width) & (row >= 0) & (row <= raster.height))
    if not len(inside):
        return values, False
    u = np.clip(col[inside] - 0.5, 0, raster.width - 1)
    v = np.clip(row[inside] - 0.5, 0, raster.height - 1)
    left, top = u.astype(np.int64), v.astype(np.int64)
    across = -(-raster.width // TILE)
    tile = (top // TILE) * across + left // TILE
    order = np.argsort(tile, kind="stable")
    tiles, begin = np.unique(tile[order], return_index=True)
    odd = False
    for number, members in zip(tiles, np.split(order, begin[1:]), strict=True):
        x, y = int(number % across) * TILE, int(number // across) * TILE
        cells, unmarked = _window(raster, x, y, text)
        odd |= unmarked
        values[inside[members]] = _weighted(cells, left[members] - x, top[members] - y, u[members] - x, v[members] - y)
    return values, odd


def _weighted(cells: Floats, left: Ints, top: Ints, u: Floats, v: Floats) -> Floats:
    """Return the bilinear mean of the four cells around each point; NaN where one that counts is NaN."""
    a, b = u - left, v - top
    total = np.zeros(len(u))
    for i, j, weight in ((0, 0, (1 - a) * (1 - b)), (1, 0, a * (1 - b)), (0, 1, (1 - a) * b), (1, 1, a * b)):
        # A cell without weight does not count; it may lie beyond the last one.
        x, y = np.minimum(left + i, cells.shape[1] - 1), np.minimum(top + j, cells.shape[0] - 1)
        total += np.where(weight > 0, cells[y, x], 0) * weight
    return total


def _window(raster: Any, x: int, y: int, text: str) -> tuple[Floats, bool]:  # noqa: ANN401 - rasterio has no types
    """Return the cells from column `x` and row `y` on, one more than `TILE` each way, as metres."""
    size = ((y, min(y + TILE + 1, raster.height)), (x, min(x + TILE + 1, raster.width)))
    cells = read_cells(raster, size, text, ROLE)
    with np.errstate(invalid="ignore"):
        wrong: Bools = (cells < LOWEST_M) | (cells > HIGHEST_M)
    cells[wrong] = np.nan
    return cells, bool(wrong.any())
