"""What a scenario file says: the changes that make an "after" from a "before"."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import Discriminator, Field, Tag, model_validator

from geoprio.sources.spec import FacilitiesSpec, Frozen, GatesSpec, StreetsSpec
from geoprio.sources.spec.base import CATEGORY_PATTERN

Point = tuple[float, float]


class NewFacility(Frozen):
    """A new facility at a point."""

    category: str = Field(pattern=CATEGORY_PATTERN)
    """One of the project's categories."""
    x: float
    """Easting or longitude."""
    y: float
    """Northing or latitude."""
    crs: str | None = None
    """As in the project file; default: that of the scenario."""
    id: str | None = Field(default=None, min_length=1)
    """Default: new-1, new-2, … in the order of the file."""
    name: str = ""
    kind: str | None = None
    capacity: float | None = Field(default=None, gt=0)
    """Beds, places or m²; default: what the project file assumes for its category."""


class _ByName(Frozen):
    """Names a facility by id, or by name and category."""

    id: str | None = None
    """Of the facility, as in the column facility_id of a run."""
    name: str | None = None
    category: str | None = None
    """Needed beside a name; beside an id where two categories use it."""

    @model_validator(mode="after")
    def _named(self) -> Self:
        if (self.id is None) == (self.name is None):
            raise ValueError("name the facility by id, or by name and category")
        if self.name is not None and self.category is None:
            raise ValueError("a name needs the category beside it")
        return self


class ClosedFacility(_ByName):
    """A facility that is closed."""


class NewCapacity(_ByName):
    """Another capacity of a facility."""

    capacity: float = Field(gt=0)
    """Beds, places or m²."""


class NewPath(Frozen):
    """A new way on foot, as a line."""

    coordinates: tuple[Point, ...] = Field(min_length=2)
    """[x, y] of each vertex."""
    crs: str | None = None
    """As in the project file; default: that of the scenario."""
    kind: str = "footway"
    """Class of the street; "steps" are stairs."""
    bridge: bool = False
    """Over a bridge or through a tunnel: it meets other streets at its ends only, and no barrier cuts it."""
    connect_m: float = Field(default=5.0, ge=0, le=100)
    """Its ends are joined to the nearest street within this distance."""


class NewPaths(StreetsSpec):
    """New ways on foot from a layer of lines."""

    connect_m: float = Field(default=5.0, ge=0, le=100)
    """Ends are joined to the nearest street within this distance."""


class NewGate(Frozen):
    """A new gate, or one that was locked and is opened."""

    x: float
    y: float
    crs: str | None = None
    """As in the project file; default: that of the scenario."""
    id: str | None = Field(default=None, min_length=1)
    zone: str | None = None
    """Id of its zone; default: the nearest zone whose edge is within 30 m."""


class RemovedBarrier(Frozen):
    """A place at which, or a line along which, barriers are taken away."""

    coordinates: tuple[Point, ...] = Field(min_length=1)
    """[x, y] of a point or of the vertices of a line."""
    crs: str | None = None
    """As in the project file; default: that of the scenario."""
    within_m: float = Field(default=2.0, gt=0, le=1000)
    """What of a barrier lies within this distance goes."""
    whole: bool = False
    """The whole connected pieces that come within it go."""


class NewLifts(Frozen):
    """Buildings that get a lift."""

    buildings: tuple[str, ...] = ()
    """Ids of buildings."""
    zones: tuple[str, ...] = ()
    """Ids of zones: all their homes."""

    @model_validator(mode="after")
    def _some(self) -> Self:
        if not (self.buildings or self.zones):
            raise ValueError("name buildings or zones")
        return self


class NewPopulation(Frozen):
    """More, fewer or other people."""

    group: Literal["population", "population_60plus", "population_0_2"] | None = None
    """Who changes; default: everybody, each group that is known by the same factor."""
    zones: tuple[str, ...] = ()
    """Ids of zones; default: all buildings that were read."""
    factor: float | None = Field(default=None, ge=0, le=1000)
    """What the people of each building are multiplied by."""
    total: float | None = Field(default=None, ge=0)
    """How many there shall be in the zones together; each building changes by the same factor."""

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.factor is None) == (self.total is None):
            raise ValueError("give factor or total")
        if self.total is not None and self.group is None:
            raise ValueError("total needs the group that it counts")
        return self


def _of_file(given: Any, inline: str, file: str) -> str:  # noqa: ANN401 - whatever stands in the file
    has_path = "path" in given if isinstance(given, dict) else hasattr(given, "path")
    return f"dict[{file if has_path else inline}]"


# A tag shows in the place of an error; one that reads as a type of Python does not.
FacilityEntry = Annotated[
    Annotated[NewFacility, Tag("dict[NewFacility]")] | Annotated[FacilitiesSpec, Tag("dict[FacilitiesSpec]")],
    Discriminator(lambda given: _of_file(given, "NewFacility", "FacilitiesSpec")),
]
PathEntry = Annotated[
    Annotated[NewPath, Tag("dict[NewPath]")] | Annotated[NewPaths, Tag("dict[NewPaths]")],
    Discriminator(lambda given: _of_file(given, "NewPath", "NewPaths")),
]
GateEntry = Annotated[
    Annotated[NewGate, Tag("dict[NewGate]")] | Annotated[GatesSpec, Tag("dict[GatesSpec]")],
    Discriminator(lambda given: _of_file(given, "NewGate", "GatesSpec")),
]

PARTS = ("close", "capacity", "facilities", "paths", "barriers", "gates", "lifts", "population")
"""Parts of a scenario, in the order in which they are applied."""


class Scenario(Frozen):
    """Changes of a study: what would be different, and nothing else."""

    name: str = ""
    """Shown on the map; default: the name of the scenario's file."""
    description: str = ""
    crs: str | None = None
    """CRS of the coordinates that stand in the scenario: EPSG:<number>, PROJ string, WKT, GCJ-02 or BD-09."""
    facilities: tuple[FacilityEntry, ...] = ()
    """New facilities: a point each, or a source as in the project file."""
    close: tuple[ClosedFacility, ...] = ()
    capacity: tuple[NewCapacity, ...] = ()
    paths: tuple[PathEntry, ...] = ()
    """New ways: a line each, or a layer of lines."""
    barriers: tuple[RemovedBarrier, ...] = ()
    """Barriers that are removed."""
    gates: tuple[GateEntry, ...] = ()
    """Gates that are new or opened: a point each, or a layer of points."""
    lifts: tuple[NewLifts, ...] = ()
    population: tuple[NewPopulation, ...] = ()

    @model_validator(mode="after")
    def _something(self) -> Self:
        if not any(getattr(self, part) for part in PARTS):
            raise ValueError(f"nothing changes: give one of {', '.join(PARTS)}")
        for part in ("facilities", "paths", "barriers", "gates"):
            for number, entry in enumerate(getattr(self, part), 1):
                if self.crs is None and entry.crs is None and not hasattr(entry, "path"):
                    raise ValueError(f"{part}[{number}]: no CRS is known; add crs to it or to the scenario")
        return self

    @property
    def files(self) -> tuple[str, ...]:
        """Every file that is read, relative to the scenario's folder."""
        entries = (*self.facilities, *self.paths, *self.gates)
        return tuple(dict.fromkeys(e.path for e in entries if isinstance(e, FacilitiesSpec | NewPaths | GatesSpec)))
