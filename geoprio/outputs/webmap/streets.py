"""Streets as a background: thinned to what a map can carry, the big ones first."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import shapely

if TYPE_CHECKING:
    from geoprio._core.typing import Ints

MAJOR_KINDS = """
    motorway motorway_link trunk trunk_link primary primary_link secondary secondary_link tertiary tertiary_link
    main major 快速路 主干路 次干路 主干道 次干道
"""
MINOR_KINDS = """
    service services footway path track steps cycleway bridleway platform corridor elevator bus_stop rest_area
    via_ferrata escape
"""
MAJOR, MINOR = frozenset(MAJOR_KINDS.split()), frozenset(MINOR_KINDS.split())


def drawn_streets(streets: gpd.GeoDataFrame, vertices: int, tolerance_m: float) -> gpd.GeoDataFrame:
    """Return the lines to draw, in input order: the higher levels first, within a level the longest.

    Parameters
    ----------
    streets : GeoDataFrame
        Lines with their `kind`, in a CRS in metres.
    vertices : int
        Most vertices of all lines together.
    tolerance_m : float
        Lines are simplified by this much.

    Returns
    -------
    GeoDataFrame
        Single lines; `kind` and `level` (0 = major, 1 = middle, 2 = minor).
    """
    kinds = streets["kind"].astype(str).to_numpy()
    lines, row = shapely.get_parts(streets.geometry.simplify(tolerance_m).to_numpy(), return_index=True)
    levels = np.array([street_level(kind) for kind in kinds], np.int64)[row]
    kept = _within_budget(lines, levels, vertices)
    table = {"kind": kinds[row][kept], "level": levels[kept]}
    return gpd.GeoDataFrame(table, geometry=lines[kept], crs=streets.crs)


def street_level(kind: str) -> int:
    """Return 0 for big streets, 2 for service ways and paths, 1 for all others."""
    return 0 if kind in MAJOR else 2 if kind in MINOR else 1


def _within_budget(lines: np.ndarray, levels: Ints, budget: int) -> Ints:
    order = np.lexsort((np.arange(len(lines)), -shapely.length(lines), levels))
    vertices = np.cumsum(shapely.get_num_coordinates(lines[order]))
    return np.sort(order[vertices <= budget])
