"""The project file."""

from geoprio.config.load import load_project, schema_text
from geoprio.config.schema import Project

__all__ = ["Project", "load_project", "schema_text"]
