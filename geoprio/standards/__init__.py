"""Rule files: each threshold with its unit, source, clause and whether anyone verified it."""

from geoprio.standards.rules import Rule, Rules, load_rules, shipped_rules

__all__ = ["Rule", "Rules", "load_rules", "shipped_rules"]
