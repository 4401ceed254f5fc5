"""Look at vector layers and GeoParquet: all rows of small ones, the first ones of large ones."""

from __future__ import annotations

import json
import warnings
from typing import TYPE_CHECKING, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pyogrio
import shapely
from pyogrio.errors import DataSourceError
from pyproj.exceptions import CRSError

from geoprio._core.errors import InputError
from geoprio._core.findings import Findings
from geoprio.config.draft.look import Look
from geoprio.sources.dbf import BYTES, read_one_by_one, table_encoding
from geoprio.sources.encodings import check_utf8
from geoprio.sources.vector import MAGIC, PARQUET
from geoprio.sources.windows import WINDOW_ROWS

if TYPE_CHECKING:
    from pathlib import Path

    from geoprio.config.draft.gather import Found

SOME_ROWS: Final = 2000
"""Rows of a large file that are looked at."""


def look_at_layers(found: Found) -> list[Look]:
    """Return a look at each layer with geometry.

    Raises
    ------
    InputError
        If the file cannot be read; the message says why.
    """
    if found.path.suffix.lower() in PARQUET:
        return [_parquet(found)]
    _need_content(found.path)
    with warnings.catch_warnings():
        # What is odd in a file is told when it is read in earnest.
        warnings.simplefilter("ignore")
        try:
            return _ogr(found)
        except InputError:
            raise
        except (DataSourceError, UnicodeDecodeError, LookupError, ValueError, RuntimeError, CRSError) as error:
            raise InputError(f"{found.name}: cannot be read ({error}).") from None


def _need_content(path: Path) -> None:
    """Check that the content is that of the format: GDAL goes by it, not by the name."""
    magic = MAGIC[path.suffix.lower()].lstrip()
    with path.open("rb") as file:
        head = file.read(4096).removeprefix(b"\xef\xbb\xbf").lstrip()
    if not head.startswith(magic):
        raise InputError(f"{path.name}: the content is not that of a {path.suffix} file.")


def _ogr(found: Found) -> list[Look]:
    path, suffix = found.path, found.path.suffix.lower()
    if suffix in {".geojson", ".json"}:
        check_utf8(path, path.name)
    names = [str(name) for name, geometry in pyogrio.list_layers(path) if geometry is not None]
    if not names:
        raise InputError(f"{path.name}: it has no layer with geometry.")
    decision = table_encoding(path, None, "init", Findings()) if suffix == ".shp" else None
    whole = decision is None or (decision.whole and decision.encoding is not None)
    encoding = None if decision is None else decision.encoding if whole else BYTES
    looks = []
    for name in names:
        rows = int(pyogrio.read_info(path, layer=name, encoding=encoding, force_feature_count=True)["features"])
        most = SOME_ROWS if rows > WINDOW_ROWS else None
        frame = pyogrio.read_dataframe(path, layer=name, encoding=encoding, max_features=most, on_invalid="ignore")
        if decision is not None and not whole:
            frame = read_one_by_one(frame, decision.encoding)
        if isinstance(frame, gpd.GeoDataFrame) and rows:
            looks.append(
                Look(path, found.name, "layer", _strings(frame), rows, name if len(names) > 1 else None, decision)
            )
    if not looks:
        raise InputError(f"{path.name}: it is empty.")
    return looks


def _strings(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    frame = frame.rename_geometry("geometry") if frame.geometry.name != "geometry" else frame
    return frame.set_axis(pd.RangeIndex(1, len(frame) + 1))


def _parquet(found: Found) -> Look:
    try:
        with pq.ParquetFile(found.path) as file:
            rows = int(file.metadata.num_rows)
            geo = json.loads((file.schema_arrow.metadata or {}).get(b"geo", b"{}"))
            frame = gpd.read_parquet(found.path) if rows <= WINDOW_ROWS else _first_rows(file, geo)
    except InputError:
        raise
    except (ValueError, OSError, KeyError, pa.ArrowException, CRSError) as error:
        raise InputError(f"{found.path.name}: not a GeoParquet file ({str(error).splitlines()[0]}).") from None
    frame = frame if frame.index.name is None else frame.reset_index()
    if not rows:
        raise InputError(f"{found.path.name}: it is empty.")
    return Look(found.path, found.name, "layer", _strings(frame), rows)


def _first_rows(file: pq.ParquetFile, geo: dict[str, object]) -> gpd.GeoDataFrame:
    """Return the first rows of a large file."""
    main = str(geo["primary_column"])
    column: dict[str, object] = geo["columns"][main]  # type: ignore[index] # a JSON object by the format
    if column.get("encoding") != "WKB":
        raise InputError("large, and its shapes are not WKB: save it again as GeoParquet.")
    batch = next(file.iter_batches(SOME_ROWS))
    table = batch.to_pandas()
    shapes: np.ndarray = shapely.from_wkb(table[main].to_numpy(), on_invalid="ignore")
    return gpd.GeoDataFrame(table.drop(columns=main), geometry=shapes, crs=column.get("crs", "OGC:CRS84"))
