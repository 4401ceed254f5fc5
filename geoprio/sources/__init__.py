"""Read the files that a city has, each role with a declared contract of columns."""

from geoprio.sources.layers import read_layers
from geoprio.sources.spec import (
    BarriersSpec,
    BuildingsSpec,
    ElevationSpec,
    EntrancesSpec,
    FacilitiesSpec,
    GatesSpec,
    SourceSpec,
    StreetsSpec,
    ZonesSpec,
)

__all__ = [
    "BarriersSpec",
    "BuildingsSpec",
    "ElevationSpec",
    "EntrancesSpec",
    "FacilitiesSpec",
    "GatesSpec",
    "SourceSpec",
    "StreetsSpec",
    "ZonesSpec",
    "read_layers",
]
