"""What the project file says about each source."""

from __future__ import annotations

from typing import Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from geoprio._core.columns import ZONE_TYPE_ALIASES, ZONE_TYPES

CATEGORY_PATTERN = r"^[a-z][a-z0-9_]*$"

Scalar = str | int | float | bool
Where = dict[str, Scalar | list[Scalar]]


class Frozen(BaseModel):
    """A part of the project file: immutable, unknown keys refused; the text under a key is its documentation."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, use_attribute_docstrings=True)


class SourceSpec(Frozen):
    """A file and how to read it."""

    path: str
    """Local file, relative to the project file."""
    layer: str | None = None
    """Layer of a GeoPackage; needed where the file has several."""
    crs: str | None = None
    """EPSG:<number>, PROJ string or WKT; overrides what the file says."""
    encoding: str | None = None
    """Encoding of a CSV or Shapefile, such as gb18030."""
    x: str | None = None
    """CSV: the column of the easting or longitude."""
    y: str | None = None
    """CSV: the column of the northing or latitude."""
    where: Where = Field(default_factory=dict)
    """Keep rows whose columns (OSM: tags) have one of the values; "*" keeps any value."""

    @field_validator("where")
    @classmethod
    def _no_empty_choice(cls, where: Where) -> Where:
        if any(value == [] for value in where.values()):
            raise ValueError("an empty list of values keeps no row")
        return where


class ColumnChoice(Frozen):
    """A column of the file that holds the value for each row."""

    column: str


class Eligibility(Frozen):
    """Which zones may be ranked."""

    built_before: int | None = None
    """A zone is eligible if it was built before this year (its own `year_built`, else its buildings' median)."""
    column: str | None = None
    """A column of the zones file: yes/no, true/false, 1/0, 是/否."""

    @model_validator(mode="after")
    def _exactly_one(self) -> Self:
        if (self.built_before is None) == (self.column is None):
            raise ValueError("give either built_before or column")
        return self


class ZonesSpec(SourceSpec):
    """The neighbourhoods to rank: a file, OSM areas, or a square grid."""

    path: str = ""
    """Local file; with `grid_m` optional: the area that the grid covers."""
    id: str | None = None
    """Column of the id; default: the column `id`, else z<row>."""
    name: str | None = None
    """Column of the name; default: the column `name`."""
    type: str | ColumnChoice = "other"
    """One zone_type for all, or {column = "…"}."""
    eligible: Eligibility | None = None
    year_built: str | None = None
    """Column of the year in which the zone was built."""
    grid_m: float | None = Field(default=None, ge=1)
    """Side of the square cells in metres."""

    @model_validator(mode="after")
    def _file_or_grid(self) -> Self:
        if not self.path and self.grid_m is None:
            raise ValueError("give path (a file of zones) or grid_m (a square grid)")
        columns = (self.id, self.name, self.year_built, self.eligible and self.eligible.column)
        if self.grid_m is not None and (any(columns) or not isinstance(self.type, str)):
            raise ValueError("the cells of a grid have no columns: leave id, name, year_built and {column = …} out")
        return self

    @field_validator("type")
    @classmethod
    def _known_type(cls, kind: str | ColumnChoice) -> str | ColumnChoice:
        if isinstance(kind, str) and kind not in (*ZONE_TYPES, *ZONE_TYPE_ALIASES):
            raise ValueError(f"{kind!r} is not a zone type; use one of {', '.join(ZONE_TYPES)}")
        return kind


class BuildingColumns(Frozen):
    """Which column holds what; default: the column of the same name, where there is one."""

    use: str | None = None
    floors: str | None = None
    year_built: str | None = None
    dwellings: str | None = None
    population: str | None = None
    population_60plus: str | None = None
    population_0_2: str | None = None


class BuildingsSpec(SourceSpec):
    """Building footprints, or points that stand for buildings."""

    id: str | None = None
    columns: BuildingColumns = BuildingColumns()


class StreetsSpec(SourceSpec):
    """Lines on which people walk."""

    kind: str | None = None
    """Column of the street's class, for drawing; default: the column `kind` (OSM: highway)."""
    node_crossings: bool = False
    """Connect lines where they cross without a shared vertex."""


class FacilitiesSpec(SourceSpec):
    """Facilities of one category."""

    category: str = Field(pattern=CATEGORY_PATTERN)
    """elder_care, childcare, convenience, or a name of your own in a-z, 0-9 and _."""
    id: str | None = None
    name: str | None = None
    kind: str | None = None
    capacity: str | None = None
    """Column of beds, places or m²."""


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
