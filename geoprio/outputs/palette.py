"""Colours and classes, the same in the map and in QGIS."""

from __future__ import annotations

from typing import Final

CLASS_BREAKS: Final = (0.0, 20.0, 40.0, 60.0, 80.0, 100.0)
"""Edges of the priority classes; fixed, so that maps of two runs can be compared."""

CLASS_COLORS: Final = ("#fde725", "#5ec962", "#21918c", "#3b528b", "#440154")
"""Viridis from low (light) to high (dark) priority: told apart under every colour blindness."""

PROGRAMME_COLORS: Final = ("#7f2704", "#d94801", "#fd8d3c", "#fdbe85")
"""From the first year, or the largest cost, of a programme on: unlike the colours of need and of buildings."""

CHANGE_COLORS: Final = ("#2166ac", "#92c5de", "#f7f7f7", "#fdb863", "#b35806")
"""From much better (blue) over the same (white) to much worse (brown): no red beside green."""

UNSCORED_COLOR: Final = "#8a8a8a"

FACILITY_COLORS: Final = ("#d55e00", "#0072b2", "#cc79a7", "#009e73", "#e69f00", "#56b4e9")
"""Okabe and Ito's palette, by category in the project's order."""

ROBUST_COLORS: Final = {"robustly_in": "#0072b2", "contested": "#e69f00", "robustly_out": "#999999"}
"""Of Okabe and Ito's palette, by how sure a zone's place among the first n is."""
