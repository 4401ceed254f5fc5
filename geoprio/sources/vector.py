"""Read vector files on the allow-list, GeoParquet, and CSV with coordinates."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyogrio
import shapely
from pyogrio.errors import CRSError as GdalCRSError
from pyogrio.errors import DataSourceError
from pyproj import CRS
from pyproj.exceptions import CRSError, ProjError
from shapely.errors import ShapelyError

from geoprio._core.crs import WGS84, datum_doubt, label, parse_crs, shifted_datum, to_degrees
from geoprio._core.errors import InputError
from geoprio._core.fits import check_fits
from geoprio.sources.coordinates import shapes_to_wgs84
from geoprio.sources.dbf import BYTES, count_lost, read_one_by_one, table_encoding
from geoprio.sources.encodings import check_utf8
from geoprio.sources.excel import SUFFIXES
from geoprio.sources.points import table_points
from geoprio.sources.shapefile import check_parts
from geoprio.sources.sheets import read_table
from geoprio.sources.spec import FacilitiesSpec
from geoprio.sources.tables import nearest_name, read_csv
from geoprio.sources.windows import ROW, read_ogr_rows, read_parquet_window
from geoprio.sources.wkt import from_wkt, wkt_column

if TYPE_CHECKING:
    from pathlib import Path

    from geoprio._core.findings import Findings
    from geoprio._core.typing import Floats
    from geoprio.sources.encodings import Decision
    from geoprio.sources.spec import SourceSpec
    from geoprio.sources.windows import Window

# What a file of each kind begins with: GDAL chooses its driver by content, so the content is checked, not the name.
MAGIC = {
    ".gpkg": b"SQLite format 3\0",
    ".shp": b"\x00\x00\x27\x0a",
    ".fgb": b"fgb",
    ".geojson": b"{",
    ".json": b"{",
}
BROKEN = (DataSourceError, OSError, LookupError, ValueError, RuntimeError, UnboundLocalError)
"""What GDAL's readers raise on a broken file; pyogrio stumbles over a name of its own where a CRS is none."""
OPEN_RING = "Non closed ring detected"
PARQUET = (".parquet", ".geoparquet")
TABLES = (".csv", *SUFFIXES)
ALLOWED = ".geojson, .gpkg, .shp, .fgb, .parquet, .csv, .xlsx, .xls, .osm.pbf or .osm"


def read_vector(
    path: Path, spec: SourceSpec, role: str, findings: Findings, window: Window | None = None
) -> gpd.GeoDataFrame:
    """Return all rows of a vector file or CSV with their columns; of a large file, what a window asks for.

    Returns
    -------
    GeoDataFrame
        In the file's (or the stated) CRS, index = row number from 1.

    Raises
    ------
    InputError
        If the format is not allowed, the file is not what its name says, the layer is not there, no CRS is known,
        or it holds no row. (A list of facilities may have none: where nothing was built yet, that is an answer.)
    """
    suffix = path.suffix.lower()
    no_idle_keys(spec, role, suffix)
    if suffix in TABLES:
        table = _read_list(path, spec, role, findings)
        column = wkt_column(table) if spec.x is None and spec.y is None else None
        shapes = from_wkt(table, column, role, findings) if column else None
        frame = table_points(table, spec, role, findings) if shapes is None else shapes
    elif suffix in PARQUET:
        frame = _read_parquet(path, spec, role, window)
    elif suffix in MAGIC:
        frame = _read_ogr(path, spec, role, findings, window)
    else:
        raise InputError(
            f"[{role}] path = {spec.path!r}: format {suffix or 'without suffix'!r} is not read; use {ALLOWED}."
        )
    if frame.empty and window is not None and window.total:
        own = CRS(WGS84) if shifted_datum(spec.crs) else parse_crs(spec.crs, f"[{role}]") if spec.crs else frame.crs
        hint = window.fitting(own) or "check the CRS of both."
        raise InputError(f"[{role}] {spec.path}: none of {window.total} rows lies within reach of the zones; {hint}")
    if frame.empty and isinstance(spec, FacilitiesSpec):
        return _of_none(frame, spec, role, findings)
    if frame.empty:
        raise InputError(f"[{role}] {spec.path}: the {'layer' if spec.layer else 'file'} is empty; name another.")
    frame.index = pd.RangeIndex(1, len(frame) + 1) if frame.index.name != ROW else frame.index.rename(None)
    return _with_crs(frame, spec, role, findings)


