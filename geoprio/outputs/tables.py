"""Tables as files: GeoPackage, GeoParquet and CSV."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely

from geoprio._core.columns import DISTANCE_DECIMALS, SIGNIFICANT_DIGITS
from geoprio.outputs.labels import STRAIGHT
from geoprio.outputs.provenance import unverified_text
from geoprio.outputs.webmap.streets import drawn_streets

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from geoprio.outputs.result import Result

FIXED_DATE = "2000-01-01T00:00:00.000Z"
"""Stands for the time of writing, so that repeating a run gives the same bytes."""

STREET_VERTICES = 400_000
"""Most vertices of the streets that stand behind the other layers in QGIS."""

STREET_TOLERANCE_M = 1.0

SCORE_DECIMALS = 12
"""Priority and contributions keep this many decimals, so that the parts add up to 1e-9 in the files too."""

RESTS_ON_RULES = ("zones", "buildings")
"""Tables with figures that follow from thresholds, quotas or walking paces."""

ABOUT = {"access_method": "", "unverified": "Unverified values used: "}
"""What stands before each part of a layer's description."""

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def rounded(table: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return a copy with figures as they are written.

    Distances to 1 mm, priority and contributions to 12 decimals, everything else to 9 significant digits.
    """
    # In one step: column by column the table falls to pieces, of which pandas warns where it is used.
    columns = {name: _written(str(name), table[name]) for name in table.columns}
    return gpd.GeoDataFrame(columns, index=table.index, geometry=table.geometry.name, crs=table.crs)


def _written(name: str, column: pd.Series) -> pd.Series | np.ndarray:
    """Return a column as it is written."""
    if name == "geometry" or not pd.api.types.is_float_dtype(column):
        return column
    values = column.to_numpy(float)
    if name.endswith("_m"):
        return np.round(values, DISTANCE_DECIMALS)
    if name.endswith("_cny"):
        # Money keeps its cents, however large the sum.
        return np.round(values, 2)
    if name in {"priority", "baseline"} or name.endswith("_contribution"):
        return np.round(values, SCORE_DECIMALS)
    return significant(values, SIGNIFICANT_DIGITS)


def significant(values: np.ndarray, digits: int) -> np.ndarray:
    """Return values rounded to a number of significant digits; NaN and 0 stay."""
    real = np.isfinite(values) & (values != 0)
    magnitude = np.floor(np.log10(np.abs(values), where=real, out=np.zeros_like(values)))
    # Below 1e-280 the factor would overflow; such a value is rounded to 0.
    factor = 10.0 ** (digits - 1 - np.maximum(magnitude, -280))
    return np.where(real, np.round(values * factor) / factor, values)


def write_csv(zones: gpd.GeoDataFrame, path: Path) -> None:
    """Write the ranked list: UTF-8 with BOM, formulas in text cells neutralised, numbers as numbers."""
    table = pd.DataFrame(rounded(zones).drop(columns="geometry")).reset_index()
    columns = {name: _cells(table[name]) for name in ("rank", "name", *table.columns.drop(["rank", "name"]))}
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, lineterminator="\r\n")
        writer.writerow(columns)
        writer.writerows(zip(*columns.values(), strict=True))


def write_rows(rows: list[dict[str, Any]], path: Path) -> None:
    """Write rows of one shape as CSV: UTF-8 with BOM, formulas in text cells neutralised."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, lineterminator="\r\n")
        writer.writerow(rows[0])
        writer.writerows([neutral(v) if isinstance(v, str) else v for v in row.values()] for row in rows)


def _cells(values: pd.Series) -> list[str]:
    if pd.api.types.is_bool_dtype(values):
        return ["" if v is pd.NA else str(bool(v)).lower() for v in values]
    if pd.api.types.is_numeric_dtype(values):
        return ["" if pd.isna(v) else (repr(float(v)) if isinstance(v, float) else str(v)) for v in values.tolist()]
    return ["" if pd.isna(v) else neutral(str(v)) for v in values]


def neutral(text: str) -> str:
    """Return text that a spreadsheet does not run as a formula."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def write_parquet(table: gpd.GeoDataFrame, path: Path, told: Mapping[str, str]) -> None:
    """Write GeoParquet in EPSG:4326; the file's metadata tell what its figures rest on."""
    out = rounded(table).to_crs("EPSG:4326")
    out.attrs |= told
    out.to_parquet(path, compression="zstd")


def rests_on(result: Result, name: str) -> dict[str, str]:
    """Return what a reader of a table must know of its figures: how far is measured, and what nobody verified."""
    if name not in RESTS_ON_RULES:
        return {}
    told = {"access_method": STRAIGHT["straight_line"][1] if result.straight else "",
            "unverified": unverified_text(result.quality["values"])}  # fmt: skip
    return {key: text for key, text in told.items() if text}


def write_layers(result: Result, path: Path) -> dict[str, list[str]]:
    """Write the GeoPackage's layers in the working CRS; version 1.2, which QGIS 3.22 reads without a warning.

    Returns
    -------
    dict of str to list of str
        The fields of each layer, in their order.
    """
    tables = layers(result)
    with fixed_time():
        for name, table in tables.items():
            about = ". ".join(f"{ABOUT[key]}{text}" for key, text in rests_on(result, name).items())
            told = {"DESCRIPTION": about} if about else {}
            pyogrio.write_dataframe(
                table,
                path,
                layer=name,
                driver="GPKG",
                append=path.exists(),
                promote_to_multi=name in {"zones", "buildings"},
                dataset_options={} if path.exists() else {"VERSION": "1.2"},
                layer_options=told,
            )
    return {name: [str(c) for c in table.columns if c != "geometry"] for name, table in tables.items()}


def layers(result: Result) -> dict[str, gpd.GeoDataFrame | pd.DataFrame]:
    """Return the GeoPackage's layers by name."""
    buildings = rounded(result.buildings.drop(columns=["x", "y"])).reset_index()
    points = shapely.get_type_id(buildings.geometry.to_numpy()) == 0
    if points.any() and not points.all():
        # One layer holds one kind of shape: a small square stands for a building that is known as a point.
        squares = shapely.buffer(buildings.geometry.to_numpy(), 1.0, cap_style="square")
        buildings = buildings.set_geometry(np.where(points, squares, buildings.geometry.to_numpy()), crs=buildings.crs)
    return {
        "zones": rounded(result.zones).reset_index(),
        "buildings": buildings,
        "facilities": rounded(result.facilities).reset_index(),
        "streets": drawn_streets(result.streets, STREET_VERTICES, STREET_TOLERANCE_M),
        **_problems(result),
        "rejects": result.rejects,
    }


def _problems(result: Result) -> dict[str, gpd.GeoDataFrame]:
    """Return the layer of problem points, where there are any."""
    return {} if result.condition is None or result.condition.points.empty else {"problems": result.condition.points}


class fixed_time:  # noqa: N801 - reads as a phrase
    """Within the block GDAL writes `FIXED_DATE` instead of the time of day."""

    def __enter__(self) -> None:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": FIXED_DATE})

    def __exit__(self, *_: object) -> None:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": None})
