"""Gates of zones and entrances of facilities: which point belongs to which."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geoprio.city.reach import in_reach
from geoprio.city.shapes import inner_points, tidy
from geoprio.city.tables import indexed, row_ids
from geoprio.sources.tables import as_ids, require_columns

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray
    from pyproj import CRS

    from geoprio._core.findings import Findings
    from geoprio.sources.spec import EntrancesSpec, GatesSpec

    Nearest = Callable[[NDArray[np.object_]], NDArray[np.object_]]

GATE_M = 30.0
"""A gate belongs to a zone whose edge is within this distance, unless the file names its zone."""
ENTRANCE_M = 50.0
"""An entrance belongs to a facility within this distance, unless the file names its facility."""
WALLED_M2 = 1e6
"""Larger zones are hardly walled; gates that only lie near their edge are doubtful."""
SAME_M = 1e-4
"""Distances that differ by less are equal."""


def gate_points(
    raw: gpd.GeoDataFrame, spec: GatesSpec, reach: shapely.Geometry, crs: CRS, findings: Findings
) -> gpd.GeoDataFrame:
    """Return the gates within reach, of any zone or none: index = row in the file, `named` (their zone), point.

    Raises
    ------
    InputError
        If a column is not there, or all gates of a file that is not OSM lie outside the study area.
    """
    return _points(raw, spec, spec.zone, "gates", reach, crs, findings)


def gates_of_zones(
    points: gpd.GeoDataFrame, raw: gpd.GeoDataFrame, spec: GatesSpec, zones: gpd.GeoDataFrame, findings: Findings
) -> gpd.GeoDataFrame:
    """Return the gates that belong to a zone.

    A gate belongs to the zone that its column names; without a name to the nearest zone whose edge is within
    `GATE_M`: the zone that holds the gate comes before its neighbors, then the nearer edge, the smaller zone, the
    lower id. A gate deep inside a zone leads nowhere out of it. The rest are in the rejects.

    Parameters
    ----------
    points : GeoDataFrame
        From `gate_points`.
    zones : GeoDataFrame
        Index `zone_id`.

    Returns
    -------
    GeoDataFrame
        Index `gate_id`; `zone_id`, point.

    Raises
    ------
    InputError
        If two gates have one id.
    """
    shapes = zones.geometry.to_numpy()
    edges = shapely.boundary(shapes)

    def nearest(at: NDArray[np.object_]) -> NDArray[np.object_]:
        """Return the id of the zone that each gate belongs to, None where there is none."""
        gate, zone = shapely.STRtree(edges).query(at, predicate="dwithin", distance=GATE_M)
        keys = (_by_id(zones.index)[zone], shapely.area(shapes)[zone])
        far = (_about(at[gate], edges[zone]), _about(at[gate], shapes[zone]))
        return _first(zones.index, gate, zone, (*keys, *far), len(at))

    found = _belonging(
        points, zones.index, nearest, "gates", "zone", f"no edge of a zone is within {GATE_M:g} m", findings
    )
    gates = _finished(found, raw, spec.id, "g", "gate_id", "zone_id", "gates", spec.path, findings)
    gated = zones.index.isin(gates["zone_id"])
    findings.info("gates", f"{gated.sum()} of {len(zones)} zones have gates; the others are left on every street")
    large = zones.index[gated & (shapely.area(shapes) > WALLED_M2)]
    if len(large) and spec.zone is None:
        findings.warn(
            "gates",
            f"{len(large)} zones of more than {WALLED_M2 / 1e6:g} km², such as {large[0]!r}, are left through the "
            "gates near their edge alone; if they are not walled, keep only true gates with where, or name the zones",
        )
    return gates


def entrances_of_facilities(
    raw: gpd.GeoDataFrame,
    spec: EntrancesSpec,
    facilities: gpd.GeoDataFrame,
    reach: shapely.Geometry,
    findings: Findings,
) -> gpd.GeoDataFrame:
    """Return the entrances that belong to a facility.

    An entrance belongs to the facility that its column names; without a name to the nearest one within `ENTRANCE_M`,
    of equally near ones to the lowest id. The rest are in the rejects.

    Parameters
    ----------
    facilities : GeoDataFrame
        Index `facility_id`; only those of the entrances' category are looked at, where it is given.

    Returns
    -------
    GeoDataFrame
        Index `entrance_id`; `facility_id`, point.

    Raises
    ------
    InputError
        If a column is not there, two entrances have one id, or all entrances of a file that is not OSM lie outside
        the study area.
    """
    points = _points(raw, spec, spec.facility, "entrances", reach, facilities.crs, findings)
    sites = facilities[facilities["status"] == "used"]
    if spec.category:
        sites = sites[sites["category"] == spec.category]
    places = sites.geometry.to_numpy()

    def nearest(at: NDArray[np.object_]) -> NDArray[np.object_]:
        """Return the id of the facility that each entrance belongs to, None where there is none."""
        entrance, site = shapely.STRtree(places).query(at, predicate="dwithin", distance=ENTRANCE_M)
        keys = (_by_id(sites.index)[site], _about(at[entrance], places[site]))
        return _first(sites.index, entrance, site, keys, len(at))

    why = f"no facility is within {ENTRANCE_M:g} m"
    found = _belonging(points, sites.index, nearest, "entrances", "facility", why, findings)
    entrances = _finished(found, raw, spec.id, "e", "entrance_id", "facility_id", "entrances", spec.path, findings)
    own = sites.index.isin(entrances["facility_id"]).sum()
    findings.info(
        "entrances", f"{own} of {len(sites)} facilities have entrances; the others are entered at their point"
    )
    return entrances


def _points(
    raw: gpd.GeoDataFrame,
    spec: GatesSpec | EntrancesSpec,
    column: str | None,
    role: str,
    reach: shapely.Geometry,
    crs: CRS,
    findings: Findings,
) -> gpd.GeoDataFrame:
    require_columns(raw, [spec.id, column], role, spec.path)
    frame = tidy(raw, "any", crs, role, findings)
    out = frame[["geometry"]].copy()
    out = out.set_geometry(inner_points(out.geometry.to_numpy()), crs=crs)
    out["named"] = as_ids(frame[column]) if column else pd.Series(None, index=frame.index, dtype="str")
    return in_reach(out, raw, spec.path, role, role, reach, findings)


def _belonging(
    points: gpd.GeoDataFrame, known: pd.Index, nearest: Nearest, role: str, owner: str, why: str, findings: Findings
) -> gpd.GeoDataFrame:
    """Return the points with their owner's id as `named`; those without one are rejected."""
    named = points["named"]
    unknown = named.notna() & ~named.isin(known)
    findings.reject(
        role,
        points.index[unknown],
        f"its {owner} is not there",
        f"name a {owner} of the study, or leave the cell blank",
        values=named[unknown],
    )
    free = np.flatnonzero(named.isna())
    ids = named.to_numpy(dtype=object)
    ids[free] = nearest(points.geometry.to_numpy()[free])
    lost = points.index[free][pd.isna(ids[free])]
    findings.reject(role, lost, f"{why}", f'name its {owner} in a column, with {owner} = "…", or leave the row out')
    kept = pd.notna(ids) & ~unknown.to_numpy()
    return points.assign(named=pd.Series(ids, index=points.index, dtype="str"))[kept]


