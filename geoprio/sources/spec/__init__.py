"""What the project file says about each source."""

from geoprio.sources.spec.base import ColumnChoice, Frozen, SourceSpec, Where
from geoprio.sources.spec.lists import CompoundColumns, CompoundsSpec, CompoundUnits
from geoprio.sources.spec.people import PopulationColumns, PopulationGroups, PopulationSpec
from geoprio.sources.spec.town import (
    BuildingColumns,
    BuildingsSpec,
    Eligibility,
    FacilitiesSpec,
    StreetsSpec,
    ZonesSpec,
)
from geoprio.sources.spec.ways import BarriersSpec, ElevationSpec, EntrancesSpec, GatesSpec, OpeningsSpec

__all__ = [
    "BarriersSpec",
    "BuildingColumns",
    "BuildingsSpec",
    "ColumnChoice",
    "CompoundColumns",
    "CompoundUnits",
    "CompoundsSpec",
    "ElevationSpec",
    "Eligibility",
    "EntrancesSpec",
    "FacilitiesSpec",
    "Frozen",
    "GatesSpec",
    "OpeningsSpec",
    "PopulationColumns",
    "PopulationGroups",
    "PopulationSpec",
    "SourceSpec",
    "StreetsSpec",
    "Where",
    "ZonesSpec",
]
