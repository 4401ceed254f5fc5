"""Read the files that a city has, each role with a declared contract of columns."""

from geoprio._core.findings import Findings
from geoprio.sources.layers import read_layers
from geoprio.sources.spec import (
    BarriersSpec,
    BuildingsSpec,
    CompoundsSpec,
    ElevationSpec,
    EntrancesSpec,
    FacilitiesSpec,
    GatesSpec,
    PopulationSpec,
    SourceSpec,
    StreetsSpec,
    ZonesSpec,
)

__all__ = [
    "BarriersSpec",
    "BuildingsSpec",
    "CompoundsSpec",
    "ElevationSpec",
    "EntrancesSpec",
    "FacilitiesSpec",
    "Findings",
    "GatesSpec",
    "PopulationSpec",
    "SourceSpec",
    "StreetsSpec",
    "ZonesSpec",
    "read_layers",
]
