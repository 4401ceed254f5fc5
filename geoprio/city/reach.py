"""What belongs to the study: everything within one catchment of a zone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geoprio._core.errors import InputError
from geoprio.sources.osm import is_osm

if TYPE_CHECKING:
    from pyproj import CRS

    from geoprio._core.findings import Findings

SAME_PLACE_M = 1.0
"""Facilities of one id in two sources are one if they stand within this distance."""


def streets_in_reach(
    lines: gpd.GeoDataFrame, zones: gpd.GeoDataFrame, reach: shapely.Geometry, max_snap_m: float, findings: Findings
) -> gpd.GeoDataFrame:
    """Return the whole lines that come within one catchment of a zone.

    Raises
    ------
    InputError
        If no line comes near enough to a zone to be walked to from it.
    """
    shapes = lines.geometry.to_numpy()
    if not len(shapely.STRtree(shapes).query(zones.geometry.to_numpy(), predicate="dwithin", distance=max_snap_m)[0]):
        raise InputError(
            f"[streets] no street lies in or within {max_snap_m:g} m of a zone: zones and streets do not overlap; "
            "check the CRS of both."
        )
    near = shapely.intersects(reach, shapes)
    if not near.all():
        far = int((~near).sum())
        findings.info("streets", f"{far} of {len(near)} lines lie beyond one catchment from every zone: not used")
    return lines[near].reset_index(drop=True)


def in_reach(
    table: gpd.GeoDataFrame,
    raw: gpd.GeoDataFrame,
    path: str,
    role: str,
    what: str,
    reach: shapely.Geometry,
    findings: Findings,
) -> gpd.GeoDataFrame:
    """Return the rows of `table` within one catchment of a zone; `what` is their name in messages.

    Raises
    ------
    InputError
        If all lie outside; the message names swapped axes or the CRS that would fit. (An OSM file has one CRS and
        may well have nothing of the kind near.)
    """
    near = shapely.intersects(reach, table.geometry.to_numpy())
    drawn = raw[raw.geometry.notna()]
    if len(drawn) and not near.any() and not is_osm(path):
        hint = _fitting(drawn, reach, table.crs)
        raise InputError(f"[{role}] {path}: all {len(drawn)} {what} lie outside the study area; {hint}")
    if not near.all():
        far = int((~near).sum())
        findings.info(role, f"{far} of {len(near)} {what} lie beyond one catchment from every zone: not used")
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


def gather(tables: list[gpd.GeoDataFrame], crs: CRS, findings: Findings) -> gpd.GeoDataFrame:
    """Return the facilities of all sources in one table with their `status`.

    One id in one category at one place is a duplicate and counts once. At two places it stands for two facilities
    (files that number their rows from 1): the later one's id gets the number of its source.
    """
    sites = gpd.GeoDataFrame(pd.concat(tables), geometry="geometry", crs=crs)
    number = np.repeat(np.arange(1, len(tables) + 1), [len(t) for t in tables])
    x, y = sites.geometry.x.to_numpy(), sites.geometry.y.to_numpy()
    key = list(zip(sites["category"], sites.index, strict=True))
    first: dict[tuple[str, str], int] = {}
    ids, status, renamed = list(sites.index), ["used"] * len(sites), 0
    for i, name in enumerate(key):
        at = first.setdefault(name, i)
        if at == i:
            continue
        if np.hypot(x[i] - x[at], y[i] - y[at]) <= SAME_PLACE_M:
            status[i] = "duplicate"
        else:
            ids[i], renamed = f"f{number[i]}-{ids[i]}", renamed + 1
    if "duplicate" in status:
        findings.info("facilities", f"{status.count('duplicate')} facilities come from two sources: counted once")
    if renamed:
        findings.warn(
            "facilities", f"{renamed} ids stand for other places in an earlier source: renamed f<source>-<id>"
        )
    sites["status"] = status
    return sites.set_axis(pd.Index(ids, dtype="str", name="facility_id"))
