"""What the project file says of people."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import Field, WithJsonSchema, field_validator, model_validator

from geoprio.sources.spec.base import Frozen, SourceSpec

ONE_OR_SEVERAL = {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}

MOST_PERSONS = 100
"""No mean of people in a dwelling is larger."""


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

    path: Annotated[str, WithJsonSchema(ONE_OR_SEVERAL)] = ""
    """Raster of all people (GeoTIFF or ESRI grid), or a list of its neighboring tiles; with `total`: a polygon layer,
    or a table (CSV, Excel) with `id`."""
    tiles: tuple[str, ...] = ()
    """The tiles of the raster after the first, where `path` is no list."""
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

    @model_validator(mode="before")
    @classmethod
    def _first_and_others(cls, given: Any) -> Any:  # noqa: ANN401 - whatever stands in the project file
        """Take a list of tiles apart, so that `path` is one file wherever it is read."""
        if not isinstance(given, dict) or not isinstance(given.get("path"), list | tuple):
            return given
        first, *others = given["path"] or [""]
        if given.get("tiles"):
            raise ValueError("tiles stand in the list of path, or in tiles, and not in both")
        return {**given, "path": first, "tiles": tuple(others)}

    @property
    def rasters(self) -> dict[str, tuple[str, ...]]:
        """Raster files by the column that they fill."""
        everyone = (self.path, *self.tiles) if self.path and not self.by_totals else ()
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
        if self.tiles and (self.by_totals or not self.path):
            raise ValueError("only a raster has tiles: totals come from one file")
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
        if not self.by_totals and self.axes != "xy":
            given.append("axes")
        if given:
            raise ValueError(f"{', '.join(given)} has no meaning here; leave it out")
        return self
