"""The project file, and the scenario file."""

from geoprio.config.load import load_project, load_scenario, schema_text
from geoprio.config.scenario import Scenario
from geoprio.config.schema import Project
from geoprio.config.sites import SitesSpec

__all__ = ["Project", "Scenario", "SitesSpec", "load_project", "load_scenario", "schema_text"]
