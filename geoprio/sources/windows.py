"""Read of a large file only the columns that are used, and only the rows near the study."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pyogrio
import shapely
from pyproj import CRS, Transformer

from geoprio._core.crs import WGS84, estimate_working_crs, parse_crs, shifted_datum, to_degrees
from geoprio._core.errors import InputError
from geoprio._core.fits import Reading, one_of, readings

if TYPE_CHECKING:
    from pathlib import Path

    from geoprio._core.typing import Bools, Floats
    from geoprio.sources.spec import SourceSpec

WINDOW_ROWS = 250_000
"""Smaller files are read whole: then also what lies far off is checked and reported."""
BATCH_ROWS = 65_536
INDEXED = (".gpkg", ".fgb", ".shp")
"""Formats of which GDAL reads a bounding box, with the numbers of the rows."""
METRES_PER_DEGREE = 110_000.0
"""No degree of latitude is shorter, so that the window is rather too large than too small."""
MARGIN_DEG = 0.02
"""Added on each side: shifted coordinates and other datums lie up to 1.4 km off."""
HIGHEST_LATITUDE = 85.0
LARGEST_WHOLE = 2.0**53
"""Above it a float no longer holds every whole number."""
ROW = "geoprio:row"
"""Name of the index of rows that carry their number in the file."""


@dataclass
class Window:
    """What of a large file is wanted.

    Attributes
    ----------
    bounds : tuple of float
        West, south, east and north of the study in degrees (WGS 84), with its margin.
    columns : callable
        Names of the file's columns → those that are used.
    read, total : int
        Rows that were read and rows of the file, once one was read through the window; else 0.
    extent : tuple of float or None
        Of all rows of that file, in its own coordinates, where the file says it.
    """

    bounds: tuple[float, float, float, float]
    columns: Callable[[Sequence[str]], list[str]]
    read: int = 0
    total: int = 0
    extent: tuple[float, float, float, float] | None = None

    def within(self, crs: CRS) -> tuple[float, float, float, float] | None:
        """Return the bounds in another CRS; None where it has none for them."""
        west, south, east, north = self.bounds
        to_crs = Transformer.from_crs(WGS84, crs, always_xy=True)
        bounds = to_crs.transform_bounds(west, south, east, north, densify_pts=21)
        return bounds if np.isfinite(bounds).all() and bounds[0] < bounds[2] and bounds[1] < bounds[3] else None

    def fitting(self, crs: CRS) -> str | None:
        """Return what would bring the file's extent to the bounds, as advice; None if nothing that is tried does.

        Parameters
        ----------
        crs : pyproj.CRS
            That the file is said to be in.
        """
        if self.extent is None:
            return None
        left, low, right, high = self.extent
        west, south, east, north = self.bounds
        # The middle first: it is the place that the advice names.
        x = np.array([(left + right) / 2, left, left, right, right])
        y = np.array([(low + high) / 2, low, high, low, high])
        if not np.isfinite((x, y)).all():
            return None

        def meets(way: Reading) -> bool:
            """Return whether the extent, read in that way, meets the bounds."""
            lon, lat = to_degrees(CRS.from_user_input(way.crs), way.x, way.y)
            known = bool(np.isfinite((lon, lat)).all())
            beside = lon.min() <= east and lon.max() >= west and lat.min() <= north and lat.max() >= south
            return known and bool(beside)

        lon = (west + east) / 2
        local = estimate_working_crs(lon, (south + north) / 2).to_string()
        return one_of(way for way in readings(crs, x, y, lon, (local,)) if meets(way))


def study_bounds(zones: gpd.GeoDataFrame, reach_m: float) -> tuple[float, float, float, float] | None:
    """Return the box around all zones and `reach_m` metres beyond, in degrees; None where there is no such box."""
    bounds = shapely.bounds(zones.geometry.to_numpy())
    bounds = bounds[np.isfinite(bounds).all(axis=1)]
    if not len(bounds):
        return None
    left, low = (float(v) for v in bounds[:, :2].min(axis=0))
    right, high = (float(v) for v in bounds[:, 2:].max(axis=0))
    to_degrees = Transformer.from_crs(zones.crs, WGS84, always_xy=True)
    west, south, east, north = to_degrees.transform_bounds(left, low, right, high, densify_pts=21)
    if not np.isfinite([west, south, east, north]).all() or west > east:
        return None
    dy = reach_m / METRES_PER_DEGREE + MARGIN_DEG
    farthest = max(abs(south), abs(north)) + dy
    if farthest > HIGHEST_LATITUDE:
        return None
    dx = reach_m / (METRES_PER_DEGREE * np.cos(np.radians(farthest))) + MARGIN_DEG
    return float(west - dx), float(south - dy), float(east + dx), float(north + dy)


def _target(crs: object, spec: SourceSpec, window: Window) -> tuple[float, float, float, float] | None:
    """Return the window in the file's coordinates: those that the project states, else those that the file says."""
    if shifted_datum(spec.crs):
        box: tuple[float, float, float, float] | None = window.bounds
    elif spec.crs is None and crs is None:
        return None
    else:
        box = window.within(parse_crs(spec.crs, "[buildings]") if spec.crs else CRS.from_user_input(crs))
    return box if box is None or spec.axes == "xy" else (box[1], box[0], box[3], box[2])


