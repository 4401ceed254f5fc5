"""What the project file says about each source."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from geoprio._core.columns import ZONE_TYPE_ALIASES, ZONE_TYPES
from geoprio.sources.parsers import AREAS, MONEY, plain

CATEGORY_PATTERN = r"^[a-z][a-z0-9_]*$"

MOST_PERSONS = 100
"""No mean of people in a dwelling is larger."""

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
    """Layer of a GeoPackage, needed where the file has several; or sheet of a workbook."""
    crs: str | None = None
    """EPSG:<number>, PROJ string, WKT, GCJ-02 or BD-09 (converted to WGS 84); overrides what the file says."""
    encoding: str | None = None
    """Encoding of a CSV or Shapefile, such as big5; default: UTF-8 or GB18030, decided from the bytes and reported."""
    x: str | None = None
    """CSV or workbook: the column of the easting or longitude, in numbers or as degrees, minutes and seconds."""
    y: str | None = None
    """CSV or workbook: the column of the northing or latitude; the same as x where one column holds both, x first."""
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
    point_radius_m: float = Field(default=50.0, gt=0, le=500)
    """A list with `x` and `y` has no outlines: a circle of this radius stands for each zone, named so."""

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


class CompoundColumns(Frozen):
    """Which column of the list holds what; default: a column whose name is known for it; "": none."""

    id: str | None = None
    """The zone's id."""
    name: str | None = None
    address: str | None = None
    district: str | None = None
    street_committee: str | None = None
    community: str | None = None
    year_built: str | None = None
    floors: str | None = None
    dwellings: str | None = None
    buildings: str | None = None
    units: str | None = None
    """Stairways (单元)."""
    area_m2: str | None = None
    """Floor area; its unit stands in the heading, in the cells, or in `units`."""
    has_lift: str | None = None
    structure: str | None = None
    ownership: str | None = None
    property_management: str | None = None
    owners_committee: str | None = None
    renewal_class: str | None = None
    renewal_content: str | None = None
    investment: str | None = None
    """Money; its unit as for `area_m2`."""
    year: str | None = None
    """Year of the renewal programme."""
    population: str | None = None
    population_60plus: str | None = None
    population_0_2: str | None = None


class CompoundUnits(Frozen):
    """Units of columns that do not say them."""

    area_m2: str | None = None
    """Such as ㎡ or 万㎡."""
    investment: str | None = None
    """Such as 元 or 万元."""

    @model_validator(mode="after")
    def _known(self) -> Self:
        for unit, table in ((self.area_m2, AREAS), (self.investment, MONEY)):
            if unit is not None and plain(unit).lower() not in table:
                raise ValueError(f"{unit!r} is no unit that is known; use one of {', '.join(table)}")
        return self


class CompoundsSpec(SourceSpec):
    """A list of compounds (.xlsx, .xls, .csv), joined to the zones by id, name, address or coordinates.

    Its values become columns of the zones. Without [buildings], one point with the list's dwellings stands in for the
    buildings of each zone.
    """

    sheet: str | None = None
    """Sheet of the workbook; default: the only one, else the one with most values."""
    header_row: int | None = Field(default=None, ge=1)
    """Row in which the header begins; default: found by names of columns that are known."""
    columns: CompoundColumns = CompoundColumns()
    units: CompoundUnits = CompoundUnits()
    join: tuple[Literal["id", "name", "address", "coordinates"], ...] = ("id", "name", "address", "coordinates")
    """By what rows are joined to zones. By coordinates alone, several rows may lie in one zone and are summed."""
    matches: str | None = None
    """The reviewed table of doubtful matches (compounds_review.csv), with yes in the column accept of right ones."""

    @model_validator(mode="after")
    def _fitting_keys(self) -> Self:
        suffix = self.path.lower().rpartition(".")[2]
        if suffix not in {"csv", "xlsx", "xls"}:
            raise ValueError(f"path = {self.path!r} is no list; give .xlsx, .xls or .csv")
        if self.layer is not None:
            raise ValueError("a list has no layer; use sheet")
        if self.sheet is not None and suffix == "csv":
            raise ValueError("a CSV has no sheet; leave it out")
        if self.encoding is not None and suffix != "csv":
            raise ValueError("a workbook says its own encoding; leave it out")
        if (self.x is None) != (self.y is None) or (self.x is None and self.crs is not None):
            raise ValueError("coordinates need x, y and crs together")
        if not self.join:
            raise ValueError("join is empty: name id, name, address or coordinates")
        return self