def _finished(
    found: gpd.GeoDataFrame,
    raw: gpd.GeoDataFrame,
    column: str | None,
    prefix: str,
    name: str,
    owner: str,
    role: str,
    path: str,
    findings: Findings,
) -> gpd.GeoDataFrame:
    findings.used(role, len(found))
    table = found.rename(columns={"named": owner})[[owner, "geometry"]]
    return indexed(table, row_ids(raw, column, prefix, role, findings), name, role, path)


def _by_id(index: pd.Index) -> NDArray[np.intp]:
    """Return the place of each id in code-point order."""
    return np.argsort(np.argsort(index.to_numpy().astype(object), kind="stable"), kind="stable")


def _about(a: NDArray[np.object_], b: NDArray[np.object_]) -> NDArray[np.float64]:
    """Return distances in steps of `SAME_M`, so that rounding errors break no ties."""
    return np.rint(shapely.distance(a, b) / SAME_M)


def _first(
    index: pd.Index,
    point: NDArray[np.intp],
    owner: NDArray[np.intp],
    keys: tuple[NDArray[np.generic], ...],
    size: int,
) -> NDArray[np.object_]:
    """Return for each point the id of its first owner by `keys` (the last one counts most); None without one."""
    order = np.lexsort((*keys, point))
    which, first = np.unique(point[order], return_index=True)
    ids = np.full(size, None, dtype=object)
    ids[which] = index.to_numpy()[owner[order][first]]
    return ids
