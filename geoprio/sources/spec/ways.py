"""What the project file says of where people can and cannot pass, and of the ground's height."""

from __future__ import annotations

from pydantic import Field

from geoprio.sources.spec.base import CATEGORY_PATTERN, Frozen, SourceSpec


class BarriersSpec(SourceSpec):
    """Lines and areas that cut streets: walls, fences, railways, rivers. Bridges and tunnels pass them.

    An OSM file needs `where`, such as {barrier = ["wall", "fence"]}. Of it, barriers on a bridge or in a tunnel cut
    nothing, and a street passes a line where OSM maps a gate, an open entrance, a level crossing or a ford. A street
    passes a line at a gate of [gates] too.
    """


class OpeningsSpec(SourceSpec):
    """Where an OSM file of barriers lets streets through; not a part of the project file."""


class GatesSpec(SourceSpec):
    """Gates through which the buildings of a zone are left. A zone without gates is left on every street.

    Of an OSM file without `where`: barrier = gate, lift_gate, swing_gate, entrance and the like, unless locked or
    closed to walkers.
    """

    id: str | None = None
    """Column of the gate's id; default: the column `id`, else g<row>."""
    zone: str | None = None
    """Column of the zone's id. A gate without one belongs to the nearest zone whose edge is within 30 m."""


class EntrancesSpec(SourceSpec):
    """Points through which facilities are entered. An OSM file needs `where`, such as {entrance = "main"}."""

    id: str | None = None
    """Column of the entrance's id; default: the column `id`, else e<row>."""
    facility: str | None = None
    """Column of the facility's id. An entrance without one belongs to the nearest facility within 50 m."""
    category: str | None = Field(default=None, pattern=CATEGORY_PATTERN)
    """The entrances are those of facilities of this category; default: of any."""


class ElevationSpec(Frozen):
    """Heights of the ground, for the slope of streets."""

    path: str
    """GeoTIFF (.tif), SRTM tile (.hgt, .hgt.zip) or ESRI grid (.asc) in metres; it must say its CRS."""