class PopulationGroups(Frozen):
    """Rasters of one group of people each; of several files the sum is taken.

    WorldPop's age files are known by their names ({iso}_{f|m|t}_{age}_{year}…tif): of those aged 1 to 4 half are taken
    as aged 1 or 2.
    """

    population_60plus: tuple[str, ...] = ()
    """Of WorldPop all files from age 60 on, of both sexes."""
    population_0_2: tuple[str, ...] = ()
    """Of WorldPop ages 00 and 01, of both sexes."""


class PopulationColumns(Frozen):
    """Which column of the totals holds which group."""

    population_60plus: str | None = None
    population_0_2: str | None = None


class PopulationSpec(SourceSpec):
    """How many people live in each building, where the buildings do not say: by one of three ways.

    A raster of people (`path`, `groups`); totals of zones or street committees (`path` with `total`); or
    `persons_per_dwelling`. What falls on a place is shared out to its homes (use residential or unknown) by footprint ×
    floors, or by dwellings where these are known for all homes.
    """

    path: str = ""
    """Raster of all people (GeoTIFF or ESRI grid); with `total`: a polygon layer, or a table (CSV, Excel) with `id`."""
    groups: PopulationGroups = PopulationGroups()
    unit: Literal["count", "per_km2"] | None = None
    """What the cells of the rasters hold: people (the default), or people per km²."""
    no_data: Literal["nobody", "unknown"] | None = None
    """Who lives in cells without data; default: nobody in WorldPop's constrained rasters, and where 0 marks them."""
    total: str | None = None
    """Totals: the column of all people."""
    columns: PopulationColumns = PopulationColumns()
    id: str | None = None
    """Totals: the column of the zone's id. Without it, polygons are joined by where they lie."""
    persons_per_dwelling: float | str | None = None
    """People in a dwelling; "default" takes an unverified national mean."""
    shares: Literal["default"] | None = None
    """"default" takes unverified national shares for the groups that nothing else gives."""
    share_60plus: float | None = Field(default=None, gt=0, le=1)
    """Share of the people who are 60 or older."""
    share_0_2: float | None = Field(default=None, gt=0, le=1)
    """Share of the people who are younger than 3."""
    override: bool = False
    """Whether to replace what the buildings file itself says of people."""

    @property
    def rasters(self) -> dict[str, tuple[str, ...]]:
        """Raster files by the column that they fill."""
        everyone = (self.path,) if self.path and not self.by_totals else ()
        files = {"population": everyone, **self.groups.model_dump()}
        return {column: tuple(names) for column, names in files.items() if names}

    @property
    def by_totals(self) -> bool:
        """Whether `path` holds totals."""
        return bool(self.totals)

    @property
    def totals(self) -> dict[str, str]:
        """Columns of the totals by the column that they fill."""
        named = {"population": self.total, **self.columns.model_dump()}
        return {column: name for column, name in named.items() if name}

    @property
    def files(self) -> tuple[str, ...]:
        """Every file that is read."""
        return tuple(dict.fromkeys((*((self.path,) if self.path else ()), *sum(self.rasters.values(), ()))))

    @field_validator("persons_per_dwelling")
    @classmethod
    def _number_or_default(cls, persons: float | str | None) -> float | str | None:
        if persons in {None, "default"} or (isinstance(persons, float) and 0 < persons <= MOST_PERSONS):
            return persons
        raise ValueError(f'give a number above 0 and up to {MOST_PERSONS}, or "default"')

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        ways = [bool(self.rasters), self.by_totals, self.persons_per_dwelling is not None]
        if sum(ways) > 1:
            raise ValueError("give rasters (path, groups), totals (path, total) or persons_per_dwelling, and only one")
        if self.by_totals and not self.path:
            raise ValueError("total and columns need path, the layer or table that has them")
        if not any((*ways, self.shares, self.share_60plus, self.share_0_2)):
            raise ValueError("give path, groups, persons_per_dwelling or shares")
        for column, share in (("population_60plus", self.share_60plus), ("population_0_2", self.share_0_2)):
            if share is not None and column in (*self.rasters, *self.totals):
                raise ValueError(f"{column} is given twice: by a share, and by a file")
        return self

    @model_validator(mode="after")
    def _no_idle_keys(self) -> Self:
        idle = {"x", "y"}
        if not self.rasters:
            idle |= {"unit", "no_data"}
        if not self.by_totals:
            idle |= {"layer", "encoding", "where", "id"}
        if not self.path and not self.rasters:
            idle |= {"crs"}
        given = sorted(key for key in idle if getattr(self, key))
        if given:
            raise ValueError(f"{', '.join(given)} has no meaning here; leave it out")
        return self
