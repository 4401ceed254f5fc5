"""Indicators per building and per zone, each registered with its metadata."""

from geoprio.indicators.access import BuildingAccess, building_access
from geoprio.indicators.demand import Demand, choose_demand
from geoprio.indicators.registry import INDICATORS, Indicator, find
from geoprio.indicators.spec import IndicatorSpec, check_thresholds, effective_rules
from geoprio.indicators.walking import AccessSpec
from geoprio.indicators.zonal import zone_indicators

__all__ = [
    "INDICATORS",
    "AccessSpec",
    "BuildingAccess",
    "Demand",
    "Indicator",
    "IndicatorSpec",
    "building_access",
    "check_thresholds",
    "choose_demand",
    "effective_rules",
    "find",
    "zone_indicators",
]
