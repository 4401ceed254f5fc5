"""Names of columns and the values that they may take."""

from typing import Final

CATEGORIES: Final = ("elder_care", "childcare", "convenience")
"""Facility categories that carry OSM tags and rules of their own."""

ZONE_TYPES: Final = ("compound", "factory_area", "street_block", "urban_village", "other")

ZONE_TYPE_ALIASES: Final = {
    "老旧小区": "compound",
    "小区": "compound",
    "老旧厂区": "factory_area",
    "厂区": "factory_area",
    "老旧街区": "street_block",
    "街区": "street_block",
    "城中村": "urban_village",
    "其他": "other",
}

# What became of the search from a building (`{category}_status`).
REACHED: Final = "reached"
BEYOND_CUTOFF: Final = "beyond_cutoff"
UNREACHABLE: Final = "unreachable"
UNSNAPPED: Final = "unsnapped"
NO_FACILITIES: Final = "no_facilities"

# What became of a zone's score (`score_status`).
SCORED: Final = "scored"
NO_BUILDINGS: Final = "no_buildings"
INELIGIBLE: Final = "ineligible"
NO_DATA: Final = "no_data"

PEOPLE: Final = ("population", "population_60plus", "population_0_2")
BUILDING_NUMBERS: Final = ("floors", "year_built", "dwellings", *PEOPLE)

REJECT_COLUMNS: Final = ("source", "row", "column", "value", "reason", "mend")
POSITION_COLUMNS: Final = ("lon", "lat")
"""Where a row lies, WGS 84 degrees; missing where that is not known."""

DISTANCE_DECIMALS: Final = 3
SIGNIFICANT_DIGITS: Final = 9
