"""Bring all sources into one city."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geoprio._core.columns import INELIGIBLE, ZONE_TYPE_ALIASES
from geoprio._core.errors import InputError
from geoprio.city.barriers import barrier_shapes
from geoprio.city.buildings import building_table
from geoprio.city.compounds import BOUNDS, Joined, fill_zones, join_compounds, stand_ins
from geoprio.city.datum import BASE_ROLES, datum_evidence
from geoprio.city.dwellings import spread_dwellings
from geoprio.city.edge import hull_of, known_extent
from geoprio.city.facilities import facility_table
from geoprio.city.footprints import checked_footprints
from geoprio.city.gates import entrances_of_facilities, gate_points, gates_of_zones
from geoprio.city.model import City
from geoprio.city.place import working_crs
from geoprio.city.reach import apart, gather, in_reach, streets_in_reach, without_strays
from geoprio.city.tables import no_streets, street_table, zone_table
from geoprio.city.zones import assign, grid
from geoprio.sources.compounds import read_compounds
from geoprio.sources.layers import read_layers
from geoprio.sources.osm import is_osm
from geoprio.sources.spec import OpeningsSpec

if TYPE_CHECKING:
    from pathlib import Path

    from pyproj import CRS

    from geoprio._core.findings import Findings
    from geoprio.sources.spec import (
        BarriersSpec,
        BuildingsSpec,
        CompoundsSpec,
        EntrancesSpec,
        FacilitiesSpec,
        GatesSpec,
        SourceSpec,
        StreetsSpec,
        ZonesSpec,
    )


ZONE_COLUMNS = ("name", "zone_type", "eligible", "safety_gate", "outline", "stand_in")
"""Columns of the zones beside those of a list of compounds."""
CORNER_SEGMENTS = 8
"""Straight pieces in a quarter of a round corner."""


def build_city(
    zones: ZonesSpec,
    buildings: BuildingsSpec | None,
    streets: StreetsSpec | None,
    facilities: tuple[FacilitiesSpec, ...],
    base: Path,
    findings: Findings,
    *,
    compounds: CompoundsSpec | None = None,
    barriers: BarriersSpec | None = None,
    gates: GatesSpec | None = None,
    entrances: EntrancesSpec | None = None,
    crs: str | None = None,
    catchment_m: float = 3000.0,
    max_snap_m: float = 150.0,
) -> City:
    """Read the sources and bring them into one projected CRS.

    Parameters
    ----------
    zones, buildings, streets, facilities : specs
        What the project file says of each source. Without buildings, the list of compounds gives the dwellings of
        points that stand in for them; without streets, distances can only be straight lines.
    base : Path
        The project's folder.
    findings : Findings
        Takes notes and rejects.
    compounds : CompoundsSpec, optional
        A list of what the zones are; its values become columns of the zones.
    barriers, gates, entrances : specs, optional
        What stands in people's way, and where they pass.
    crs : str, optional
        Working CRS; estimated (UTM) when not given.
    catchment_m : float
        Buildings, facilities and streets are kept within this distance of a zone (at corners up to 0.5 % farther).
    max_snap_m : float
        Some street must come this near to a zone.

    Returns
    -------
    City

    Raises
    ------
    InputError, MissingError
        If a source cannot be used, or the sources do not fit together.
    """
    specs = _by_role(zones, buildings, streets, facilities) | _on_the_way(barriers, gates, entrances)
    raw = read_layers(specs, base, findings, catchment_m)
    _warn_of_nothing(raw, specs, findings)
    study = "zones" if zones.path else "buildings"
    working = working_crs(raw[study], study, crs, findings)

    houses, faults = _houses(raw, buildings, working, findings)
    areas = _zones(raw.get("zones"), zones, houses, working, findings)
    areas, joined, listed = _with_compounds(areas, compounds, base, findings)
    reach = _reach(areas, catchment_m)
    lines = no_streets(working) if streets is None else street_table(raw["streets"], streets, working, findings)
    lines = without_strays(lines, reach, findings)
    extent = _extent(lines, raw, areas, reach, catchment_m)
    evidence = datum_evidence(
        _listed_points(specs, raw, compounds, listed),
        {role: specs[role].path for role in BASE_ROLES if role in specs},
        houses,
        lines,
        findings,
    )
    if streets is not None:
        lines = streets_in_reach(lines, raw, areas, reach, max_snap_m, findings)
    if buildings is not None:
        houses, counts = _placed(houses, raw, areas, reach, buildings.path, findings)
        if joined is not None:
            houses, assumed = spread_dwellings(houses, areas, findings)
            joined.report.update(assumed)
    else:
        houses, counts = _stand_ins(areas, joined, findings)
        areas["stand_in"] = areas.index.isin(houses["zone_id"])
    if zones.grid_m is not None:
        # A building on the edge of two cells belongs to one of them; the other may be empty now.
        areas = areas[areas.index.isin(houses["zone_id"])]
    sites = _sites(raw, facilities, reach, working, findings)
    sites["zone_id"], _ = _assigned(areas, sites.geometry.x.to_numpy(), sites.geometry.y.to_numpy(), sites.index)
    cuts, doors = _barriers_and_gates(raw, barriers, gates, areas, reach, findings)
    ways_in = entrances and entrances_of_facilities(raw["entrances"], entrances, sites, reach, findings)
    areas["eligible"] = _eligible(areas, houses, zones, findings)
    for role, frame in raw.items():
        findings.place(role, frame.geometry)
    for role, used in (("zones", len(areas)), ("buildings", len(houses)), ("streets", len(lines))):
        findings.used(role, used)
    return City(
        crs=working,
        zones=areas[[c for c in ZONE_COLUMNS if c in areas] + _listed(areas, joined) + ["geometry"]],
        buildings=houses,
        facilities=sites,
        streets=lines,
        data_extent=extent,
        reach=reach,
        categories=tuple(dict.fromkeys(spec.category for spec in facilities)),
        counts={"zones": len(areas), **counts, **faults},
        barriers=cuts,
        gates=doors,
        entrances=ways_in,
        datum_evidence=evidence,
        compounds=joined.report if joined else None,
    )


def _by_role(
    zones: ZonesSpec,
    buildings: BuildingsSpec | None,
    streets: StreetsSpec | None,
    facilities: tuple[FacilitiesSpec, ...],
) -> dict[str, SourceSpec]:
    """Return the sources by role; the zones come first: they tell where large files have to be read."""
    specs: dict[str, SourceSpec] = {"zones": zones} if zones.path else {}
    specs |= {"buildings": buildings} if buildings else {}
    specs |= {"streets": streets} if streets else {}
    return specs | {f"facilities[{i}]": spec for i, spec in enumerate(facilities, 1)}


def _extent(
    lines: gpd.GeoDataFrame,
    raw: dict[str, gpd.GeoDataFrame],
    zones: gpd.GeoDataFrame,
    reach: shapely.Geometry,
    catchment_m: float,
) -> shapely.Geometry:
    """Return the area of which something is known: that of the streets, else of buildings and facilities."""
    if "streets" in raw:
        return hull_of(lines.geometry.to_numpy())
    layers = (frame.geometry for role, frame in raw.items() if role.startswith(("buildings", "facilities")))
    return known_extent(layers, shapely.buffer(reach, catchment_m), zones)


def _houses(
    raw: dict[str, gpd.GeoDataFrame], spec: BuildingsSpec | None, crs: CRS, findings: Findings
) -> tuple[gpd.GeoDataFrame, dict[str, int]]:
    """Return the buildings, and the counts of faulty footprints; an empty table where no buildings are given."""
    if spec is None:
        return gpd.GeoDataFrame({"x": [], "y": []}, geometry=[], crs=crs), {}
    houses = building_table(raw["buildings"], spec, crs, findings)
    _need_rows(houses, "buildings", spec.path)
    return checked_footprints(houses, findings, drop_overlaps=spec.drop_overlaps)


def _with_compounds(
    areas: gpd.GeoDataFrame, spec: CompoundsSpec | None, base: Path, findings: Findings
) -> tuple[gpd.GeoDataFrame, Joined | None, gpd.GeoSeries | None]:
    """Return the zones with the columns of the list of compounds, what was joined, and the list's points."""
    if spec is None:
        return areas, None, None
    listed = read_compounds(spec, base, findings)
    joined = join_compounds(listed, areas, spec, base, findings)
    filled = fill_zones(areas, joined, findings)
    if listed.points is not None:
        findings.place("compounds", listed.points)
    # Of rows without coordinates the zone tells where they lie.
    findings.place("compounds", joined.places(areas))
    return filled, joined, listed.points


