"""Open raster files: by the driver that their content asks for, and no file that the user did not name."""

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

from geoprio._core.crs import parse_crs, to_degrees
from geoprio._core.errors import InputError
from geoprio._core.files import local_path

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from geoprio._core.findings import Findings
    from geoprio._core.typing import Floats

ALLOWED = ".tif (GeoTIFF) or .asc (ESRI grid)"
WITH_TILES = ".tif (GeoTIFF), .hgt or .hgt.zip (SRTM) or .asc (ESRI grid)"

TIFF_HEADS = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
GRID_KEYS = frozenset(
    (
        b"ncols",
        b"nrows",
        b"xllcorner",
        b"yllcorner",
        b"xllcenter",
        b"yllcenter",
        b"cellsize",
        b"dx",
        b"dy",
        b"nodata_value",
    )
)
"""Words with which the lines of an ESRI grid's head begin."""
GRID_WORD = re.compile(rb"[^\s\d.eE+-]\S*|[eE][^\s\d+-]\S*")
GRID_NUMBERS = frozenset((b"nan", b"inf", b"1.#qnan", b"1.#ind"))
BLOCK = 1 << 20
HGT_NAME = re.compile(r"[NS]\d{2}[EW]\d{3}\.hgt", re.IGNORECASE)
LARGEST_HGT = 2 * 3601 * 3601
"""Bytes of a tile of one second of arc, the finest there is."""

SAFELY = {
    # Files beside a raster can name other files, or addresses: GDAL is not to look for them.
    "GDAL_DISABLE_READDIR_ON_OPEN": "EMPTY_DIR",
    "GTIFF_GEOREF_SOURCES": "INTERNAL",
}


@contextmanager
def opened(text: str, base: Path, role: str, *, tiles: bool = False) -> Iterator[Any]:
    """Open a raster that says where its cells lie and holds plain numbers.

    Parameters
    ----------
    text : str
        A local file, relative to `base`; its content decides its format, not its name.
    base : Path
        The project's folder.
    role : str
        The section of the project file, for messages.
    tiles : bool
        Whether SRTM tiles, plain or zipped, are read too.

    Raises
    ------
    MissingError
        If the file is not there.
    InputError
        If it is no local raster of an allowed format, or has no place or no numbers.
    """
    import rasterio  # noqa: PLC0415 - loaded only where a study has a raster
    from rasterio.errors import NotGeoreferencedWarning, RasterioError  # noqa: PLC0415 - likewise

    path = local_path(base, text, f"[{role}]")
    where = f"[{role}] {text}"
    try:
        with rasterio.Env(**SAFELY), warnings.catch_warnings():
            # A raster without a place on Earth is an error of ours below.
            warnings.simplefilter("ignore", NotGeoreferencedWarning)
            if tiles and path.suffix.lower() == ".zip":
                name, data = _unzipped(path, where)
                with rasterio.MemoryFile(data, filename=name) as memory, memory.open(driver="SRTMHGT") as raster:
                    _need_cells(raster, where)
                    yield raster
            else:
                with rasterio.open(path, driver=_driver(path, where, tiles=tiles)) as raster:
                    _need_cells(raster, where)
                    yield raster
    except RasterioError as error:
        raise InputError(f"{where}: cannot be read ({error}); it is broken or cut off: get it again.") from None


def _driver(path: Path, where: str, *, tiles: bool) -> str:
    with path.open("rb") as file:
        head = file.read(64)
    if head.startswith(TIFF_HEADS):
        return "GTiff"
    if head.lstrip().lower().startswith(b"ncols"):
        _need_numbers(path, where)
        return "AAIGrid"
    if tiles and path.suffix.lower() == ".hgt":
        _check_tile(path.name, path.stat().st_size, where)
        return "SRTMHGT"
    hint = " (unzip it first)" if head.startswith(b"PK") else ""
    raise InputError(
        f"{where}: the content is not that of a raster that is read{hint}; use {WITH_TILES if tiles else ALLOWED}."
    )


def _need_numbers(path: Path, where: str) -> None:
    """Check that an ESRI grid holds numbers only: GDAL reads a word as 0."""
    with path.open("rb") as file:
        number, line = 1, file.readline()
        while line.split()[:1] and line.split()[0].lower() in GRID_KEYS:
            number, line = number + 1, file.readline()
        while line:
            odd = next((word for word in GRID_WORD.findall(line) if word.lower() not in GRID_NUMBERS), None)
            if odd is not None:
                word = odd[:40].decode("ascii", "replace")
                raise InputError(f"{where}: {word!r} stands among its cells, from line {number} on; get it again.")
            line = file.read(BLOCK) + file.readline()


def _unzipped(path: Path, where: str) -> tuple[str, bytes]:
    """Return name and content of the one tile in a zip file; nothing is written to disk."""
    try:
        with zipfile.ZipFile(path) as archive:
            tiles = [member for member in archive.infolist() if member.filename.lower().endswith(".hgt")]
            if len(tiles) != 1:
                raise InputError(f"{where}: it holds {len(tiles)} .hgt files instead of one; unzip it.")
            with archive.open(tiles[0]) as file:
                # What the archive says of its sizes need not be true.
                data = file.read(LARGEST_HGT + 1)
    except (zipfile.BadZipFile, zlib.error, RuntimeError, NotImplementedError, EOFError, OSError) as error:
        raise InputError(f"{where}: not a readable zip file ({error}).") from None
    name = tiles[0].filename
    _check_tile(name, len(data), where)
    return name, data


