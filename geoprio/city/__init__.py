"""The city: zones, buildings, facilities and streets in one projected CRS."""

from geoprio.city.build import build_city
from geoprio.city.model import City

__all__ = ["City", "build_city"]
