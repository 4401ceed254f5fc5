"""Read elevations from a raster of the ground's height."""

from __future__ import annotations

import re
import warnings
import zipfile
import zlib
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError, ProjError
from scipy.spatial import cKDTree

from geoprio._core.crs import to_degrees
from geoprio._core.errors import InputError
from geoprio._core.files import local_path

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from geoprio._core.findings import Findings
    from geoprio._core.typing import Bools, Floats, Ints

ROLE = "elevation"
ALLOWED = ".tif (GeoTIFF), .hgt or .hgt.zip (SRTM) or .asc (ESRI grid)"

TIFF_HEADS = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
HGT_NAME = re.compile(r"[NS]\d{2}[EW]\d{3}\.hgt", re.IGNORECASE)
LARGEST_HGT = 2 * 3601 * 3601
"""Bytes of a tile of one second of arc, the finest there is."""

SAFELY = {
    # Files beside a raster can name other files, or addresses: GDAL is not to look for them.
    "GDAL_DISABLE_READDIR_ON_OPEN": "EMPTY_DIR",
    "GTIFF_GEOREF_SOURCES": "INTERNAL",
}

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
    with _opened(path, base) as raster:
        _crs(raster, path)


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
    with _opened(path, base) as raster:
        own = _crs(raster, path)
        _note(raster, path, own, findings)
        x, y = _moved(xy, crs, own, path)
        # Column, row and 1 to x, y and 1; also of a raster that is turned.
        place = np.array(raster.transform, float).reshape(3, 3)
        col, row, _ = np.linalg.inv(place) @ (x, y, np.ones(len(x)))
        values, odd = _bilinear(raster, col, row, path)
        if odd:
            findings.warn(
                ROLE,
                f"{path}: cells beyond {LOWEST_M:g} to {HIGHEST_M:g} m that the file does not mark as without data "
                "are taken as such",
            )
        if len(xy) and np.isnan(values).all():
            raise InputError(f"[{ROLE}] {path}: no street node has an elevation; {_extents(raster, own, xy, crs)}.")
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


@contextmanager
def _opened(text: str, base: Path) -> Iterator[Any]:
    """Open a raster by the driver that its content asks for, and by no other."""
    import rasterio  # noqa: PLC0415 - loaded only where a study has a raster
    from rasterio.errors import NotGeoreferencedWarning, RasterioError  # noqa: PLC0415

    path = local_path(base, text, f"[{ROLE}]")
    try:
        with rasterio.Env(**SAFELY), warnings.catch_warnings():
            # A raster without a place on Earth is an error of ours below.
            warnings.simplefilter("ignore", NotGeoreferencedWarning)
            if path.suffix.lower() == ".zip":
                name, data = _unzipped(path, text)
                with rasterio.MemoryFile(data, filename=name) as memory, memory.open(driver="SRTMHGT") as raster:
                    _need_place(raster, text)
                    yield raster
            else:
                with rasterio.open(path, driver=_driver(path, text)) as raster:
                    _need_place(raster, text)
                    yield raster
    except RasterioError as error:
        raise InputError(f"[{ROLE}] {text}: cannot be read ({error}).") from None


def _driver(path: Path, text: str) -> str:
    with path.open("rb") as file:
        head = file.read(64)
    if head.startswith(TIFF_HEADS):
        return "GTiff"
    if head.lstrip().lower().startswith(b"ncols"):
        return "AAIGrid"
    if path.suffix.lower() == ".hgt":
        _check_tile(path.name, path.stat().st_size, text)
        return "SRTMHGT"
    raise InputError(f"[{ROLE}] {text}: the content is not that of a raster that is read; use {ALLOWED}.")


def _unzipped(path: Path, text: str) -> tuple[str, bytes]:
    """Return name and content of the one tile in a zip file; nothing is written to disk."""
    try:
        with zipfile.ZipFile(path) as archive:
            tiles = [member for member in archive.infolist() if member.filename.lower().endswith(".hgt")]
            if len(tiles) != 1:
                raise InputError(f"[{ROLE}] {text}: it holds {len(tiles)} .hgt files instead of one; unzip it.")
            with archive.open(tiles[0]) as file:
                # What the archive says of its sizes need not be true.
                data = file.read(LARGEST_HGT + 1)
    except (zipfile.BadZipFile, zlib.error, RuntimeError, NotImplementedError, EOFError, OSError) as error:
        raise InputError(f"[{ROLE}] {text}: not a readable zip file ({error}).") from None
    name = tiles[0].filename
    _check_tile(name, len(data), text)
    return name, data