def _check_tile(name: str, size: int, where: str) -> None:
    """Check an SRTM tile: its name says where it lies, its size how fine it is."""
    if not HGT_NAME.fullmatch(name):
        raise InputError(
            f"{where}: {name!r} is not the name of an SRTM tile; name it after its lower left corner, "
            "such as N43E007.hgt."
        )
    if size not in {2 * 1201 * 1201, 2 * 1801 * 3601, LARGEST_HGT}:
        raise InputError(f"{where}: {name} has not the size of an SRTM tile; download it again.")


def _need_cells(raster: Any, where: str) -> None:  # noqa: ANN401 - rasterio has no types
    """Check that the raster says where its cells lie, and that they are numbers."""
    if raster.transform.is_identity or raster.transform.is_degenerate:
        raise InputError(f"{where}: the file does not say where its cells lie; save it as a GeoTIFF with them.")
    if np.dtype(raster.dtypes[0]).kind not in "iuf":
        raise InputError(f"{where}: its cells are {raster.dtypes[0]} and no plain numbers; name another.")


def grid_crs(raster: Any, text: str, role: str, stated: str | None = None) -> CRS:  # noqa: ANN401 - rasterio has no types
    """Return the horizontal CRS of an open raster; `stated` overrides what the file says.

    Raises
    ------
    InputError
        If there is none, or PROJ does not know it.
    """
    if stated is not None:
        crs = parse_crs(stated, f"[{role}]")
    elif raster.crs is None:
        raise InputError(f"[{role}] {text}: no CRS is known; save the raster with its CRS (QGIS: Assign Projection).")
    else:
        try:
            crs = CRS.from_user_input(raster.crs.to_wkt())
        except CRSError:
            raise InputError(f"[{role}] {text}: its CRS is not known to PROJ; save it in another.") from None
    return crs.sub_crs_list[0] if crs.is_compound else crs


def note_raster(raster: Any, text: str, role: str, crs: CRS, findings: Findings, *, stated: bool = False) -> None:  # noqa: ANN401 - rasterio has no types
    """Record a raster as a source; of several bands the first is taken, and it is said."""
    findings.sources.append(
        {"role": role, "path": text, "layer": None, "crs": crs.to_string(), "crs_from": "project" if stated else "file",
         "encoding": "as the format says"}
    )  # fmt: skip
    if raster.count > 1:
        findings.info(role, f"{text}: it has {raster.count} bands: the first is taken")


def place_of(raster: Any) -> Floats:  # noqa: ANN401 - rasterio has no types
    """Return the matrix that takes column, row and 1 to x, y and 1 in the raster's CRS, shape (3, 3)."""
    return np.array(raster.transform, float).reshape(3, 3)


def moved(xy: Floats, crs: CRS, own: CRS, text: str, role: str) -> tuple[Floats, Floats]:
    """Return points in the raster's CRS `own`; NaN where it has no place for them.

    Raises
    ------
    InputError
        If the CRS has no place on Earth.
    """
    try:
        x, y = Transformer.from_crs(crs, own, always_xy=True).transform(xy[:, 0], xy[:, 1])
    except ProjError:
        raise InputError(f"[{role}] {text}: its CRS {own.name!r} has no place on Earth; save it in another.") from None
    # PROJ answers with infinity where a point is out of a projection's range.
    known = np.isfinite(x) & np.isfinite(y)
    return np.where(known, x, np.nan), np.where(known, y, np.nan)


def extents(raster: Any, own: CRS, xy: Floats, crs: CRS, what: str) -> str:  # noqa: ANN401 - rasterio has no types
    """Say in degrees where the raster and `what` (points) lie."""
    corners = np.array([[0, raster.width, raster.width, 0], [0, 0, raster.height, raster.height], [1, 1, 1, 1]])
    drawn = (place_of(raster) @ corners)[:2]
    parts = []
    for name, (x, y), system in (("it covers", drawn, own), (what, xy.T, crs)):
        lon, lat = to_degrees(system, x, y)
        parts.append(
            f"{name} longitude {np.nanmin(lon):.4f} to {np.nanmax(lon):.4f}, "
            f"latitude {np.nanmin(lat):.4f} to {np.nanmax(lat):.4f}"
        )
    return ", ".join(parts)


def read_cells(raster: Any, window: tuple[tuple[int, int], tuple[int, int]], text: str, role: str) -> Floats:  # noqa: ANN401 - rasterio has no types
    """Return the cells of a window (first and last row, first and last column), NaN without data.

    Scale and offset of the band are applied.

    Raises
    ------
    InputError
        If the file is broken there.
    """
    from rasterio.errors import RasterioError  # noqa: PLC0415 - loaded only where a study has a raster

    try:
        # A signaling NaN, as a broken file may hold, is told of when it is cast; it is no data like any other.
        with np.errstate(invalid="ignore"):
            read = raster.read(1, window=window, masked=True).astype(float)
    except RasterioError:
        raise InputError(f"[{role}] {text}: its cells cannot be read; the file is broken, get it again.") from None
    cells: Floats = np.ma.filled(read, np.nan) * raster.scales[0] + raster.offsets[0]
    return cells
