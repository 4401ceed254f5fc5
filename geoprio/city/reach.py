"""What belongs to the study: everything within one catchment of a zone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geoprio._core.crs import to_degrees
from geoprio._core.errors import InputError
from geoprio._core.fits import one_of, readings, thinned
from geoprio.city.duplicates import without_duplicates
from geoprio.sources.osm import is_osm

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray
    from pyproj import CRS

    from geoprio._core.findings import Findings
    from geoprio._core.fits import Reading

BESIDE_M = 1000.0
"""Zones this near to the box around buildings or streets are taken to belong to them."""

STRAY_M = 50_000.0
"""Lines beyond a gap of this length, seen from the zones, are not of the study."""
FEW = 0.01
"""Share of the lines up to which those beyond the gap are taken for slips, and warned of."""


def without_strays(lines: gpd.GeoDataFrame, reach: shapely.Geometry, findings: Findings) -> gpd.GeoDataFrame:
    """Return the lines without those that lie a gap of `STRAY_M` farther from the study than all others.

    A slip of the pen in one vertex would make the data seem to go on to there, and no zone would lie near their edge.

    Parameters
    ----------
    lines : GeoDataFrame
        In metres.
    reach : shapely geometry
        Everything within one catchment of a zone.
    findings : Findings
        Is told of what is left out.
    """
    west, south, east, north = shapely.bounds(reach)
    left, low, right, high = shapely.bounds(lines.geometry.to_numpy()).T
    away = np.hypot(
        np.maximum(np.maximum(left - east, west - right), 0.0), np.maximum(np.maximum(low - north, south - high), 0.0)
    )
    at = np.sort(away)
    gaps = np.flatnonzero(np.diff(at) > STRAY_M)
    if not len(gaps):
        return lines
    far = away > at[gaps[0]]
    first = int(np.flatnonzero(far)[0])
    lon, lat = to_degrees(lines.crs, left[first], low[first])
    text = (
        f"{int(far.sum())} of {len(far)} lines lie {away[far].min() / 1000:,.0f} km and more from the study, beyond a "
        f"gap, such as one at longitude {float(lon):.4f}, latitude {float(lat):.4f}: left out, also where the data are "
        "taken to end"
    )
    (findings.warn if far.mean() <= FEW or far.sum() == 1 else findings.info)("streets", text)
    return lines[~far].reset_index(drop=True)


def streets_in_reach(
    lines: gpd.GeoDataFrame,
    raw: Mapping[str, gpd.GeoDataFrame],
    zones: gpd.GeoDataFrame,
    reach: shapely.Geometry,
    max_snap_m: float,
    findings: Findings,
) -> gpd.GeoDataFrame:
    """Return the whole lines that come within one catchment of a zone; `raw` holds the sources as read, by role.

    Raises
    ------
    InputError
        If no line comes near enough to a zone to be walked to from it.
    """
    shapes = lines.geometry.to_numpy()
    if not len(shapely.STRtree(shapes).query(zones.geometry.to_numpy(), predicate="dwithin", distance=max_snap_m)[0]):
        raise InputError(
            f"[streets] no street lies in or within {max_snap_m:g} m of a zone: zones and streets do not overlap; "
            f"{apart(lines, raw['streets'], reach, raw.get('zones'))}"
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
    if len(table) and len(drawn) and not near.any() and not is_osm(path):
        hint = what_would_fit(drawn, reach, table.crs) or "check the coordinates and crs."
        raise InputError(f"[{role}] {path}: all {len(drawn)} {what} lie outside the study area; {hint}")
    if not near.all():
        far = int((~near).sum())
        findings.info(role, f"{far} of {len(near)} {what} lie beyond one catchment from every zone: not used")
    return table[near]


def what_would_fit(raw: gpd.GeoDataFrame, reach: shapely.Geometry, working: CRS) -> str | None:
    """Return what would bring most rows within `reach`: swapped axes, another CRS, another zone; None if nothing tried.

    Parameters
    ----------
    raw : GeoDataFrame
        As read, in the CRS that the source states.
    reach : shapely geometry
        Where the rows should be, in `working`.
    """
    points = shapely.centroid(raw.geometry.to_numpy())
    x, y = shapely.get_x(points), shapely.get_y(points)
    some = thinned(np.flatnonzero(np.isfinite(x) & np.isfinite(y)))
    if not len(some):
        return None
    middle = shapely.centroid(reach)
    lon, _ = to_degrees(working, middle.x, middle.y)
    tries = readings(raw.crs, x[some], y[some], float(lon), (working.to_string(),))
    return one_of(r for r in tries if shapely.intersects(reach, _placed(r, working)).mean() > 0.5)


def apart(
    table: gpd.GeoDataFrame, raw: gpd.GeoDataFrame, reach: shapely.Geometry, zones: gpd.GeoDataFrame | None
) -> str:
    """Return what would bring a source and the zones together, from either side, as advice.

    Parameters
    ----------
    table, raw : GeoDataFrame
        The source in the working CRS, and as read.
    zones : GeoDataFrame or None
        The zones as read; None where a grid stands for them.
    """
    ways = [("", what_would_fit(raw, reach, table.crs))]
    if zones is not None:
        around = shapely.buffer(shapely.box(*shapely.total_bounds(table.geometry.to_numpy())), BESIDE_M)
        ways.append(("or it is the zones: ", what_would_fit(zones, around, table.crs)))
    return " ".join(f"{who}{way}" for who, way in ways if way) or "check the CRS of both."


def _placed(reading: Reading, working: CRS) -> NDArray[np.object_]:
    points = gpd.GeoSeries(gpd.points_from_xy(reading.x, reading.y), crs=reading.crs)
    moved: NDArray[np.object_] = points.to_crs(working).to_numpy()
    return moved


def gather(tables: list[gpd.GeoDataFrame], crs: CRS, findings: Findings) -> gpd.GeoDataFrame:
    """Return the facilities of all sources in one table with their `status`, and `duplicate_of`.

    What counts once is told by `geoprio.city.duplicates.without_duplicates`.
    """
    sites = gpd.GeoDataFrame(pd.concat(tables), geometry="geometry", crs=crs)
    number = np.repeat(np.arange(1, len(tables) + 1), [len(t) for t in tables])
    return without_duplicates(sites, number, findings)