def read_ogr_rows(path: Path, layer: str, spec: SourceSpec, window: Window | None, where: str) -> gpd.GeoDataFrame:
    """Return the rows of a layer that GDAL reads: all of them, or of a large file those within the window.

    Returns
    -------
    GeoDataFrame
        Rows of a window stand under their number in the file, in its order.

    Raises
    ------
    InputError
        If long numbers cannot be read without losing digits.
    pyogrio.errors.DataSourceError, ValueError, RuntimeError
        If GDAL cannot read it.
    """
    part = _ogr_part(path, layer, spec, window) if window else {}
    by_arrow = _reads_by_arrow(path, layer)
    whole = {"arrow_to_pandas_kwargs": {"types_mapper": whole_numbers}} if by_arrow else {}
    frame = pyogrio.read_dataframe(
        path, layer=layer, encoding=spec.encoding, on_invalid="ignore", use_arrow=by_arrow, **whole, **part
    )
    if not by_arrow:
        frame = _whole_again(frame, path, layer, where)
    return _numbered(frame, path, layer, window) if part and window else frame


def _ogr_part(path: Path, layer: str, spec: SourceSpec, window: Window) -> dict[str, Any]:
    """Return how pyogrio reads a window of a file; empty where the file is small or of another format."""
    if path.suffix.lower() not in INDEXED:
        return {}
    info = pyogrio.read_info(path, layer=layer, encoding=spec.encoding, force_feature_count=True)
    box = _target(info["crs"], spec, window) if info["features"] > WINDOW_ROWS else None
    if box is None:
        return {}
    window.total = int(info["features"])
    whole = pyogrio.read_info(path, layer=layer, encoding=spec.encoding, force_total_bounds=True)["total_bounds"]
    window.extent = None if whole is None else (float(whole[0]), float(whole[1]), float(whole[2]), float(whole[3]))
    # The names of a Shapefile's columns may still have to be decoded: all are read.
    columns = None if path.suffix.lower() == ".shp" else window.columns([str(f) for f in info["fields"]])
    return {"bbox": box, "columns": columns, "fid_as_index": True}


def _reads_by_arrow(path: Path, layer: str) -> bool:
    """Return whether a file can be read by Arrow, which is faster and keeps integers whole.

    GDAL (3.12) crashes on a FlatGeobuf with rows that are not drawn; only those without a spatial index can have any.
    """
    if path.suffix.lower() != ".fgb":
        return True
    return bool(pyogrio.read_info(path, layer=layer)["capabilities"]["fast_spatial_filter"])


def _whole_again(frame: gpd.GeoDataFrame, path: Path, layer: str, where: str) -> gpd.GeoDataFrame:
    """Return integers whole that were read as floats, because some are missing."""
    info = pyogrio.read_info(path, layer=layer)
    for name, kind in zip(info["fields"], info["dtypes"], strict=True):
        if name in frame and str(kind).startswith("int") and pd.api.types.is_float_dtype(frame[name]):
            if (frame[name].abs() > LARGEST_WHOLE).any():
                raise InputError(f"{where}: column {name!r} holds long numbers; save it as GeoPackage, or as text.")
            frame[name] = frame[name].astype("Int64")
    return frame


def _numbered(frame: gpd.GeoDataFrame, path: Path, layer: str, window: Window) -> gpd.GeoDataFrame:
    """Return the rows of a window in the file's order, under their number in the file."""
    fids = frame.index.to_numpy()
    if path.suffix.lower() == ".gpkg":
        # Numbers of a GeoPackage may have gaps: a row's number is its place among all.
        _, every, _, _ = pyogrio.raw.read(path, layer=layer, columns=[], read_geometry=False, return_fids=True)
        order = np.argsort(every, kind="stable")
        fids = order[np.searchsorted(every, fids, sorter=order)]
    window.read = len(frame)
    return frame.set_axis(pd.Index(fids + 1, name=ROW)).sort_index()


