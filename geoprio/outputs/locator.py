"""A small map of one zone and its surroundings as SVG, for sheets."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from geoprio.outputs.palette import CLASS_COLORS, FACILITY_COLORS, UNSCORED_COLOR
from geoprio.outputs.priority import priority_class

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import geopandas as gpd

    from geoprio._core.typing import Floats

SIZE = (540, 400)
"""Width and height of the drawing in its own units."""

LEAST_SPAN_M = 1200.0
"""A small zone is shown with this much of its surroundings from west to east."""

CONTEXT = 2.2
"""How much wider than the zone the map is."""

TIGHT = 1.06
"""How much wider than all zones an overview is."""

STREET_STROKES = (2.6, 1.6, 0.8)
SCALE_LENGTHS_M = (50, 100, 200, 250, 500, 1000, 2000, 5000, 10000)


class Locator:
    """Draws zones of a result; what all drawings share is prepared once.

    Parameters
    ----------
    zones : GeoDataFrame
        Index `zone_id`; `priority`, polygons in metres.
    streets : GeoDataFrame
        `level` and lines, as `drawn_streets` gives them.
    buildings : GeoDataFrame
        Their outlines.
    facilities : GeoDataFrame
        `category`, `status` and points.
    categories : tuple of str
        In the project's order, which sets the colors.
    """

    def __init__(
        self,
        zones: gpd.GeoDataFrame,
        streets: gpd.GeoDataFrame,
        buildings: gpd.GeoDataFrame,
        facilities: gpd.GeoDataFrame,
        categories: tuple[str, ...],
    ) -> None:
        self._zones = zones
        self._classes = priority_class(zones["priority"].to_numpy(float))
        self._streets, self._levels = streets.geometry.to_numpy(), streets["level"].to_numpy()
        self._buildings = buildings.geometry.to_numpy()
        used = facilities[facilities["status"] == "used"]
        self._facilities = used.geometry.to_numpy()
        self._colors = [FACILITY_COLORS[categories.index(c) % len(FACILITY_COLORS)] for c in used["category"]]
        self._trees: Mapping[str, shapely.STRtree] = {
            "zones": shapely.STRtree(zones.geometry.to_numpy()),
            "streets": shapely.STRtree(self._streets),
            "buildings": shapely.STRtree(self._buildings),
            "facilities": shapely.STRtree(self._facilities),
        }

    def draw(self, row: int) -> str:
        """Return the SVG around the zone in a row of the table; it holds no text of the data."""
        shape = self._zones.geometry.iloc[row]
        view = _View(shape.bounds)
        window = shapely.box(*view.bounds)
        within = {name: np.sort(tree.query(window)) for name, tree in self._trees.items()}
        parts = [f'<rect width="{SIZE[0]}" height="{SIZE[1]}" fill="#ffffff"/>']
        for level in (2, 1, 0):
            lines = within["streets"][self._levels[within["streets"]] == level]
            parts.append(_path(view, self._streets[lines], "none", "#c4c4c4", STREET_STROKES[level]))
        for k in within["zones"]:
            color = CLASS_COLORS[self._classes[k]] if self._classes[k] >= 0 else UNSCORED_COLOR
            parts.append(_path(view, self._zones.geometry.to_numpy()[[k]], color, "#ffffff", 0.8, opacity=0.45))
        parts.append(_path(view, self._buildings[within["buildings"]], "#8a8378", "none", 0, opacity=0.75))
        parts.append(_path(view, np.array([shape]), "none", "#111111", 2.6))
        for k in within["facilities"]:
            x, y = view.place(shapely.get_coordinates(self._facilities[k]))[0]
            rim = 'stroke="#ffffff" stroke-width="1.3"'
            parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="5" fill="{self._colors[k]}" {rim}/>')
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {SIZE[0]} {SIZE[1]}">{"".join(parts)}'
            f"{_scale(view)}</svg>"
        )


class Overview:
    """Draws all zones with some of them marked; what all drawings share stands on the page once.

    Parameters
    ----------
    zones : GeoDataFrame
        `rank`, and polygons in metres.
    streets : GeoDataFrame
        `level` and lines, as `drawn_streets` gives them.
    """

    def __init__(self, zones: gpd.GeoDataFrame, streets: gpd.GeoDataFrame) -> None:
        west, south, east, north = (float(v) for v in zones.total_bounds)
        self._view = _View((west, south, east, north), TIGHT)
        self._shapes = zones.geometry.to_numpy()
        self._at = shapely.get_coordinates(shapely.point_on_surface(self._shapes))
        self._ranks = zones["rank"].tolist()
        self._streets, self._levels = streets.geometry.to_numpy(), streets["level"].to_numpy()

    def base(self) -> str:
        """Return streets and all zones, for a group that drawings refer to."""
        parts = [
            _path(self._view, self._streets[self._levels == level], "none", "#d3d6d9", STREET_STROKES[level] / 2)
            for level in (2, 1, 0)
        ]
        return "".join([*parts, _path(self._view, self._shapes, "#e9ebee", "#b4bac1", 0.6), _scale(self._view)])

    def marked(self, rows: Sequence[int], color: str, *, labels: bool = True) -> str:
        """Return zones in a color over the base, each with its rank in the middle."""
        chosen = np.asarray(rows, np.int64)
        parts = [_path(self._view, self._shapes[chosen], color, "#ffffff", 0.8)]
        for k in chosen.tolist() if labels else []:
            x, y = self._view.place(self._at[[k]])[0]
            word = "" if self._ranks[k] != self._ranks[k] or self._ranks[k] is None else str(int(self._ranks[k]))
            parts.append(
                f'<text x="{x:.1f}" y="{y + 3.5:.1f}" font-size="10" font-weight="700" font-family="sans-serif" '
                'text-anchor="middle" fill="#16191d" stroke="#ffffff" stroke-width="2.5" paint-order="stroke">'
                f"{word}</text>"
            )
        return "".join(parts)


class _View:
    """From metres to the drawing."""

    def __init__(self, bounds: tuple[float, float, float, float], context: float = CONTEXT) -> None:
        west, south, east, north = bounds
        width = max(context * max(east - west, (north - south) * SIZE[0] / SIZE[1]), LEAST_SPAN_M)
        height = width * SIZE[1] / SIZE[0]
        x, y = (west + east) / 2, (south + north) / 2
        self.bounds = (x - width / 2, y - height / 2, x + width / 2, y + height / 2)
        self.metre = SIZE[0] / width

    def place(self, coordinates: Floats) -> Floats:
        """Return x and y in the drawing, y downward."""
        west, _, _, north = self.bounds
        return np.asarray((coordinates - (west, north)) * (self.metre, -self.metre), np.float64)


def _path(view: _View, shapes: np.ndarray, fill: str, stroke: str, width: float, opacity: float = 1.0) -> str:
    """Return the shapes as one path; points have no outline and are left out."""
    margin = 20 / view.metre
    west, south, east, north = view.bounds
    near = shapely.clip_by_rect(shapes, west - margin, south - margin, east + margin, north + margin)
    parts = shapely.get_parts(shapely.get_parts(near))
    areas = shapely.get_type_id(parts) == shapely.GeometryType.POLYGON
    lines = shapely.get_type_id(parts) == shapely.GeometryType.LINESTRING
    rings = np.concatenate([shapely.get_rings(parts[areas]), parts[lines]])
    drawn = []
    for ring, closed in zip(rings, [True] * (len(rings) - int(lines.sum())) + [False] * int(lines.sum()), strict=True):
        at = view.place(shapely.get_coordinates(ring))
        drawn.append("M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in at) + ("Z" if closed else ""))
    if not drawn:
        return ""
    pen = f'stroke="{stroke}" stroke-width="{width}" stroke-linejoin="round"'
    return f'<path d="{"".join(drawn)}" fill="{fill}" fill-rule="evenodd" {pen} opacity="{opacity}"/>'


def _scale(view: _View) -> str:
    """Return a scale bar of a round length, some quarter of the width at most."""
    most = SIZE[0] / view.metre / 4
    length = max((n for n in SCALE_LENGTHS_M if n <= most), default=SCALE_LENGTHS_M[0])
    x, y, end = 14, SIZE[1] - 14, 14 + length * view.metre
    word = f"{length // 1000} km" if length >= 1000 else f"{length} m"
    return (
        f'<rect x="{x - 6}" y="{y - 20}" width="{end - x + 12:.1f}" height="26" fill="#ffffff" opacity="0.85"/>'
        f'<path d="M{x} {y - 5}V{y}H{end:.1f}V{y - 5}" fill="none" stroke="#222222" stroke-width="1.5"/>'
        f'<text x="{(x + end) / 2:.1f}" y="{y - 6}" font-size="11" font-family="sans-serif" text-anchor="middle" '
        f'fill="#222222">{word}</text>'
    )