def _stand_ins(
    areas: gpd.GeoDataFrame, joined: Joined | None, findings: Findings
) -> tuple[gpd.GeoDataFrame, dict[str, int]]:
    """Return points that stand in for buildings, and the counts for the report."""
    if joined is None:
        raise InputError("there is neither [buildings] nor [compounds]: nothing tells where people live; add one.")
    points = stand_ins(areas, joined, findings)
    counts = dict.fromkeys(("buildings_read", "buildings_beyond_reach", "buildings_outside_zones"), 0)
    return points, {**counts, "buildings_in_zones": len(points), "stand_in_buildings": len(points)}


def _listed(areas: gpd.GeoDataFrame, joined: Joined | None) -> list[str]:
    """Return the columns that the list of compounds gave."""
    hidden = (*ZONE_COLUMNS, *BOUNDS)
    return [c for c in joined.columns.columns if c not in hidden and c in areas] if joined else []


def _listed_points(
    specs: dict[str, SourceSpec],
    raw: dict[str, gpd.GeoDataFrame],
    compounds: CompoundsSpec | None,
    listed: gpd.GeoSeries | None,
) -> dict[str, tuple[SourceSpec, gpd.GeoSeries]]:
    """Return facilities and listed compounds as they were read, by role: their datum may be wrong."""
    places = {role: (spec, raw[role].geometry) for role, spec in specs.items() if role.startswith("facilities")}
    if compounds is not None and listed is not None:
        places["compounds"] = (compounds, listed)
    return places


