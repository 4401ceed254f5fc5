"""Pictures for reports: PNG and SVG with readable Chinese."""

from geoprio.outputs.figures.maps import priority_map
from geoprio.outputs.figures.style import save_figure

__all__ = ["priority_map", "save_figure"]
