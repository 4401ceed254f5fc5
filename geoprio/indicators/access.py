"""Access of every building to every category: along the streets, or in a straight line where that is asked for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from scipy.spatial import cKDTree

from geoprio._core.columns import BEYOND_CUTOFF, DISTANCE_DECIMALS, NO_FACILITIES, REACHED, UNREACHABLE, UNSNAPPED
from geoprio.indicators.places import REAL_COMPONENT_M, place_city, snap_report
from geoprio.indicators.straight import StraightPlaces, straight_places
from geoprio.network import Demand as Share

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd

    from geoprio._core.findings import Findings
    from geoprio._core.typing import Bools, Floats, Ints
    from geoprio.city import City
    from geoprio.indicators.demand import Demand
    from geoprio.indicators.places import Places
    from geoprio.indicators.walking import AccessSpec
    from geoprio.network import Network
    from geoprio.standards import Rule

    Ways = Places | StraightPlaces

PER = 1000.0
"""Supply is told for this much demand."""


@dataclass(frozen=True)
class BuildingAccess:
    """What the search found.

    Attributes
    ----------
    columns : DataFrame
        Index `building_id`; `snap_m`, `component_m` (metres of street that hang together with the building's; missing
        where it is not snapped, or without streets) and, per category, `_distance_m`, `_walk_min`, `_facility_id`,
        `_status`, `_count_{ring}m` and `_supply`.
    facilities : GeoDataFrame
        The city's facilities with `snap_m`, and `status` where a facility is too far from every street.
    on_real_component : ndarray of bool, shape (buildings,)
        Whether the building's component has at least 1 km of street; true everywhere without streets.
    report : dict
        `snapping` of buildings and facilities; `straight_line` against network, by category. Empty without streets.
    places : Places or StraightPlaces
        Where buildings and facilities enter the network, or stand, for further searches.
    """

    columns: pd.DataFrame
    facilities: gpd.GeoDataFrame
    on_real_component: Bools
    report: dict[str, Any]
    places: Ways


def building_access(
    city: City,
    network: Network | None,
    demand: Mapping[str, Demand],
    rules: Mapping[str, Rule],
    spec: AccessSpec,
    findings: Findings,
) -> BuildingAccess:
    """Search from every building to the nearest facility of each category, count those in the rings, share out supply.

    Parameters
    ----------
    city : City
    network : Network or None
        In the city's CRS; None: distances are straight lines, and minutes follow from them and the pace.
    demand, rules : mapping by category
    spec : AccessSpec

    Returns
    -------
    BuildingAccess
        Distances in metres to 1 mm, walking time in minutes, supply as capacity per 1,000 of the demand used; distance
        and time are missing wherever the status is not `reached`.
    """
    at = straight_places(city) if network is None else place_city(city, network, spec, findings)
    sites = city.facilities.copy()
    sites["snap_m"] = np.round(at.stop_m, DISTANCE_DECIMALS)
    sites.loc[~at.stop_on & (sites["status"] == "used").to_numpy(), "status"] = UNSNAPPED

    used = (sites["status"] == "used").to_numpy()
    chosen = {c: np.flatnonzero(used & (sites["category"] == c).to_numpy()) for c in city.categories}
    served = [c for c in city.categories if len(chosen[c])]
    found = dict(zip(served, at.nearest([chosen[c] for c in served], spec), strict=True))
    columns: dict[str, object] = {
        "snap_m": np.round(at.home_m, DISTANCE_DECIMALS),
        "component_m": np.round(np.where(at.home_on, at.home_street_m, np.nan), DISTANCE_DECIMALS),
    }
    straight: dict[str, Any] = {}
    for category in city.categories:
        if category not in found:
            columns |= _nothing(category, at, spec)
            continue
        stops = chosen[category]
        here, (metres, which) = sites.iloc[stops], found[category]
        distance = np.round(metres, DISTANCE_DECIMALS)
        columns |= _columns(category, at, stops, distance, here.index.to_numpy()[which], spec)
        columns |= _shares(category, at, stops, here, demand[category], rules[category], spec)
        if not isinstance(at, StraightPlaces):
            straight[category] = _against_straight_line(city, here, distance, which, rules[category], spec)
    table = pd.DataFrame(columns, index=city.buildings.index)
    if isinstance(at, StraightPlaces):
        _report_unserved(sites, city, findings)
        return BuildingAccess(table, sites, at.home_real, {}, at)
    _report(at, sites, city, spec, findings)
    snapping = {
        "buildings": snap_report(at.home_m, city.buildings.index),
        # Two categories may use one id for two places.
        "facilities": snap_report(at.stop_m, sites["category"] + " " + sites.index),
    }
    return BuildingAccess(table, sites, at.home_real, {"snapping": snapping, "straight_line": straight}, at)


def _columns(
    category: str, at: Ways, stops: Ints, distance: Floats, ids: np.ndarray, spec: AccessSpec
) -> dict[str, object]:
    reached = np.isfinite(distance)
    lost = ~reached & at.home_on
    beyond = np.zeros(len(distance), bool)
    if lost.any():
        beyond[lost] = at.reachable(lost, stops)
    status = np.select([~at.home_on, reached, beyond], [UNSNAPPED, REACHED, BEYOND_CUTOFF], UNREACHABLE)
    metres = np.where(reached, distance, np.nan)
    facility = pd.Series(None, index=range(len(distance)), dtype="str")
    facility[reached] = ids[reached]
    return {
        f"{category}_distance_m": metres,
        f"{category}_walk_min": at.minutes(stops, metres, spec.walker(category), spec),
        f"{category}_facility_id": facility.array,
        f"{category}_status": pd.array(status, dtype="str"),
    }


def _shares(
    category: str,
    at: Ways,
    stops: Ints,
    sites: gpd.GeoDataFrame,
    demand: Demand,
    rule: Rule,
    spec: AccessSpec,
) -> dict[str, object]:
    """Return the counts in rings and the supply of every building."""
    catchment, profile = spec.catchment(rule)
    share = Share(demand.weight, sites["capacity"].to_numpy(float), catchment, spec.supply)
    if profile is None:
        within, supply = at.counts_and_supply(stops, spec.rings_m, share)
    else:
        within, _ = at.counts_and_supply(stops, spec.rings_m, None)
        _, supply = at.counts_and_supply(stops, (), share, profile)
    unknown = ~at.home_on
    counts = {
        f"{category}_count_{ring:.0f}m": pd.arrays.IntegerArray(within[:, k].copy(), unknown)
        for k, ring in enumerate(spec.rings_m)
    }
    return {**counts, f"{category}_supply": PER * supply}


def _nothing(category: str, at: Ways, spec: AccessSpec) -> dict[str, object]:
    """Return the columns of a category without a facility to walk to."""
    n = len(at.home_on)
    unknown, none = np.full(n, np.nan), pd.arrays.IntegerArray(np.zeros(n, np.int64), np.ones(n, bool))
    return {
        f"{category}_distance_m": unknown,
        f"{category}_walk_min": unknown,
        f"{category}_facility_id": pd.Series(None, index=range(n), dtype="str").array,
        f"{category}_status": pd.array(np.full(n, NO_FACILITIES), dtype="str"),
        **{f"{category}_count_{ring:.0f}m": none for ring in spec.rings_m},
        f"{category}_supply": unknown,
    }


def _against_straight_line(
    city: City, sites: gpd.GeoDataFrame, distance: Floats, which: Ints, rule: Rule, spec: AccessSpec
) -> dict[str, Any]:
    """Return how much a circle on the map would promise: detours, and buildings within the threshold both ways."""
    homes, stops = city.buildings[["x", "y"]].to_numpy(float), np.column_stack((sites.geometry.x, sites.geometry.y))
    metres = spec.level_metres(*spec.limits(rule)[0])
    asked = (city.buildings["zone_id"].notna() & (city.buildings["use"] != "other")).to_numpy(bool)
    reached = asked & np.isfinite(distance)
    direct = np.hypot(*(homes[reached] - stops[which[reached]]).T)
    detour = distance[reached][direct > 0] / direct[direct > 0]
    nearest_m, _ = cKDTree(stops).query(homes[asked])
    return {
        "median_detour": round(float(np.median(detour)), 3) if len(detour) else None,
        "threshold_m": metres,
        "buildings": int(asked.sum()),
        "within_in_a_straight_line": int(np.count_nonzero(nearest_m <= metres)),
        "within_by_street": int(np.count_nonzero(distance[asked] <= metres)),
    }


def _report(at: Places, sites: gpd.GeoDataFrame, city: City, spec: AccessSpec, findings: Findings) -> None:
    unsnapped = int((~at.home_on).sum())
    if unsnapped:
        ids = city.buildings.index[~at.home_on]
        findings.reject(
            "access",
            ids,
            f"building farther than {spec.max_snap_m:g} m from every street: kept, its access is unknown",
            "add the missing street or raise [access] max_snap_m",
            at=city.buildings.geometry[~at.home_on],
        )
    lost = sites[sites["status"] == UNSNAPPED]
    findings.reject(
        "access",
        lost.index,
        f"facility farther than {spec.max_snap_m:g} m from every street: not used",
        "check the position, add the missing street or raise [access] max_snap_m",
        at=lost.geometry,
    )
    small = int((at.home_on & ~at.home_real).sum())
    if small:
        findings.info(
            "streets",
            f"{small} buildings stand on street components with less than {REAL_COMPONENT_M / 1000:g} km; "
            "where no facility is reached their access is unknown; [access] min_component_m skips such components",
        )
    _report_unserved(sites, city, findings)


def _report_unserved(sites: gpd.GeoDataFrame, city: City, findings: Findings) -> None:
    """Warn of categories without a facility to walk to."""
    for category in city.categories:
        of = sites[sites["category"] == category]
        used = int((of["status"] == "used").sum())
        if not used:
            lost = "is near enough to a street" if (of["status"] == UNSNAPPED).any() else "is open and counted once"
            what = "none was read" if of.empty else f"none of {len(of)} {lost}"
            findings.warn(
                category,
                f"no facility to walk to: {what}; its indicators are missing and its weight goes to the others",
            )