def stated_places(frame: gpd.GeoDataFrame, spec: SourceSpec, role: str, findings: Findings) -> gpd.GeoDataFrame:
    """Return rows that were given elsewhere than in a file, in the CRS that `spec` states, checked as those of a file.

    Raises
    ------
    InputError
        If the coordinates do not fit the CRS.
    """
    return _with_crs(frame, spec, role, findings)


def no_idle_keys(spec: SourceSpec, role: str, suffix: str) -> None:
    """Refuse settings that a format has no use for, rather than leave them without effect."""
    idle = []
    if suffix not in TABLES:
        idle += [key for key in ("x", "y") if getattr(spec, key) is not None]
    if suffix not in {*MAGIC, *SUFFIXES} and spec.layer is not None:
        idle.append("layer")
    if suffix not in {".csv", ".shp"} and spec.encoding is not None:
        idle.append("encoding")
    if suffix == "OSM" and spec.axes != "xy":
        idle.append("axes")
    if suffix == "OSM" and spec.crs and (shifted_datum(spec.crs) or parse_crs(spec.crs, f"[{role}]") != CRS(WGS84)):
        raise InputError(
            f"[{role}] {spec.path}: crs = {spec.crs!r} cannot hold: an OSM file is in WGS 84 degrees by definition; "
            "leave it out. If its content was shifted, export it to another format first."
        )
    if idle:
        raise InputError(f"[{role}] {spec.path}: {', '.join(idle)} has no meaning for a {suffix} file; leave it out.")


def _of_none(frame: gpd.GeoDataFrame, spec: FacilitiesSpec, role: str, findings: Findings) -> gpd.GeoDataFrame:
    """Return a list of facilities that holds none, with the columns that the project file names.

    Raises
    ------
    InputError
        If the CRS that is stated is none.
    """
    datum = shifted_datum(spec.crs)
    crs = CRS(WGS84) if datum else parse_crs(spec.crs, f"[{role}]") if spec.crs else frame.crs
    if len(frame.columns) == 1:
        # A GeoJSON without features has no columns either: what is asked for cannot be missed.
        named = [spec.id, spec.name, spec.kind, spec.capacity, spec.area, spec.land, spec.status, *spec.where]
        blank = {str(c): pd.Series(index=frame.index, dtype="str") for c in named if c}
        frame = frame.assign(**blank)
    findings.warn(role, f"{spec.path} holds no row: no facility of the category {spec.category} is there")
    return frame.set_crs(crs or CRS(WGS84), allow_override=True).reset_index(drop=True)


def _with_crs(frame: gpd.GeoDataFrame, spec: SourceSpec, role: str, findings: Findings) -> gpd.GeoDataFrame:
    """Return the rows in the CRS that the project states, else the file; shifted degrees become WGS 84."""
    where = f"[{role}] {spec.path}"
    datum = shifted_datum(spec.crs)
    crs = CRS(WGS84) if datum else parse_crs(spec.crs, f"[{role}]") if spec.crs else frame.crs
    if crs is None:
        raise InputError(f'{where}: no CRS is known; add crs = "EPSG:…" to [{role}].')
    if frame.crs is not None and frame.crs != crs:
        findings.info(
            role, f"the file says {label(frame.crs)}, the project file {datum or label(crs)}: the latter is used"
        )
    if spec.axes == "yx":
        flipped = shapely.transform(frame.geometry.to_numpy(), lambda xy: xy[:, ::-1])
        frame = frame.set_geometry(gpd.GeoSeries(flipped, index=frame.index, crs=frame.crs))
        findings.info(role, 'axes = "yx": the first coordinate was taken as northing or latitude')
    x, y = _middles(frame)
    usable = np.isfinite(x) & np.isfinite(y)
    if not usable.any():
        raise InputError(f"{where}: no row has a geometry with finite coordinates; check the file.")
    _need_earth(crs, where)
    check_fits(crs, x, y, where, datum)
    frame = frame.set_crs(crs, allow_override=True)
    if datum:
        return _unshifted(frame, datum, x, y, role, findings)
    lon, lat = to_degrees(crs, np.median(x[usable]), np.median(y[usable]))
    doubt = datum_doubt(crs, float(lon), float(lat))
    if doubt:
        findings.warn(role, doubt)
    return frame


