"""Rule files and walking profiles: each value with its source and whether anyone verified it."""

from geoprio.standards.assumptions import Assumption, load_assumptions
from geoprio.standards.model import Ask, Community, Item, Rule, Rules, Value, Verified
from geoprio.standards.profiles import Profile, find_profile, load_profiles
from geoprio.standards.rules import load_rules, shipped_rules

__all__ = [
    "Ask",
    "Assumption",
    "Community",
    "Item",
    "Profile",
    "Rule",
    "Rules",
    "Value",
    "Verified",
    "find_profile",
    "load_assumptions",
    "load_profiles",
    "load_rules",
    "shipped_rules",
]