def _on_the_way(
    barriers: BarriersSpec | None, gates: GatesSpec | None, entrances: EntrancesSpec | None
) -> dict[str, SourceSpec]:
    """Return the sources of barriers and of the points where they are passed, by role."""
    named = {"barriers": barriers, "gates": gates, "entrances": entrances}
    specs: dict[str, SourceSpec] = {role: spec for role, spec in named.items() if spec is not None}
    if barriers is not None and is_osm(barriers.path):
        specs["openings"] = OpeningsSpec(path=barriers.path)
    return specs


def _warn_of_nothing(raw: dict[str, gpd.GeoDataFrame], specs: dict[str, SourceSpec], findings: Findings) -> None:
    """Warn of sources of which no feature was kept: the keys of `where` must all hold, which is easily mistaken."""
    for role in ("barriers", "gates", "entrances"):
        if role in raw and raw[role].empty:
            asked = (
                f"where = {specs[role].where} keeps nothing; all its keys must hold" if specs[role].where else "none"
            )
            findings.warn(role, f"{specs[role].path} gives no {role}: {asked}")


def _barriers_and_gates(
    raw: dict[str, gpd.GeoDataFrame],
    barriers: BarriersSpec | None,
    gates: GatesSpec | None,
    zones: gpd.GeoDataFrame,
    reach: shapely.Geometry,
    findings: Findings,
) -> tuple[gpd.GeoSeries | None, gpd.GeoDataFrame | None]:
    crs, doors = zones.crs, None
    openings = [np.empty(0, dtype=object)]
    if gates is not None:
        points = gate_points(raw["gates"], gates, reach, crs, findings)
        doors = gates_of_zones(points, raw["gates"], gates, zones, findings)
        # A barrier is open at every gate, also at those that belong to no zone.
        openings.append(points.geometry.to_numpy())
    if "openings" in raw:
        openings.append(raw["openings"].geometry.to_crs(crs).to_numpy())
    if barriers is None:
        return None, doors
    return barrier_shapes(raw["barriers"], barriers, np.concatenate(openings), reach, crs, findings), doors