def _need_earth(crs: CRS, where: str) -> None:
    """Refuse coordinates of a drawing: a CRS that PROJ cannot bring to degrees."""
    try:
        to_degrees(crs, 0.0, 0.0)
    except ProjError:
        raise InputError(
            f'{where}: its CRS {label(crs)!r} has no place on Earth; set crs = "EPSG:…", or the PROJ string of the '
            "local grid."
        ) from None


def _middles(frame: gpd.GeoDataFrame) -> tuple[Floats, Floats]:
    """Return the middle of each row's bounding box, NaN where there is none."""
    bounds = shapely.bounds(frame.geometry.to_numpy())
    # Half of each first: the sum of two broken coordinates may be more than a number holds.
    return bounds[:, 0] / 2 + bounds[:, 2] / 2, bounds[:, 1] / 2 + bounds[:, 3] / 2


def _unshifted(
    frame: gpd.GeoDataFrame, datum: str, x: Floats, y: Floats, role: str, findings: Findings
) -> gpd.GeoDataFrame:
    findings.decide(role, "converted_from", datum)
    shapes = shapes_to_wgs84(frame.geometry.to_numpy(), datum)
    moved = frame.set_geometry(gpd.GeoSeries(shapes, index=frame.index, crs=WGS84))
    to_x, to_y = _middles(moved)
    away = (to_x != x) | (to_y != y)
    drawn = np.isfinite(x) & np.isfinite(y)
    stay = int((drawn & ~away).sum())
    text = f"converted from {datum} to WGS 84: {int((drawn & away).sum())} of {int(drawn.sum())} rows"
    if not stay:
        findings.info(role, text)
    else:
        findings.warn(role, f"{text}; {stay} lie outside China's bounding box, where nothing is shifted, and stay")
    return moved


def _read_parquet(path: Path, spec: SourceSpec, role: str, window: Window | None) -> gpd.GeoDataFrame:
    try:
        part = read_parquet_window(path, spec, window) if window else None
        if part is not None:
            return part
        frame: gpd.GeoDataFrame = gpd.read_parquet(path)
    except InputError:
        raise
    except (ValueError, OSError, LookupError, TypeError, RuntimeError, pa.ArrowException, ShapelyError) as error:
        raise InputError(
            f"[{role}] {spec.path}: not a GeoParquet file that can be read ({_said(error, path)}); get or export it "
            "again."
        ) from None
    # pandas keeps ids in a named index; elsewhere they are columns.
    return frame if frame.index.name is None else frame.reset_index()


def _read_ogr(path: Path, spec: SourceSpec, role: str, findings: Findings, window: Window | None) -> gpd.GeoDataFrame:
    _need_content(path, spec, role)
    if path.suffix.lower() == ".shp":
        check_parts(path, role, findings)
    decision = _encoding(path, spec, role, findings)
    whole = decision is None or (decision.whole and decision.encoding is not None)
    if decision is not None:
        spec = spec.model_copy(update={"encoding": decision.encoding if whole else BYTES})
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            layer = _layer(path, spec, role)
            frame = read_ogr_rows(path, layer, spec, window, f"[{role}] {spec.path}")
        except InputError:
            raise
        except (CRSError, GdalCRSError) as error:
            raise InputError(
                f"[{role}] {spec.path}: its CRS cannot be read ({error}); mend it (of a Shapefile the .prj), or take "
                'it out of the file and set crs = "EPSG:…".'
            ) from None
        except BROKEN as error:
            raise InputError(
                f"[{role}] {spec.path}: cannot be read ({_said(error, path)}); it is broken, cut off or not in this "
                "format: get or export it again."
            ) from None
    for text in sorted({_plainly(str(w.message)) for w in caught}):
        findings.info(role, f"{spec.path}: {text}")
    if not isinstance(frame, gpd.GeoDataFrame):
        raise InputError(f"[{role}] {spec.path}: layer {layer!r} has no geometry; name another.")
    if decision is None:
        _need_utf8(frame, f"[{role}] {spec.path}")
    if decision is not None:
        frame = frame if whole else read_one_by_one(frame, decision.encoding)
        count_lost(frame, role, spec.path, findings)
    return frame


