"""What the project file says of zones, buildings, streets and facilities."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, field_validator, model_validator

from geoprio._core.columns import ZONE_TYPE_ALIASES, ZONE_TYPES
from geoprio.sources.spec.base import CATEGORY_PATTERN, ColumnChoice, Frozen, SourceSpec


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
    safety_gate: str | None = None
    """Column that says yes where a zone is unsafe and comes first whatever its priority; blank = not known."""
    grid_m: float | None = Field(default=None, ge=1)
    """Side of the square cells in metres."""
    point_radius_m: float = Field(default=50.0, gt=0, le=500)
    """A list with `x` and `y` has no outlines: a circle of this radius stands for each zone, named so."""

    @model_validator(mode="after")
    def _file_or_grid(self) -> Self:
        if not self.path and self.grid_m is None:
            raise ValueError("give path (a file of zones) or grid_m (a square grid)")
        columns = (self.id, self.name, self.year_built, self.eligible and self.eligible.column, self.safety_gate)
        if self.grid_m is not None and (any(columns) or not isinstance(self.type, str)):
            raise ValueError(
                "the cells of a grid have no columns: leave id, name, year_built, safety_gate and {column = …} out"
            )
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
    height: str | None = None
    """Height in metres; gives the floors where they are not known."""
    year_built: str | None = None
    dwellings: str | None = None
    population: str | None = None
    population_60plus: str | None = None
    population_0_2: str | None = None


class BuildingsSpec(SourceSpec):
    """Building footprints, or points that stand for buildings."""

    id: str | None = None
    columns: BuildingColumns = BuildingColumns()
    profile: Literal["overture", "microsoft", "google", "osm", "geofabrik", "cadastral", "none"] | None = None
    """Whose columns the file has; default: found by the columns, and said so. "none": geoprio's names only."""
    floor_height_m: float = Field(default=3.0, gt=1, le=10)
    """Metres of height that count as one floor where the floors are not known."""
    min_confidence: float | None = Field(default=None, ge=0, le=1)
    """Leave out footprints of which the provider is less sure."""
    drop_overlaps: bool = False
    """Leave out footprints that lie by more than half in another, or equal it."""


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
    """Column of beds, places or m²; text such as 120床 is read too."""
    capacity_default: float | None = Field(default=None, gt=0)
    """Capacity of a facility whose own is not known; default: 1. Either is marked as assumed."""
    area: str | None = None
    """Column of the floor area (of grounds and green: the area) in m², for items of a rule file that ask for one."""
    land: str | None = None
    """Column of the area of the plot in m², for the same."""
    profile: Literal["amap", "baidu", "overture", "osm", "none"] | None = None
    """Whose classes the file has: only rows of the category are taken. Default: found by the columns, and said so,
    unless `where` chooses the rows. "none": all rows."""
    kinds: tuple[str, ...] = ()
    """Keep only these kinds, such as nursery; default: all."""
    status: str | None = None
    """Column that tells whether a facility is open; closed ones are listed and not used."""
    closed: tuple[str, ...] = ()
    """Values of `status` that mean closed, and no others; default: words such as 停业, closed, permanently_closed."""

    @model_validator(mode="after")
    def _closed_of_a_column(self) -> Self:
        if self.closed and self.status is None:
            raise ValueError("closed lists values of a column: name it with status")
        return self
