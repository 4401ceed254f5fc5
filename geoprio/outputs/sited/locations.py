"""The map of chosen sites as SVG: numbers only, no text of the data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import shapely

from geoprio.outputs.sited.words import STATES
from geoprio.outputs.webmap.streets import drawn_streets

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from geoprio._core.typing import Floats
    from geoprio.outputs.sited.result import Sited

WIDTH: Final = 1000.0
"""Units of the drawing across."""
MARGIN: Final = 24.0
STREET_VERTICES: Final = 30_000
MOST_SITES: Final = 3000
"""Most sites that were not chosen and are drawn."""
FEW_SITES: Final = 300
"""So many of them are drawn large, above the homes."""
SCALES: Final = (50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000)


def sited_map(found: Sited) -> dict[str, Any]:
    """Return the drawing as parts of SVG.

    Returns
    -------
    dict
        `width`, `height`; `zones`, `streets`, `others` and `existing` (path data); `few` (whether the others are drawn
        above the homes); `homes` (state, color and path data, the newly served last); `chosen` ([x, y, order]); `bar`
        (length, meters).
    """
    at = _Scale(found.zones)
    used = found.before.facilities
    there = used[(used["category"] == found.category) & (used["status"] == "used")]
    inside = there[shapely.intersects(shapely.box(*at.bounds), there.geometry.to_numpy())]
    others = found.candidates.drop(index=found.chosen.index)
    # A list of rooms is to be seen above the homes; where every building is a candidate they would hide them.
    few = len(others) <= FEW_SITES
    states = [s for s in ("unknown", "served", "unserved", "newly") if (found.homes["state"] == s).any()]
    side = float(np.clip(9.0 * at.per_m, 1.6, 6.0))
    lines = drawn_streets(found.before.streets, STREET_VERTICES, 1.0) if len(found.before.streets) else None
    return {
        "width": WIDTH,
        "height": round(at.height, 1),
        "zones": "".join(at.path(ring, closed=True) for ring in _rings(found.zones.geometry.to_numpy())),
        "streets": "" if lines is None else "".join(at.path(s) for s in lines.geometry.to_numpy()),
        "homes": [(s, STATES[s][2], at.squares(found.homes.geometry[found.homes["state"] == s], side)) for s in states],
        "others": at.squares(others.geometry.iloc[:MOST_SITES], 10.0 if few else 3.0),
        "few": few,
        "existing": [at.xy(p).tolist() for p in inside.geometry],
        "chosen": [
            [*at.xy(p).tolist(), int(k)] for p, k in zip(found.chosen.geometry, found.chosen["order"], strict=True)
        ],
        "bar": at.bar(),
    }


def _rings(shapes: NDArray[np.object_]) -> NDArray[np.object_]:
    rings: NDArray[np.object_] = shapely.get_rings(shapely.get_parts(shapes))
    return rings


class _Scale:
    """Brings meters to units of the drawing, north up."""

    def __init__(self, zones: gpd.GeoDataFrame) -> None:
        west, south, east, north = zones.total_bounds
        self.per_m = float((WIDTH - 2 * MARGIN) / max(east - west, north - south, 1.0))
        self.west, self.north = float(west), float(north)
        self.height = float((north - south) * self.per_m + 2 * MARGIN)
        self.bounds = (west, south, east, north)

    def xy(self, shape: shapely.Geometry) -> Floats:
        """Return coordinates in units, to a tenth."""
        x, y = shapely.get_coordinates(shape).T
        out = np.column_stack(((x - self.west) * self.per_m + MARGIN, (self.north - y) * self.per_m + MARGIN))
        return np.round(out[0] if shapely.get_type_id(shape) == 0 else out, 1)

    def path(self, line: shapely.Geometry, *, closed: bool = False) -> str:
        """Return path data of a line."""
        points = " ".join(f"{x:g} {y:g}" for x, y in self.xy(line))
        return f"M{points}{'Z' if closed else ''}"

    def squares(self, points: gpd.GeoSeries, side: float) -> str:
        """Return path data of a square at each point."""
        half, s = side / 2, f"{side:g}"
        corners = (self.xy(p) - half for p in points)
        return "".join(f"M{x:.1f} {y:.1f}h{s}v{s}h-{s}z" for x, y in corners)

    def bar(self) -> tuple[float, int]:
        """Return the length of a bar, and the round number of meters that it stands for."""
        fits = [m for m in SCALES if m * self.per_m <= WIDTH / 5]
        metres = fits[-1] if fits else SCALES[0]
        return round(metres * self.per_m, 1), metres
