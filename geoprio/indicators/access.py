"""Walking access of every building to every category."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import numpy as np
import pandas as pd
from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from geoprio._core.columns import BEYOND_CUTOFF, DISTANCE_DECIMALS, NO_FACILITIES, REACHED, UNREACHABLE, UNSNAPPED
from geoprio.network import Network, Positions, counts, nearest, snap

if TYPE_CHECKING:
    import geopandas as gpd

    from geoprio._core.findings import Findings
    from geoprio._core.typing import Bools, Floats
    from geoprio.city import City

REAL_COMPONENT_M = 1000.0
"""A building on a component with this much street, from which no facility is reached, is known to be unserved."""


class AccessSpec(BaseModel):
    """How people walk and how far is looked."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    speed_m_per_min: float = Field(default=60.0, ge=1, le=1000)
    """Walking speed; 60 m/min is the pace of planning standards."""
    cutoff_m: float = Field(default=3000.0, gt=0)
    """Farther facilities are not looked for; also how far around the zones the sources are read."""
    rings_m: tuple[float, ...] = (300.0, 500.0, 1000.0)
    """Facilities within these distances are counted."""
    max_snap_m: float = Field(default=150.0, gt=0)
    """Points farther from every street are not on the network."""
    min_component_m: float = Field(default=0.0, ge=0)
    """Components with less street are not snapped to."""

    @field_validator("rings_m")
    @classmethod
    def _above_zero(cls, rings: tuple[float, ...]) -> tuple[float, ...]:
        if any(r <= 0 or r != int(r) for r in rings) or len(set(rings)) != len(rings):
            raise ValueError("rings must be whole metres above 0 and differ")
        return tuple(sorted(rings))

    @model_validator(mode="after")
    def _rings_within_cutoff(self) -> Self:
        if self.rings_m and self.rings_m[-1] > self.cutoff_m:
            raise ValueError(f"the ring of {self.rings_m[-1]:g} m is beyond cutoff_m = {self.cutoff_m:g}")
        return self


@dataclass(frozen=True)
class BuildingAccess:
    """What the search found.

    Attributes
    ----------
    columns : DataFrame
        Index `building_id`; `snap_m` and, per category, `_distance_m`, `_walk_min`, `_facility_id`, `_status` and
        `_count_{ring}m`.
    facilities : GeoDataFrame
        The city's facilities with `snap_m`, and `status` where a facility is too far from every street.
    on_real_component : ndarray of bool, shape (buildings,)
        Whether the building's component has at least 1 km of street.
    """

    columns: pd.DataFrame
    facilities: gpd.GeoDataFrame
    on_real_component: Bools


def building_access(city: City, network: Network, spec: AccessSpec, findings: Findings) -> BuildingAccess:
    """Search from every building to the nearest facility of each category, and count those in the rings.

    Parameters
    ----------
    city : City
    network : Network
        In the city's CRS.
    spec : AccessSpec

    Returns
    -------
    BuildingAccess
        Distances in metres to 1 mm, walking time in minutes; missing wherever the status is not `reached`.
    """
    homes = snap(
        network, city.buildings[["x", "y"]].to_numpy(), max_snap_m=spec.max_snap_m, min_component_m=spec.min_component_m
    )
    sites = city.facilities.copy()
    xy = np.column_stack((sites.geometry.x, sites.geometry.y))
    stops = snap(network, xy, max_snap_m=spec.max_snap_m, min_component_m=spec.min_component_m)
    sites["snap_m"] = np.round(stops.leg, DISTANCE_DECIMALS)
    sites.loc[~stops.snapped & (sites["status"] == "used").to_numpy(), "status"] = UNSNAPPED

    columns: dict[str, object] = {"snap_m": np.round(homes.leg, DISTANCE_DECIMALS)}
    for category in city.categories:
        chosen = ((sites["category"] == category) & (sites["status"] == "used")).to_numpy()
        ids = sites.index.to_numpy()[chosen]
        columns |= _category(category, network, homes, _take(stops, chosen), ids, spec)
    real = np.zeros(len(homes.segment), bool)
    real[homes.snapped] = network.component_length[homes.segment[homes.snapped]] >= REAL_COMPONENT_M
    _report(homes, real, sites, city, spec, findings)
    return BuildingAccess(pd.DataFrame(columns, index=city.buildings.index), sites, real)


def _take(positions: Positions, chosen: Bools) -> Positions:
    return Positions(positions.segment[chosen], positions.offset[chosen], positions.leg[chosen])


def _category(
    category: str, network: Network, homes: Positions, stops: Positions, ids: np.ndarray, spec: AccessSpec
) -> dict[str, object]:
    distance, which = nearest(network, homes, stops)
    distance = np.round(distance, DISTANCE_DECIMALS)
    status = np.select(
        [np.full(len(distance), not len(ids)), ~homes.snapped, np.isinf(distance), distance > spec.cutoff_m],
        [NO_FACILITIES, UNSNAPPED, UNREACHABLE, BEYOND_CUTOFF],
        REACHED,
    )
    reached = status == REACHED
    metres: Floats = np.where(reached, distance, np.nan)
    facility = pd.Series(None, index=range(len(distance)), dtype="str")
    facility[reached] = ids[which[reached]]
    columns: dict[str, object] = {
        f"{category}_distance_m": metres,
        f"{category}_walk_min": metres / spec.speed_m_per_min,
        f"{category}_facility_id": facility.array,
        f"{category}_status": pd.array(status, dtype="str"),
    }
    within = counts(network, homes, stops, spec.rings_m)
    known = homes.snapped & bool(len(ids))
    for k, ring in enumerate(spec.rings_m):
        columns[f"{category}_count_{ring:.0f}m"] = pd.arrays.IntegerArray(within[:, k].copy(), ~known)
    return columns


def _report(
    homes: Positions, real: Bools, sites: gpd.GeoDataFrame, city: City, spec: AccessSpec, findings: Findings
) -> None:
    unsnapped = int((~homes.snapped).sum())
    if unsnapped:
        ids = city.buildings.index[~homes.snapped]
        findings.reject(
            "access",
            ids,
            f"building farther than {spec.max_snap_m:g} m from every street: kept, its access is unknown",
            "add the missing street or raise [access] max_snap_m",
        )
    lost = sites.index[sites["status"] == UNSNAPPED]
    findings.reject(
        "access",
        lost,
        f"facility farther than {spec.max_snap_m:g} m from every street: not used",
        "check the position, add the missing street or raise [access] max_snap_m",
    )
    small = int((homes.snapped & ~real).sum())
    if small:
        findings.info(
            "streets",
            f"{small} buildings stand on street components with less than {REAL_COMPONENT_M / 1000:g} km; "
            "where no facility is reached their access is unknown; [access] min_component_m skips such components",
        )
    for category in city.categories:
        of = sites[sites["category"] == category]
        used = int((of["status"] == "used").sum())
        if not used:
            what = "none was read" if of.empty else f"none of {len(of)} is near enough to a street"
            findings.warn(
                category,
                f"no facility to walk to: {what}; its indicators are missing and its weight goes to the others",
            )
