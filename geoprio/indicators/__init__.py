"""Indicators per building and per zone, each registered with its metadata."""

from geoprio.indicators.access import BuildingAccess, building_access
from geoprio.indicators.community import Communities, community_items
from geoprio.indicators.demand import Demand, choose_demand
from geoprio.indicators.registry import INDICATORS, Indicator, find
from geoprio.indicators.spec import IndicatorSpec, check_thresholds, community_metres, effective_rules
from geoprio.indicators.walking import AccessSpec
from geoprio.indicators.zonal import zone_indicators

__all__ = [
    "INDICATORS",
    "AccessSpec",
    "BuildingAccess",
    "Communities",
    "Demand",
    "Indicator",
    "IndicatorSpec",
    "building_access",
    "check_thresholds",
    "choose_demand",
    "community_items",
    "community_metres",
    "effective_rules",
    "find",
    "zone_indicators",
]
