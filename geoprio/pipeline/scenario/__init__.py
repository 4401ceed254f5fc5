"""A scenario: the same city with something changed, before anyone walks in it."""

from geoprio.pipeline.scenario.apply import Applied, apply_scenario, read_scenario

__all__ = ["Applied", "apply_scenario", "read_scenario"]
