"""Pictures for reports: PNG and SVG with readable Chinese."""

from geoprio.outputs.figures.acceptability import acceptability_heatmap
from geoprio.outputs.figures.change import change_dumbbells, lorenz_curves
from geoprio.outputs.figures.frontier import budget_frontier
from geoprio.outputs.figures.maps import priority_map
from geoprio.outputs.figures.ranks import rank_intervals
from geoprio.outputs.figures.scatter import ranking_scatter
from geoprio.outputs.figures.style import save_figure, svg_bytes
from geoprio.outputs.figures.tornado import weight_tornado

__all__ = [
    "acceptability_heatmap",
    "budget_frontier",
    "change_dumbbells",
    "lorenz_curves",
    "priority_map",
    "rank_intervals",
    "ranking_scatter",
    "save_figure",
    "svg_bytes",
    "weight_tornado",
]
