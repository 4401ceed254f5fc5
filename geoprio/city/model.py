"""The frozen city that everything after reading works on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import geopandas as gpd
    import shapely
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
        Lines with `kind`, and booleans: `steps` (stairs), `major` (a big road, slow to cross), `bridge` (over a bridge
        or through a tunnel: no barrier cuts it, and the ground's elevation is not its own).
    data_extent : shapely geometry
        Convex hull of all streets that were read, those beyond reach too.
    categories : tuple of str
        In the project's order.
    counts : dict
        Counts for the report: buildings read, outside, overlapping zones, and so on.
    barriers : GeoSeries or None
        Single lines and polygons that cut streets other than bridges, clipped to reach, open at gates and crossings;
        None where the project names none.
    gates : GeoDataFrame or None
        Index `gate_id` (text); `zone_id`, point. The buildings of a zone that has gates are left through them alone.
    entrances : GeoDataFrame or None
        Index `entrance_id` (text); `facility_id`, point. A facility that has entrances is entered through them alone.
    """

    crs: CRS
    zones: gpd.GeoDataFrame
    buildings: gpd.GeoDataFrame
    facilities: gpd.GeoDataFrame
    streets: gpd.GeoDataFrame
    data_extent: shapely.Geometry
    categories: tuple[str, ...]
    counts: dict[str, int]
    barriers: gpd.GeoSeries | None = None
    gates: gpd.GeoDataFrame | None = None
    entrances: gpd.GeoDataFrame | None = None
