"""The project file as one frozen model, composed of each stage's own part."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationInfo, field_validator, model_validator

from geoprio.indicators import AccessSpec, IndicatorSpec
from geoprio.indicators.condition import ConditionSpec
from geoprio.outputs.spec import OutputsSpec
from geoprio.programme.spec import ProgrammeSpec
from geoprio.score import ScoreSpec, SensitivitySpec
from geoprio.sources import (
    BarriersSpec,
    BuildingsSpec,
    CompoundsSpec,
    ElevationSpec,
    EntrancesSpec,
    FacilitiesSpec,
    GatesSpec,
    PopulationSpec,
    StreetsSpec,
    ZonesSpec,
)
from geoprio.sources.inspection import InspectionSpec, ProblemsSpec
from geoprio.sources.survey import MeetingsSpec, OwnerVotesSpec, SurveySpec

STREET_SECTIONS = ("barriers", "gates", "entrances", "elevation")
STREET_KEYS = ("crossing_penalty_s", "max_snap_m", "min_component_m")
"""Sections, and keys of [access], that matter only to those who walk along streets."""


def _one_or_several(value: object) -> object:
    """Return what a section holds as a list: it may be one table, or several."""
    return [value] if isinstance(value, dict) else value


class ProjectSpec(BaseModel):
    """What the study is called and where it is measured."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

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
    buildings: BuildingsSpec | None = None
    compounds: CompoundsSpec | None = None
    streets: StreetsSpec | None = None
    facilities: tuple[FacilitiesSpec, ...] = Field(min_length=1)
    barriers: BarriersSpec | None = None
    gates: GatesSpec | None = None
    entrances: EntrancesSpec | None = None
    elevation: ElevationSpec | None = None
    population: PopulationSpec | None = None
    condition: ConditionSpec = ConditionSpec()
    inspection: Annotated[
        tuple[InspectionSpec, ...],
        BeforeValidator(_one_or_several, json_schema_input_type=InspectionSpec | tuple[InspectionSpec, ...]),
    ] = ()
    problems: Annotated[
        tuple[ProblemsSpec, ...],
        BeforeValidator(_one_or_several, json_schema_input_type=ProblemsSpec | tuple[ProblemsSpec, ...]),
    ] = ()
    survey: SurveySpec | None = None
    meetings: MeetingsSpec | None = None
    owner_votes: OwnerVotesSpec | None = None
    access: AccessSpec = AccessSpec()
    score: ScoreSpec = ScoreSpec()
    sensitivity: SensitivitySpec = SensitivitySpec()
    indicators: tuple[IndicatorSpec, ...] = ()
    programme: ProgrammeSpec | None = None
    outputs: OutputsSpec = OutputsSpec()

    @model_validator(mode="after")
    def _homes(self) -> Self:
        if self.buildings is None and self.compounds is None:
            raise ValueError("nothing tells where people live: add [buildings], or [compounds] with dwellings")
        if self.zones.grid_m is not None and (self.buildings is None or self.compounds is not None):
            raise ValueError("the cells of a grid need [buildings], and no list of [compounds] can be joined to them")
        return self

    @model_validator(mode="after")
    def _ways(self) -> Self:
        if self.streets is None and not self.straight:
            raise ValueError(
                "nothing tells where people walk: add [streets], or ask for straight lines with [access] method = "
                '"straight_line"'
            )
        return self

    @property
    def straight(self) -> bool:
        """Whether distances are straight lines."""
        return self.access.method == "straight_line"

    def in_effect(self) -> tuple[Self, tuple[str, ...]]:
        """Return the project as it is run, and what it sets that has no effect where distances are straight lines."""
        if not self.straight:
            return self, ()
        sections = [name for name in STREET_SECTIONS if getattr(self, name) is not None]
        keys = [name for name in STREET_KEYS if name in self.access.model_fields_set]
        plain = {name: AccessSpec.model_fields[name].default for name in keys}
        changed = {**dict.fromkeys(sections), "access": self.access.model_copy(update=plain)}
        idle = [*(f"[{name}]" for name in sections), *(f"[access] {name}" for name in keys)]
        if self.streets is not None and self.streets.node_crossings:
            changed["streets"] = self.streets.model_copy(update={"node_crossings": False})
            idle.append("[streets] node_crossings")
        return self.model_copy(update=changed), tuple(idle)

    @field_validator("gates")
    @classmethod
    def _no_gates_of_cells(cls, gates: GatesSpec | None, info: ValidationInfo) -> GatesSpec | None:
        zones = info.data.get("zones")
        if gates and zones and zones.grid_m is not None:
            raise ValueError("the cells of a grid have no gates: leave [gates] or grid_m out")
        return gates

    @field_validator("entrances")
    @classmethod
    def _entrances_of_a_category(cls, entrances: EntrancesSpec | None, info: ValidationInfo) -> EntrancesSpec | None:
        known = dict.fromkeys(f.category for f in info.data.get("facilities", ()))
        if entrances and entrances.category and known and entrances.category not in known:
            raise ValueError(f"category {entrances.category!r} has no facilities; it may be one of {', '.join(known)}")
        return entrances
