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
from pyogrio.errors import DataSourceError

from geoprio._core.crs import parse_crs
from geoprio._core.errors import InputError
from geoprio.sources.tables import nearest_name, read_csv

if TYPE_CHECKING:
    from pathlib import Path

    from geoprio._core.findings import Findings
    from geoprio.sources.spec import SourceSpec

# What a file of each kind begins with: GDAL chooses its driver by content, so the content is checked, not the name.
MAGIC = {
    ".gpkg": b"SQLite format 3\0",
    ".shp": b"\x00\x00\x27\x0a",
    ".fgb": b"fgb",
    ".geojson": b"{",
    ".json": b"{",
}
PARQUET = (".parquet", ".geoparquet")
ALLOWED = ".geojson, .gpkg, .shp, .fgb, .parquet, .csv, .osm.pbf or .osm"


def read_vector(path: Path, spec: SourceSpec, role: str, findings: Findings) -> gpd.GeoDataFrame:
    """Return all rows of a vector file or CSV with their columns.

    Returns
    -------
    GeoDataFrame
        In the file's (or the stated) CRS, index = row number from 1.

    Raises
    ------
    InputError
        If the format is not allowed, the file is not what its name says, the layer is not there, no CRS is known,
        or it holds no row.
    """
    suffix = path.suffix.lower()
    no_idle_keys(spec, role, suffix)
    if suffix == ".csv":
        frame = _points(read_csv(path, spec.encoding), spec, role, findings)
    elif suffix in PARQUET:
        frame = _read_parquet(path)
    elif suffix in MAGIC:
        frame = _read_ogr(path, spec, role, findings)
    else:
        raise InputError(
            f"[{role}] path = {spec.path!r}: format {suffix or 'without suffix'!r} is not read; use {ALLOWED}."
        )
    if frame.empty:
        raise InputError(f"[{role}] {spec.path}: the {'layer' if spec.layer else 'file'} is empty; name another.")
    frame.index = pd.RangeIndex(1, len(frame) + 1)
    return _with_crs(frame, spec, role, findings)


def no_idle_keys(spec: SourceSpec, role: str, suffix: str) -> None:
    """Refuse settings that a format has no use for, rather than leave them without effect."""
    idle = []
    if suffix != ".csv":
        idle += [key for key in ("x", "y") if getattr(spec, key) is not None]
    if suffix not in MAGIC and spec.layer is not None:
        idle.append("layer")
    if suffix not in {".csv", ".shp"} and spec.encoding is not None:
        idle.append("encoding")
    if idle:
        raise InputError(f"[{role}] {spec.path}: {', '.join(idle)} has no meaning for a {suffix} file; leave it out.")


def _with_crs(frame: gpd.GeoDataFrame, spec: SourceSpec, role: str, findings: Findings) -> gpd.GeoDataFrame:
    stated = parse_crs(spec.crs, f"[{role}]") if spec.crs else None
    if stated is None:
        if frame.crs is None:
            raise InputError(f'[{role}] {spec.path}: no CRS is known; add crs = "EPSG:…" to [{role}].')
        return frame
    if frame.crs is not None and frame.crs != stated:
        findings.info(
            role, f"the file says {frame.crs.to_string()}, the project file {stated.to_string()}: the latter is used"
        )
    return frame.set_crs(stated, allow_override=True)


def _read_parquet(path: Path) -> gpd.GeoDataFrame:
    try:
        frame: gpd.GeoDataFrame = gpd.read_parquet(path)
    except (ValueError, OSError, pa.ArrowException) as error:
        raise InputError(f"{path.name}: not a GeoParquet file ({str(error).splitlines()[0]}).") from None
    # pandas keeps ids in a named index; elsewhere they are columns.
    return frame if frame.index.name is None else frame.reset_index()


def _read_ogr(path: Path, spec: SourceSpec, role: str, findings: Findings) -> gpd.GeoDataFrame:
    magic = MAGIC[path.suffix.lower()]
    with path.open("rb") as file:
        head = file.read(4096).removeprefix(b"\xef\xbb\xbf").lstrip()
    if not head:
        raise InputError(f"[{role}] {spec.path}: the file is empty; name another.")
    if not head.startswith(magic.lstrip()):
        raise InputError(f"[{role}] {spec.path}: the content is not that of a {path.suffix} file; use {ALLOWED}.")
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            layer = _layer(path, spec, role)
            frame = pyogrio.read_dataframe(
                path,
                layer=layer,
                encoding=spec.encoding,
                on_invalid="ignore",
                use_arrow=True,
                arrow_to_pandas_kwargs={"types_mapper": _whole_numbers},
            )
        except InputError:
            raise
        except (DataSourceError, UnicodeDecodeError, LookupError, ValueError, RuntimeError) as error:
            raise InputError(f"[{role}] {spec.path}: cannot be read ({error}).") from None
    for text in sorted({str(w.message) for w in caught}):
        findings.info(role, f"{spec.path}: {text}")
    if not isinstance(frame, gpd.GeoDataFrame):
        raise InputError(f"[{role}] {spec.path}: layer {layer!r} has no geometry; name another.")
    return frame


def _whole_numbers(kind: pa.DataType) -> pd.Int64Dtype | None:
    """Keep integers whole beside missing ones: as floats, ids of 18 digits would lose their last."""
    return pd.Int64Dtype() if pa.types.is_integer(kind) else None


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


def _points(table: pd.DataFrame, spec: SourceSpec, role: str, findings: Findings) -> gpd.GeoDataFrame:
    """Make points of a table's x and y columns; rows without usable numbers are rejected."""
    if spec.x is None or spec.y is None:
        raise InputError(f'[{role}] {spec.path}: a CSV needs x = "…" and y = "…", the columns of the coordinates.')
    numbers = {}
    table.index = pd.RangeIndex(1, len(table) + 1)
    for key, column in (("x", spec.x), ("y", spec.y)):
        if column not in table:
            raise InputError(f"[{role}] {spec.path}: {key} = {column!r} is not a column{nearest_name(column, table)}.")
        numbers[key] = pd.to_numeric(table[column], errors="coerce").astype(float)
        bad = numbers[key].isna() | numbers[key].abs().eq(float("inf"))
        findings.reject(
            role,
            table.index[bad],
            "not a number",
            "give the coordinate as a plain number",
            column=column,
            values=table.loc[bad, column].fillna(""),
        )
        numbers[key] = numbers[key].mask(bad)
    points = np.asarray(shapely.points(numbers["x"].to_numpy(), numbers["y"].to_numpy()), dtype=object)
    points[numbers["x"].isna() | numbers["y"].isna()] = None
    if len(table) and shapely.is_missing(points).all():
        raise InputError(
            f"[{role}] {spec.path}: no row has numbers in {spec.x!r} and {spec.y!r}, such as "
            f"{table[spec.x].iloc[0]!r}, {table[spec.y].iloc[0]!r}; give plain numbers with a decimal point."
        )
    if spec.crs is None:
        raise InputError(
            f'[{role}] {spec.path}: no CRS is known; add crs = "EPSG:…" to [{role}] (degrees: "EPSG:4326").'
        )
    return gpd.GeoDataFrame(table, geometry=points)
