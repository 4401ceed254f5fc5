"""Rule files and walking profiles: each value with its source and whether anyone verified it."""

from geoprio.standards.profiles import Profile, find_profile, load_profiles
from geoprio.standards.rules import Rule, Rules, load_rules, shipped_rules

__all__ = ["Profile", "Rule", "Rules", "find_profile", "load_profiles", "load_rules", "shipped_rules"]
