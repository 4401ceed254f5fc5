"""The project file as one frozen model, composed of each stage's own part."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from geoprio.indicators import AccessSpec, IndicatorSpec
from geoprio.score import ScoreSpec
from geoprio.sources import BuildingsSpec, FacilitiesSpec, StreetsSpec, ZonesSpec


class ProjectSpec(BaseModel):
    """What the study is called and where it is measured."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = ""
    """Title of map and report; default: the name of the project's file."""
    crs: str | None = None
    """Projected working CRS in metres; estimated when not given."""
    attribution: str | None = None
    """Credit for the data, shown on the map; OpenStreetMap's is added by itself."""


class Project(BaseModel):
    """A study: what to read, how people walk, how zones are scored."""

    model_config = ConfigDict(frozen=True, extra="forbid", title="geoprio project file")

    project: ProjectSpec = ProjectSpec()
    zones: ZonesSpec
    buildings: BuildingsSpec
    streets: StreetsSpec
    facilities: tuple[FacilitiesSpec, ...] = Field(min_length=1)
    access: AccessSpec = AccessSpec()
    score: ScoreSpec = ScoreSpec()
    indicators: tuple[IndicatorSpec, ...] = ()
