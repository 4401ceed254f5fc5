"""Pictures for reports: PNG and SVG with readable Chinese."""

from geoprio.outputs.figures.acceptability import acceptability_heatmap
from geoprio.outputs.figures.maps import priority_map
from geoprio.outputs.figures.ranks import rank_intervals
from geoprio.outputs.figures.scatter import ranking_scatter
from geoprio.outputs.figures.style import save_figure
from geoprio.outputs.figures.tornado import weight_tornado

__all__ = [
    "acceptability_heatmap",
    "priority_map",
    "rank_intervals",
    "ranking_scatter",
    "save_figure",
    "weight_tornado",
]
