"""How much of a city its sources tell: attributes that are known, and how far each layer reaches over the zones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from geoprio._core.columns import BUILDING_NUMBERS

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from geoprio.city.model import City

NOT_ASKED = frozenset((
    "geometry", "x", "y", "zone_id", "outline", "stand_in", "category", "status", "doubt", "source",
    "duplicate_of", "list_row", "match_method", "match_score", "zone_type", "eligible",
    "approximate", "year_built_low", "year_built_high",
))  # fmt: skip
"""Columns that geoprio fills itself, or that are never blank."""
ASSUMED = "_assumed"
"""Ending of columns that say where another one is not known but assumed."""
BLANK = frozenset(("", "unknown"))


def known_attributes(city: City) -> list[dict[str, Any]]:
    """Return for each attribute how many rows have it.

    Of buildings those count that are homes in a zone. Floors from heights and assumed capacities do not count as known;
    neither does a zone's name that is only its id. Attributes of buildings that no source gives are there with 0.

    Returns
    -------
    list of dict
        `table`, `column`, `known`, `of`, `share`.
    """
    homes = city.buildings[(city.buildings["zone_id"].notna() & (city.buildings["use"] != "other")).to_numpy(bool)]
    rows = [_row("zones", c, _known(city.zones, c)) for c in _asked(city.zones)]
    columns = dict.fromkeys([*_asked(homes), *BUILDING_NUMBERS])
    rows += [_row("buildings", c, _known(homes, c)) for c in columns]
    for category in city.categories:
        of = city.facilities[(city.facilities["category"] == category).to_numpy(bool)]
        rows += [_row(category, c, _known(of, c)) for c in _asked(of) if len(of)]
    return rows


def _asked(table: pd.DataFrame) -> list[str]:
    return [str(c) for c in table.columns if c not in NOT_ASKED and not str(c).endswith(ASSUMED)]


def _known(table: pd.DataFrame, column: str) -> pd.Series:
    if column not in table:
        return pd.Series(False, index=table.index)  # noqa: FBT003 - a column of falses
    values = table[column]
    known = values.notna()
    if pd.api.types.is_string_dtype(values):
        known &= ~values.isin(BLANK)
        if column == "name":
            known &= values != pd.Series(table.index.astype(str), index=table.index)
    if column + ASSUMED in table:
        known &= ~table[column + ASSUMED].astype(bool)
    return known


def _row(table: str, column: str, known: pd.Series) -> dict[str, Any]:
    count = int(known.sum())
    share = round(count / len(known), 6) if len(known) else None
    return {"table": table, "column": column, "known": count, "of": len(known), "share": share}


def extents(city: City) -> list[dict[str, Any]]:
    """Return how far each layer reaches over the zones.

    Returns
    -------
    list of dict
        `layer`; `rows`; `zone_area_in_extent`, the share of the zones' area inside the convex hull of the layer;
        `zones_without`, how many zones hold none of it; `per_km2` with its `unit` (buildings, km of street or
        facilities per km² of zone).
    """
    zones = city.zones.geometry.to_numpy()
    area = shapely.union_all(zones, grid_size=0.01)
    houses, sites = city.buildings, city.facilities
    points = shapely.points(houses["x"].to_numpy(float), houses["y"].to_numpy(float))
    inside = houses["zone_id"].dropna()
    rows = [
        _extent("buildings", len(houses), shapely.convex_hull(shapely.multipoints(points)), area)
        | _density(inside.nunique(), len(inside), area, zones, "buildings"),
    ]
    if len(city.streets):
        metres = _street_m(city.streets, zones)
        rows.append(
            _extent("streets", len(city.streets), city.data_extent, area)
            | _density(int((metres > 0).sum()), float(metres.sum()) / 1000, area, zones, "km")
        )
    for category in city.categories:
        of = sites[((sites["category"] == category) & (sites["status"] == "used")).to_numpy(bool)]
        hull = shapely.convex_hull(shapely.multipoints(of.geometry.to_numpy()))
        within = of["zone_id"].dropna()
        rows.append(
            _extent(category, len(of), hull, area) | _density(within.nunique(), len(within), area, zones, "facilities")
        )
    return rows


def _extent(layer: str, rows: int, hull: shapely.Geometry, area: shapely.Geometry) -> dict[str, Any]:
    share = shapely.area(shapely.intersection(hull, area)) / shapely.area(area)
    return {"layer": layer, "rows": rows, "zone_area_in_extent": round(min(float(share), 1.0), 6)}


def _density(
    zones_with: int, amount: float, area: shapely.Geometry, zones: NDArray[np.object_], unit: str
) -> dict[str, Any]:
    km2 = float(shapely.area(area)) / 1e6
    return {"zones_without": len(zones) - zones_with, "per_km2": float(f"{amount / km2:.6g}"), "unit": unit}


def _street_m(streets: gpd.GeoDataFrame, zones: NDArray[np.object_]) -> NDArray[np.float64]:
    """Return the metres of street in each zone; a street in two zones that overlap counts in both."""
    lines = streets.geometry.to_numpy()
    tree = shapely.STRtree(lines)
    zone, line = tree.query(zones, predicate="intersects")
    whole = np.zeros(len(zone), bool)
    pairs = {tuple(p) for p in tree.query(zones, predicate="contains").T.tolist()}
    if pairs:
        whole = np.fromiter((p in pairs for p in zip(zone.tolist(), line.tolist(), strict=True)), bool, len(zone))
    metres = shapely.length(lines[line])
    metres[~whole] = shapely.length(shapely.intersection(lines[line[~whole]], zones[zone[~whole]]))
    return np.bincount(zone, metres, minlength=len(zones)).astype(np.float64)
