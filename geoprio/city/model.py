"""The frozen city that everything after reading works on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import geopandas as gpd
    import shapely
    from pyproj import CRS

    from geoprio.city.datum import DatumEvidence


@dataclass(frozen=True)
class City:
    """Tables of a study in one projected CRS, in metres.

    Attributes
    ----------
    crs : pyproj.CRS
        The working CRS.
    zones : GeoDataFrame
        Index `zone_id`; `name`, `zone_type`, `eligible` (nullable boolean), geometry. Where asked for: the columns of
        the list of compounds, with `list_row`, `match_method` and `match_score`; `outline` (``circle`` for zones known
        as points); `stand_in` (whether a point stands in for the zone's buildings).
    buildings : GeoDataFrame
        Index `building_id`; `zone_id` (missing outside every zone), `use`, numbers where known, geometry, and the
        point `x`, `y` from which people walk (the centroid). `stand_in` is true where no footprints are known and
        each is the one point of a zone.
    facilities : GeoDataFrame
        Index `facility_id`; `category`, `kind`, `name`, `capacity`, `capacity_assumed`, `source`, `zone_id`, point.
    streets : GeoDataFrame
        Lines with `kind`, and booleans: `steps` (stairs), `major` (a big road, slow to cross), `bridge` (over a bridge
        or through a tunnel: no barrier cuts it, and the ground's elevation is not its own). No rows where the project
        names no streets.
    data_extent : shapely geometry
        Convex hull of all streets that were read, those beyond reach too; without streets that of buildings and
        facilities within twice the catchment of a zone.
    reach : shapely geometry
        Everything within one catchment of a zone: the area of which buildings and facilities are kept.
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
    people : dict or None
        What [population] found, for the report; None where the project has no such section.
    compounds : dict or None
        How the list of compounds was joined, for the report; None where the project has no such section.
    datum_evidence : tuple of DatumEvidence
        What facilities in degrees inside China say about their datum, one for each file.
    """

    crs: CRS
    zones: gpd.GeoDataFrame
    buildings: gpd.GeoDataFrame
    facilities: gpd.GeoDataFrame
    streets: gpd.GeoDataFrame
    data_extent: shapely.Geometry
    reach: shapely.Geometry
    categories: tuple[str, ...]
    counts: dict[str, int]
    barriers: gpd.GeoSeries | None = None
    gates: gpd.GeoDataFrame | None = None
    entrances: gpd.GeoDataFrame | None = None
    people: dict[str, Any] | None = None
    compounds: dict[str, Any] | None = None
    datum_evidence: tuple[DatumEvidence, ...] = ()