def _need_content(path: Path, spec: SourceSpec, role: str) -> None:
    """Refuse a file whose content is not that of its name."""
    magic = MAGIC[path.suffix.lower()]
    with path.open("rb") as file:
        head = file.read(4096).removeprefix(b"\xef\xbb\xbf").lstrip()
    if not head:
        raise InputError(f"[{role}] {spec.path}: the file is empty; name another.")
    if not head.startswith(magic.lstrip()):
        raise InputError(f"[{role}] {spec.path}: the content is not that of a {path.suffix} file; use {ALLOWED}.")


def _need_utf8(frame: gpd.GeoDataFrame, where: str) -> None:
    """Refuse text that says it is UTF-8 and is not; Arrow takes it as it comes, and stumbles over it later."""
    for name in frame.columns:
        if isinstance(frame[name].dtype, pd.StringDtype):
            try:
                pa.array(frame[name].array).validate(full=True)
            except pa.ArrowInvalid:
                raise InputError(
                    f"{where}: column {name!r} holds text that is not UTF-8, which this format has to be; export it "
                    "again as UTF-8."
                ) from None


def _plainly(warning: str) -> str:
    """Return a warning of GDAL in words that name no setting of its own."""
    return "a ring is not closed: its first point was taken for its last" if OPEN_RING in warning else warning


def _said(error: BaseException, path: Path) -> str:
    """Return what a library says of a file, in one line and without the folders of this machine."""
    text = " ".join(str(error).split()).replace(str(path), path.name)
    return text.split("; It might help", maxsplit=1)[0][:300].rstrip(" .;")


def _encoding(path: Path, spec: SourceSpec, role: str, findings: Findings) -> Decision | None:
    """Return in which encoding a Shapefile's table was saved; None for formats that say it themselves."""
    if path.suffix.lower() in {".geojson", ".json"}:
        check_utf8(path, f"[{role}] {spec.path}")
    if path.suffix.lower() != ".shp":
        return None
    decision = table_encoding(path, spec.encoding, role, findings)
    findings.decide(role, "encoding", decision.label)
    return decision


def _layer(path: Path, spec: SourceSpec, role: str) -> str:
    layers = pyogrio.list_layers(path)
    spatial = [str(name) for name, geometry in layers if geometry is not None]
    if spec.layer is not None:
        if spec.layer not in spatial:
            raise InputError(
                f"[{role}] {spec.path}: layer {spec.layer!r} is not there{nearest_name(spec.layer, spatial)}; "
                f"it has {', '.join(spatial)}."
            )
        return spec.layer
    if not spatial:
        raise InputError(f"[{role}] {spec.path}: it has no layer with geometry; name another file.")
    if len(spatial) > 1:
        raise InputError(f"[{role}] {spec.path}: it has the layers {', '.join(spatial)}; name one with layer = …")
    return spatial[0]


def _read_list(path: Path, spec: SourceSpec, role: str, findings: Findings) -> pd.DataFrame:
    """Return a CSV or a sheet of a workbook as text, under its row in the file."""
    if path.suffix.lower() == ".csv":
        return read_csv(path, spec.encoding, role, findings)
    named = [value for value in spec.model_dump(exclude={"path"}).values() if isinstance(value, str)]
    wanted, may_be_empty = [*named, *spec.where], isinstance(spec, FacilitiesSpec)
    table = read_table(path, role, findings, sheet=spec.layer, wanted=wanted, may_be_empty=may_be_empty)
    return table.rename_axis(ROW)


def list_points(table: pd.DataFrame, spec: SourceSpec, role: str, findings: Findings) -> gpd.GeoDataFrame:
    """Return the rows of a list as points in the CRS that the project states, by its columns x and y.

    Raises
    ------
    InputError
        If x, y or crs are not given, or no row has coordinates.
    """
    return _with_crs(table_points(table, spec, role, findings), spec, role, findings)
