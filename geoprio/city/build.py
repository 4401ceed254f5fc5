"""Bring all sources into one city."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geoprio._core.columns import INELIGIBLE
from geoprio._core.crs import check_working_crs, estimate_working_crs, parse_crs, to_degrees
from geoprio._core.errors import InputError
from geoprio.city.model import City
from geoprio.city.tables import building_table, facility_table, street_table, zone_table
from geoprio.city.zones import assign, grid
from geoprio.sources.layers import read_layers
from geoprio.sources.osm import is_osm

if TYPE_CHECKING:
    from pathlib import Path

    from pyproj import CRS

    from geoprio._core.findings import Findings
    from geoprio.sources.spec import BuildingsSpec, FacilitiesSpec, SourceSpec, StreetsSpec, ZonesSpec


def build_city(
    zones: ZonesSpec,
    buildings: BuildingsSpec,
    streets: StreetsSpec,
    facilities: tuple[FacilitiesSpec, ...],
    base: Path,
    findings: Findings,
    *,
    crs: str | None = None,
    catchment_m: float = 3000.0,
) -> City:
    """Read the sources and bring them into one projected CRS.

    Parameters
    ----------
    zones, buildings, streets, facilities : specs
        What the project file says of each source.
    base : Path
        The project's folder.
    findings : Findings
        Takes notes and rejects.
    crs : str, optional
        Working CRS; estimated (UTM) when not given.
    catchment_m : float
        Buildings, facilities and streets are kept within this distance of a zone.

    Returns
    -------
    City

    Raises
    ------
    InputError, MissingError
        If a source cannot be used, or the sources do not fit together.
    """
    specs: dict[str, SourceSpec] = {"buildings": buildings, "streets": streets}
    if zones.path:
        specs["zones"] = zones
    specs |= {f"facilities[{i}]": spec for i, spec in enumerate(facilities, 1)}
    raw = read_layers(specs, base, findings)
    working = _working_crs(raw.get("zones", raw["buildings"]), crs, findings)

    houses = building_table(raw["buildings"], buildings, working, findings)
    _need_rows(houses, "buildings", buildings.path)
    areas = _zones(raw.get("zones"), zones, houses, working, findings)
    reach = shapely.union_all(shapely.buffer(areas.geometry.to_numpy(), catchment_m, quad_segs=4))
    shapely.prepare(reach)
    lines = street_table(raw["streets"], streets, working, findings)
    lines = _streets_in_reach(lines, reach, streets.path, findings)
    counts = {"zones": len(areas), "buildings_read": len(houses)}
    houses = houses[shapely.intersects_xy(reach, houses["x"], houses["y"])]
    counts["buildings_beyond_reach"] = counts["buildings_read"] - len(houses)
    _need_buildings(houses, buildings.path, catchment_m)
    houses["zone_id"], overlapping = _assigned(areas, houses["x"].to_numpy(), houses["y"].to_numpy(), houses.index)
    counts["buildings_in_zones"] = int(houses["zone_id"].notna().sum())
    counts["buildings_outside_zones"] = len(houses) - counts["buildings_in_zones"]
    counts["buildings_in_several_zones"] = overlapping
    if overlapping:
        findings.info("zones", f"{overlapping} buildings lie in more than one zone: the smallest one has them")

    tables = [
        _facilities_in_reach(
            facility_table(raw[f"facilities[{i}]"], spec, i, working, findings), spec, i, reach, raw, findings
        )
        for i, spec in enumerate(facilities, 1)
    ]
    sites = _gather(tables, working, findings)
    sites["zone_id"], _ = _assigned(areas, sites.geometry.x.to_numpy(), sites.geometry.y.to_numpy(), sites.index)
    areas["eligible"] = _eligible(areas, houses, zones, findings)
    return City(
        crs=working,
        zones=areas[["name", "zone_type", "eligible", "geometry"]],
        buildings=houses,
        facilities=sites,
        streets=lines,
        categories=tuple(dict.fromkeys(spec.category for spec in facilities)),
        counts=counts,
    )


def _working_crs(study: gpd.GeoDataFrame, crs: str | None, findings: Findings) -> CRS:
    bounds = study.total_bounds
    if not np.isfinite(bounds).all():
        raise InputError("[zones] no row has a geometry; check the file.")
    lon, lat = to_degrees(study.crs, (bounds[0] + bounds[2]) / 2, (bounds[1] + bounds[3]) / 2)
    if not (np.isfinite(lon) and np.isfinite(lat)):
        raise InputError(
            f"the coordinates {bounds.round(1).tolist()} do not fit their CRS {study.crs.to_string()}; set crs."
        )
    working = parse_crs(crs, "[project]") if crs else estimate_working_crs(float(lon), float(lat))
    check_working_crs(working, float(lon), float(lat))
    findings.info("project", f"working CRS {working.to_string()} ({'given' if crs else 'estimated'})")
    return working


def _zones(
    raw: gpd.GeoDataFrame | None, spec: ZonesSpec, houses: gpd.GeoDataFrame, crs: CRS, findings: Findings
) -> gpd.GeoDataFrame:
    if raw is not None:
        _need_rows(raw, "zones", spec.path)
        table = zone_table(raw, spec, crs, findings)
        _need_rows(table, "zones", spec.path)
        if spec.grid_m is None:
            return table
    area = None if raw is None else shapely.union_all(table.geometry.to_numpy())
    assert spec.grid_m is not None
    cells, dropped = grid(spec.grid_m, houses["x"].to_numpy(), houses["y"].to_numpy(), crs, area)
    if cells.empty:
        raise InputError(f"[zones] no building lies in the area of {spec.path}; check both files and their CRS.")
    findings.info(
        "zones", f"grid of {spec.grid_m:g} m: {len(cells)} cells with a building, {dropped} empty cells dropped"
    )
    return cells


def _need_rows(frame: gpd.GeoDataFrame, role: str, path: str) -> None:
    if frame.empty:
        raise InputError(f"[{role}] {path}: no usable row; check the file, the layer and where.")


def _need_buildings(houses: gpd.GeoDataFrame, path: str, catchment_m: float) -> None:
    if houses.empty:
        raise InputError(
            f"[buildings] {path}: no building lies in or within {catchment_m:g} m of a zone; check the CRS of both."
        )


def _streets_in_reach(
    lines: gpd.GeoDataFrame, reach: shapely.Geometry, path: str, findings: Findings
) -> gpd.GeoDataFrame:
    """Keep whole lines that come within one catchment of a zone."""
    near = shapely.intersects(reach, lines.geometry.to_numpy())
    if not near.any():
        raise InputError(
            f"[streets] {path}: no street lies in or near a zone: zones and streets do not overlap; "
            "check the CRS of both."
        )
    if not near.all():
        findings.info(
            "streets",
            f"{int((~near).sum())} of {len(near)} lines lie farther than one catchment from every zone: not used",
        )
    return lines[near].reset_index(drop=True)


def _facilities_in_reach(
    table: gpd.GeoDataFrame,
    spec: FacilitiesSpec,
    number: int,
    reach: shapely.Geometry,
    raw: dict[str, gpd.GeoDataFrame],
    findings: Findings,
) -> gpd.GeoDataFrame:
    role = f"facilities[{number}]"
    near = shapely.intersects(reach, table.geometry.to_numpy())
    drawn = raw[role][raw[role].geometry.notna()]
    if len(drawn) and not near.any() and not is_osm(spec.path):
        hint = _fitting(drawn, reach, table.crs)
        raise InputError(f"[{role}] {spec.path}: all {len(drawn)} facilities lie outside the study area; {hint}")
    if not near.all():
        findings.info(
            role,
            f"{int((~near).sum())} of {len(near)} facilities lie farther than one catchment from every zone: not used",
        )
    return table[near]


def _fitting(raw: gpd.GeoDataFrame, reach: shapely.Geometry, working: CRS) -> str:
    """Say what would bring the points into the study area: swapped axes, or another CRS."""
    points = shapely.centroid(raw.geometry.to_numpy())
    x, y = shapely.get_x(points), shapely.get_y(points)
    tries = [("x and y look swapped: exchange them.", y, x, raw.crs)]
    for crs in ("EPSG:4326", "EPSG:3857", working.to_string()):
        tries.append((f'they would fit with crs = "{crs}".', x, y, crs))
        tries.append((f'they would fit with x and y exchanged and crs = "{crs}".', y, x, crs))
    for words, a, b, crs in tries:
        moved = gpd.GeoSeries(gpd.points_from_xy(a, b), crs=crs).to_crs(working)
        if shapely.intersects(reach, moved.to_numpy()).mean() > 0.5:
            return words
    return "check the coordinates and crs."


def _assigned(zones: gpd.GeoDataFrame, x: np.ndarray, y: np.ndarray, index: pd.Index) -> tuple[pd.Series, int]:
    ids, overlapping = assign(zones, x, y)
    return ids.set_axis(index), overlapping


def _gather(tables: list[gpd.GeoDataFrame], crs: CRS, findings: Findings) -> gpd.GeoDataFrame:
    """Put the facilities of all sources in one table; the same id in one category again is a duplicate."""
    sites = gpd.GeoDataFrame(pd.concat(tables), geometry="geometry", crs=crs)
    again = pd.Series(list(zip(sites["category"], sites.index, strict=True)), dtype=object).duplicated().to_numpy()
    sites["status"] = np.where(again, "duplicate", "used")
    if again.any():
        findings.info("facilities", f"{int(again.sum())} facilities come from two sources under one id: counted once")
    return sites


def _eligible(zones: gpd.GeoDataFrame, houses: gpd.GeoDataFrame, spec: ZonesSpec, findings: Findings) -> pd.Series:
    """Return which zones may be ranked; unknown stays missing and is ranked, with a warning."""
    if spec.eligible is None:
        return pd.Series(True, index=zones.index, dtype="boolean")  # noqa: FBT003 - a column of trues
    answer: pd.Series
    if spec.eligible.built_before is None:
        answer = zones["eligible"]
    else:
        years = pd.Series(np.nan, index=zones.index)
        if "year_built" in houses:
            homes = houses[houses["use"] != "other"]
            years = homes.groupby("zone_id")["year_built"].median().reindex(zones.index)
        if "year_built" in zones:
            years = zones["year_built"].fillna(years)
        answer = (years < spec.eligible.built_before).astype("boolean").mask(years.isna())
    unknown = int(answer.isna().sum())
    if unknown:
        findings.warn("zones", f"{unknown} of {len(zones)} zones: not known whether they are eligible; they are ranked")
    no = int((~answer.fillna(True)).sum())  # noqa: FBT003 - unknown is not a no
    findings.info("zones", f"{no} of {len(zones)} zones are not eligible ({INELIGIBLE}) and get no rank")
    return answer
