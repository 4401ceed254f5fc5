"""Points of the rows of a table, by its columns of coordinates: plain numbers, or degrees as text."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geoprio._core.crs import parse_crs, shifted_datum
from geoprio._core.errors import InputError
from geoprio.sources.coordinates import parse_degrees, plain_text
from geoprio.sources.tables import TWICE, nearest_name

if TYPE_CHECKING:
    from geoprio._core.findings import Findings
    from geoprio._core.typing import Floats
    from geoprio.sources.spec import SourceSpec


def table_points(table: pd.DataFrame, spec: SourceSpec, role: str, findings: Findings) -> gpd.GeoDataFrame:
    """Return a table with points of its x and y columns; rows without usable numbers are rejected.

    Raises
    ------
    InputError
        If x, y or crs are not given, a column is not there or stands twice, or no row has coordinates.
    """
    if spec.x is None or spec.y is None:
        kind = "CSV" if spec.path.lower().endswith(".csv") else "workbook"
        raise InputError(f'[{role}] {spec.path}: a {kind} needs x = "…" and y = "…", the columns of the coordinates.')
    if spec.axes == "yx":
        raise InputError(f"[{role}] {spec.path}: axes has no meaning for x and y of a table: exchange them.")
    for key, column in (("x", spec.x), ("y", spec.y)):
        if column not in table:
            raise InputError(
                f"[{role}] {spec.path}: {key} = {column!r} is not a column{nearest_name(column, table)}; "
                f"it has {', '.join(map(str, table.columns))[:300]}."
            )
        if column in table.attrs.get(TWICE, ()):
            raise InputError(
                f"[{role}] {spec.path}: {key} = {column!r} stands twice in the header; which one is meant? Rename one."
            )
    if spec.crs is None:
        raise InputError(
            f'[{role}] {spec.path}: no CRS is known; add crs = "EPSG:…" to [{role}] (degrees: "EPSG:4326").'
        )
    metres = not shifted_datum(spec.crs) and parse_crs(spec.crs, f"[{role}]").is_projected
    pairs = _pairs(table, spec)
    x = _numbers(pairs[0], "lon", spec.x, role, findings, metres=metres)
    y = _numbers(pairs[1], "lat", spec.y, role, findings, metres=metres)
    points = np.asarray(shapely.points(x, y), dtype=object)
    points[np.isnan(x) | np.isnan(y)] = None
    if len(table) and shapely.is_missing(points).all():
        raise InputError(
            f"[{role}] {spec.path}: no row has numbers in {spec.x!r} and {spec.y!r}, such as "
            f"{table[spec.x].iloc[0]!r}, {table[spec.y].iloc[0]!r}; {_instead(pairs, metres=metres)}."
        )
    return gpd.GeoDataFrame(table, geometry=points)


def _pairs(table: pd.DataFrame, spec: SourceSpec) -> tuple[pd.Series, pd.Series]:
    """Return the texts of x and y; one column for both holds "x,y", as map services export it."""
    if spec.x != spec.y:
        return table[spec.x], table[spec.y]
    parts = plain_text(table[spec.x]).str.extract(r"^([^,;]+)[,;]([^,;]+)$")
    # What is no pair stays whole, so that the rejects show it.
    return parts[0].fillna(table[spec.x]), parts[1].fillna(table[spec.x])


def _numbers(texts: pd.Series, axis: str, column: str, role: str, findings: Findings, *, metres: bool) -> Floats:
    """Return coordinates, NaN where a text is none (and in the rejects): plain numbers, else degrees as text."""
    numbers = pd.to_numeric(texts, errors="coerce").astype(float)
    odd = numbers.isna() & texts.notna()
    if odd.any():
        plain = plain_text(texts[odd])
        read = pd.to_numeric(plain, errors="coerce").astype(float)
        numbers[odd] = read if metres else read.fillna(parse_degrees(plain, axis))
    bad = ~np.isfinite(numbers)
    reason, mend = "not a number", "give the coordinate as a plain number"
    if not metres:
        reason, mend = (
            "neither a number nor degrees",
            f"{mend} or as degrees of {'longitude' if axis == 'lon' else 'latitude'}",
        )
    findings.reject(role, texts.index[bad], reason, mend, column=column, values=texts[bad].fillna(""))
    return np.where(bad, np.nan, numbers.to_numpy(float))


def _instead(pairs: tuple[pd.Series, pd.Series], *, metres: bool) -> str:
    """Return what to do about columns of which no text could be read."""
    x, y = pairs
    if parse_degrees(x, "lat").notna().any() and parse_degrees(y, "lon").notna().any():
        return "x and y look swapped: exchange them"
    if metres and parse_degrees(x, "lon").notna().any():
        return "they are degrees, but crs is in metres"
    return "give plain numbers with a decimal point"