def _reach(zones: gpd.GeoDataFrame, catchment_m: float) -> shapely.Geometry:
    """Return an area that holds everything within one catchment of a zone, and at its corners a little more."""
    # A buffer's round corners are polygons inside the circle; this radius puts them around it.
    radius = catchment_m / np.cos(np.pi / (4 * CORNER_SEGMENTS))
    reach = shapely.union_all(shapely.buffer(zones.geometry.to_numpy(), radius, quad_segs=CORNER_SEGMENTS))
    shapely.prepare(reach)
    return reach


def _placed(
    houses: gpd.GeoDataFrame,
    raw: dict[str, gpd.GeoDataFrame],
    zones: gpd.GeoDataFrame,
    reach: shapely.Geometry,
    path: str,
    findings: Findings,
) -> tuple[gpd.GeoDataFrame, dict[str, int]]:
    """Return the buildings within one catchment with their `zone_id`, and the counts for the report."""
    near = houses[shapely.intersects_xy(reach, houses["x"], houses["y"])]
    near["zone_id"], overlapping = _assigned(zones, near["x"].to_numpy(), near["y"].to_numpy(), near.index)
    inside = int(near["zone_id"].notna().sum())
    if not inside:
        raise InputError(
            f"[buildings] {path}: none of {len(houses)} buildings lies in a zone; "
            f"{apart(houses, raw['buildings'], reach, raw.get('zones'))}"
        )
    if overlapping:
        findings.info("zones", f"{overlapping} buildings lie in more than one zone: the smallest one has them")
    return near, {
        "buildings_read": len(houses),
        "buildings_beyond_reach": len(houses) - len(near),
        "buildings_in_zones": inside,
        "buildings_outside_zones": len(near) - inside,
        "buildings_in_several_zones": overlapping,
    }


def _sites(
    raw: dict[str, gpd.GeoDataFrame],
    specs: tuple[FacilitiesSpec, ...],
    reach: shapely.Geometry,
    crs: CRS,
    findings: Findings,
) -> gpd.GeoDataFrame:
    tables = []
    for i, spec in enumerate(specs, 1):
        role = f"facilities[{i}]"
        table = facility_table(raw[role], spec, i, crs, findings)
        tables.append(in_reach(table, raw[role], spec.path, role, "facilities", reach, findings))
        findings.used(role, len(tables[-1]))
    return gather(tables, crs, findings)


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
    cells["zone_type"] = ZONE_TYPE_ALIASES.get(str(spec.type), str(spec.type))
    if cells.empty:
        raise InputError(f"[zones] no building lies in the area of {spec.path}; check both files and their CRS.")
    findings.info(
        "zones", f"grid of {spec.grid_m:g} m: {len(cells)} cells with a building, {dropped} empty cells dropped"
    )
    return cells


def _need_rows(frame: gpd.GeoDataFrame, role: str, path: str) -> None:
    if frame.empty:
        raise InputError(f"[{role}] {path}: no usable row; check the file, the layer and where.")


def _assigned(zones: gpd.GeoDataFrame, x: np.ndarray, y: np.ndarray, index: pd.Index) -> tuple[pd.Series, int]:
    ids, overlapping = assign(zones, x, y)
    return ids.set_axis(index), overlapping


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
        # A span such as 1998-2002 may lie on both sides.
        first, last = (zones[bound].fillna(years) if bound in zones else years for bound in BOUNDS)
        before, after = last < spec.eligible.built_before, first >= spec.eligible.built_before
        answer = before.astype("boolean").mask(~before & ~after)
    unknown = int(answer.isna().sum())
    if unknown:
        findings.warn("zones", f"{unknown} of {len(zones)} zones: not known whether they are eligible; they are ranked")
    no = int((~answer.fillna(True)).sum())  # noqa: FBT003 - unknown is not a no
    findings.info("zones", f"{no} of {len(zones)} zones are not eligible ({INELIGIBLE}) and get no rank")
    return answer