def _check_tile(name: str, size: int, text: str) -> None:
    """Check an SRTM tile: its name says where it lies, its size how fine it is."""
    if not HGT_NAME.fullmatch(name):
        raise InputError(
            f"[{ROLE}] {text}: {name!r} is not the name of an SRTM tile; name it after its lower left corner, "
            "such as N43E007.hgt."
        )
    if size not in {2 * 1201 * 1201, 2 * 1801 * 3601, LARGEST_HGT}:
        raise InputError(f"[{ROLE}] {text}: {name} has not the size of an SRTM tile; download it again.")


def _need_place(raster: Any, text: str) -> None:  # noqa: ANN401 - rasterio has no types
    """Check that the raster says where it lies, and holds metres."""
    if raster.crs is None:
        raise InputError(f"[{ROLE}] {text}: no CRS is known; save the raster with its CRS (QGIS: Assign Projection).")
    if raster.transform.is_identity or raster.transform.is_degenerate:
        raise InputError(f"[{ROLE}] {text}: the file does not say where its cells lie; save it as a GeoTIFF with them.")
    if np.dtype(raster.dtypes[0]).kind not in "iuf":
        raise InputError(f"[{ROLE}] {text}: its cells are {raster.dtypes[0]} and no plain numbers; name another.")
    unit = (raster.units[0] or "").strip().lower()
    if unit not in METRES:
        raise InputError(f"[{ROLE}] {text}: it is in {raster.units[0]!r}, not metres; convert it (QGIS: calculator).")


def _crs(raster: Any, text: str) -> CRS:  # noqa: ANN401 - rasterio has no types
    try:
        crs = CRS.from_user_input(raster.crs.to_wkt())
    except CRSError:
        raise InputError(f"[{ROLE}] {text}: its CRS is not known to PROJ; save it in another.") from None
    # Heights are taken as they are; only the horizontal part places the points.
    return crs.sub_crs_list[0] if crs.is_compound else crs


def _note(raster: Any, text: str, crs: CRS, findings: Findings) -> None:  # noqa: ANN401 - rasterio has no types
    findings.sources.append(
        {"role": ROLE, "path": text, "layer": None, "crs": crs.to_string(), "crs_from": "file",
         "encoding": "as the format says"}
    )  # fmt: skip
    if raster.count > 1:
        findings.info(ROLE, f"{text}: it has {raster.count} bands: the first is taken")


def _moved(xy: Floats, crs: CRS, own: CRS, text: str) -> tuple[Floats, Floats]:
    try:
        x, y = Transformer.from_crs(crs, own, always_xy=True).transform(xy[:, 0], xy[:, 1])
    except ProjError:
        raise InputError(f"[{ROLE}] {text}: its CRS {own.name!r} has no place on Earth; save it in another.") from None
    # PROJ answers with infinity where a point is out of a projection's range.
    known = np.isfinite(x) & np.isfinite(y)
    return np.where(known, x, np.nan), np.where(known, y, np.nan)


def _extents(raster: Any, own: CRS, xy: Floats, crs: CRS) -> str:  # noqa: ANN401 - rasterio has no types
    """Say in degrees where the raster and the streets lie."""
    corners = np.array([[0, raster.width, raster.width, 0], [0, 0, raster.height, raster.height], [1, 1, 1, 1]])
    drawn = (np.array(raster.transform, float).reshape(3, 3) @ corners)[:2]
    parts = []
    for what, (x, y), system in (("it covers", drawn, own), ("the streets", xy.T, crs)):
        lon, lat = to_degrees(system, x, y)
        parts.append(
            f"{what} longitude {np.nanmin(lon):.4f} to {np.nanmax(lon):.4f}, "
            f"latitude {np.nanmin(lat):.4f} to {np.nanmax(lat):.4f}"
        )
    return ", ".join(parts)


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
    from rasterio.errors import RasterioError  # noqa: PLC0415 - loaded only where a study has a raster

    size = ((y, min(y + TILE + 1, raster.height)), (x, min(x + TILE + 1, raster.width)))
    try:
        read = raster.read(1, window=size, masked=True)
    except RasterioError:
        raise InputError(f"[{ROLE}] {text}: its cells cannot be read; the file is broken, get it again.") from None
    cells: Floats = np.ma.filled(read.astype(float), np.nan) * raster.scales[0] + raster.offsets[0]
    with np.errstate(invalid="ignore"):
        wrong: Bools = (cells < LOWEST_M) | (cells > HIGHEST_M)
    cells[wrong] = np.nan
    return cells, bool(wrong.any())