def read_parquet_window(path: Path, spec: SourceSpec, window: Window) -> gpd.GeoDataFrame | None:
    """Return the rows of a GeoParquet file within the window, under their number in the file.

    Rows without geometry are among them. Row groups whose statistics lie outside are not touched where the file has a
    bounding-box column (GeoParquet 1.1 `covering`); else the geometry of every row is looked at, batch by batch.

    Returns
    -------
    GeoDataFrame or None
        None where the file is small, or is not of the form that can be read so.

    Raises
    ------
    ValueError, OSError, KeyError, pyarrow.ArrowException
        If it is not a GeoParquet file.
    """
    with pq.ParquetFile(path) as file:
        if file.metadata.num_rows <= WINDOW_ROWS:
            return None
        geo = json.loads((file.schema_arrow.metadata or {})[b"geo"])
        main = geo["primary_column"]
        column = geo["columns"][main]
        crs = column.get("crs", "OGC:CRS84")
        box = _target(crs, spec, window) if column["encoding"] == "WKB" else None
        if box is None:
            return None
        names = [n for n in file.schema_arrow.names if n not in geo["columns"] and not n.startswith("__")]
        wanted = [*window.columns(names), main]
        parts, rows = [], []
        for first, batch in _batches(file, wanted, main, column.get("covering", {}).get("bbox"), box):
            parts.append(batch)
            rows.append(first)
        window.total = file.metadata.num_rows
        said = column.get("bbox", ())
        window.extent = (float(said[0]), float(said[1]), float(said[2]), float(said[3])) if len(said) == 4 else None
        window.read = int(sum(len(r) for r in rows))
        if not parts:
            empty = file.schema_arrow.empty_table().select(wanted)
            return _frame(empty, main, crs, np.zeros(0, np.int64))
        return _frame(pa.Table.from_batches(parts), main, crs, np.concatenate(rows))


def _batches(
    file: pq.ParquetFile, wanted: list[str], main: str, cover: dict[str, list[str]] | None, box: tuple[float, ...]
) -> Iterator[tuple[np.ndarray, pa.RecordBatch]]:
    """Yield the rows within the box, each batch with the numbers of its rows in the file, from 1."""
    start = 1
    for group in range(file.metadata.num_row_groups):
        size = file.metadata.row_group(group).num_rows
        mask = _covered(file, group, cover, box) if cover else None
        if mask is None or mask.any():
            at = 0
            for batch in file.iter_batches(BATCH_ROWS, row_groups=[group], columns=wanted):
                own = _near(batch, main, box) if mask is None else mask[at : at + batch.num_rows]
                if own.any():
                    yield start + at + np.flatnonzero(own), batch.filter(pa.array(own))
                at += batch.num_rows
        start += size


def _covered(file: pq.ParquetFile, group: int, cover: dict[str, list[str]], box: tuple[float, ...]) -> Bools:
    """Return which rows of a row group have a bounding box that meets `box`, or none at all."""
    size = file.metadata.row_group(group).num_rows
    if _outside(file, group, cover, box):
        return np.zeros(size, bool)
    table = file.read_row_group(group, columns=[".".join(path) for path in cover.values()])
    sides = {side: _leaf(table, path) for side, path in cover.items()}
    west, south, east, north = box
    far = (sides["xmax"] < west) | (sides["xmin"] > east) | (sides["ymax"] < south) | (sides["ymin"] > north)
    return np.asarray(~far, bool)


def _leaf(table: pa.Table, path: list[str]) -> Floats:
    column: Any = table.column(path[0]).combine_chunks()
    for name in path[1:]:
        column = column.field(name) if column.null_count == 0 else pa.compute.struct_field(column, name)
    return np.asarray(column.to_numpy(zero_copy_only=False), float)


def _outside(file: pq.ParquetFile, group: int, cover: dict[str, list[str]], box: tuple[float, ...]) -> bool:
    """Return whether the statistics of a row group tell that all its rows have a box, and none meets `box`."""
    found = file.metadata.row_group(group)
    chunks = [found.column(i) for i in range(found.num_columns)]
    by_path = {chunk.path_in_schema: chunk.statistics for chunk in chunks if chunk.is_stats_set}
    ends = {}
    for side, path in cover.items():
        known = by_path.get(".".join(path))
        if known is None or not known.has_min_max or known.null_count != 0:
            return False
        ends[side] = (known.min, known.max)
    west, south, east, north = box
    apart = ends["xmax"][1] < west or ends["xmin"][0] > east or ends["ymax"][1] < south or ends["ymin"][0] > north
    return bool(apart)


def _near(batch: pa.RecordBatch, main: str, box: tuple[float, ...]) -> Bools:
    bounds = shapely.bounds(_shapes(batch.column(main)))
    west, south, east, north = box
    far = (bounds[:, 2] < west) | (bounds[:, 0] > east) | (bounds[:, 3] < south) | (bounds[:, 1] > north)
    return np.asarray(~far, bool)


def _shapes(column: Any) -> np.ndarray:  # noqa: ANN401 - an array or a chunked array
    shapes: np.ndarray = shapely.from_wkb(column.to_numpy(zero_copy_only=False), on_invalid="ignore")
    return shapes


def _frame(table: pa.Table, main: str, crs: object, rows: np.ndarray) -> gpd.GeoDataFrame:
    shapes = _shapes(table.column(main).combine_chunks())
    data = table.drop_columns([main]).to_pandas(ignore_metadata=True, types_mapper=whole_numbers)
    frame = gpd.GeoDataFrame(data, geometry=shapes, crs=None if crs is None else CRS.from_user_input(crs))
    return frame.set_axis(pd.Index(rows, name=ROW))


def whole_numbers(kind: pa.DataType) -> pd.Int64Dtype | None:
    """Keep integers whole beside missing ones: as floats, ids of 18 digits would lose their last."""
    return pd.Int64Dtype() if pa.types.is_integer(kind) else None
