"""The frozen city that everything after reading works on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import geopandas as gpd
    from pyproj import CRS


@dataclass(frozen=True)
class City:
    """Tables of a study in one projected CRS, in metres.

    Attributes
    ----------
    crs : pyproj.CRS
        The working CRS.
    zones : GeoDataFrame
        Index `zone_id`; `name`, `zone_type`, `eligible` (nullable boolean), geometry.
    buildings : GeoDataFrame
        Index `building_id`; `zone_id` (missing outside every zone), `use`, numbers where known, geometry, and the
        point `x`, `y` from which people walk (the centroid).
    facilities : GeoDataFrame
        Index `facility_id`; `category`, `kind`, `name`, `capacity`, `capacity_assumed`, `source`, `zone_id`, point.
    streets : GeoDataFrame
        Lines with `kind`.
    categories : tuple of str
        In the project's order.
    counts : dict
        Counts for the report: buildings read, outside, overlapping zones, and so on.
    """

    crs: CRS
    zones: gpd.GeoDataFrame
    buildings: gpd.GeoDataFrame
    facilities: gpd.GeoDataFrame
    streets: gpd.GeoDataFrame
    categories: tuple[str, ...]
    counts: dict[str, int]
