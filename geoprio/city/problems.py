"""Which zone and building each problem point belongs to."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from geoprio._core.errors import InputError
from geoprio.city.shapes import inner_points, tidy
from geoprio.city.zones import assign

if TYPE_CHECKING:
    import geopandas as gpd

    from geoprio._core.findings import Findings
    from geoprio.sources.inspection import ProblemsSpec

SAME_M = 1e-4
"""Distances that differ by less are equal."""


def place_problems(
    points: gpd.GeoDataFrame,
    spec: ProblemsSpec,
    zones: gpd.GeoDataFrame,
    buildings: gpd.GeoDataFrame,
    findings: Findings,
    role: str = "problems[1]",
) -> gpd.GeoDataFrame:
    """Return the problem points that lie in a zone.

    A point belongs to the zone that covers it (boundary included); of several, to the smallest, then to the lowest id.
    It belongs to the home that covers it, else to the nearest home of its zone within `spec.near_m`; of equally near
    ones to the lowest id. Of a line or an area, an inner point counts.

    Parameters
    ----------
    points : GeoDataFrame
        From `read_problems`.
    spec : ProblemsSpec
    zones, buildings : GeoDataFrame
        Of the city, in metres. Buildings of use `other` and points that stand in for buildings have no problems.
    findings : Findings
        Takes the points outside every zone.
    role : str

    Returns
    -------
    GeoDataFrame
        Index = row in the file; `problem_id`, `defect`, `status`, `zone_id`, `building_id` (missing for none), point.

    Raises
    ------
    InputError
        If `spec.surveyed` names a zone that is not there.
    """
    if not isinstance(spec.surveyed, str):
        unknown = [z for z in spec.surveyed if z not in zones.index]
        if unknown:
            raise InputError(f"[{role}] surveyed: there is no zone {unknown[0]!r}; list ids of zones.")
    frame = tidy(points, "any", zones.crs, role, findings)
    frame = frame.set_geometry(inner_points(frame.geometry.to_numpy()), crs=zones.crs)
    at = frame.geometry.to_numpy()
    found, overlapping = assign(zones, shapely.get_x(at), shapely.get_y(at))
    frame["zone_id"] = found.set_axis(frame.index)
    out = frame["zone_id"].isna()
    findings.reject(role, frame.index[out], "it lies in no zone", "check its coordinates, or add its zone")
    inside = frame[~out]
    if overlapping:
        findings.info(role, f"{overlapping} points lie in more than one zone: the smallest one has them")
    homes = buildings[(buildings["use"] != "other") & buildings["zone_id"].notna()]
    if "stand_in" in homes:
        homes = homes[~homes["stand_in"].astype(bool)]
    inside = inside.assign(building_id=_nearest(inside, homes, spec.near_m))
    findings.used(role, len(inside))
    held = int(inside["building_id"].notna().sum())
    near = f"{held} of them in a home or within {spec.near_m:g} m of one"
    findings.info(role, f"{len(inside)} of {len(points)} points lie in a zone, {near}")
    return inside[["problem_id", "defect", "status", "zone_id", "building_id", "geometry"]]


def _nearest(points: gpd.GeoDataFrame, homes: gpd.GeoDataFrame, near_m: float) -> pd.Series:
    """Return the home of each point, missing where none of its zone is near."""
    out = pd.Series(None, index=points.index, dtype="str")
    if points.empty or homes.empty:
        return out
    at, shapes = points.geometry.to_numpy(), homes.geometry.to_numpy()
    point, home = shapely.STRtree(shapes).query(at, predicate="dwithin", distance=near_m)
    same = points["zone_id"].to_numpy(object)[point] == homes["zone_id"].to_numpy(object)[home]
    point, home = point[same], home[same]
    metres = np.round(shapely.distance(at[point], shapes[home]) / SAME_M).astype(np.int64)
    by_id = np.argsort(np.argsort(homes.index.to_numpy().astype(object), kind="stable"), kind="stable")
    order = np.lexsort((by_id[home], metres, point))
    first, where = np.unique(point[order], return_index=True)
    out.iloc[first] = homes.index.to_numpy()[home[order][where]]
    return out
