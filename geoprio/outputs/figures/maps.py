"""Static maps of a result."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from matplotlib.collections import LineCollection, PatchCollection
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, PathPatch
from matplotlib.path import Path as Outline

from geoprio.indicators.registry import category_titles
from geoprio.outputs.figures.style import SOFT, figure_lang, figure_style
from geoprio.outputs.labels import PAGE, QGIS
from geoprio.outputs.palette import CLASS_BREAKS, CLASS_COLORS, FACILITY_COLORS, UNSCORED_COLOR
from geoprio.outputs.priority import priority_class
from geoprio.outputs.titles import map_subtitle
from geoprio.outputs.webmap.data import credit_lines
from geoprio.outputs.webmap.streets import drawn_streets

if TYPE_CHECKING:
    import geopandas as gpd
    from matplotlib.axes import Axes

    from geoprio.outputs.result import Result

WIDTH_IN = 10.0
STREET_VERTICES = 200_000
STREET_WIDTHS = (1.1, 0.6, 0.25)
NAMED = 10
"""Zones from the top of the ranking whose names stand on the map."""

MARGIN = 0.03
SCALE_LENGTHS_M = (50, 100, 200, 500, 1000, 2000, 5000, 10000, 20000)


def priority_map(result: Result, lang: str = "zh") -> Figure:
    """Return a map of the priorities with legend, scale bar and credit.

    Parameters
    ----------
    result : Result
    lang : {"zh", "en"}
        English is drawn where no installed face has Chinese type.

    Returns
    -------
    Figure
        Some 25 cm wide; `save_figure` writes it.
    """
    number = 1 if figure_lang(lang) == "en" else 0
    west, south, east, north = (float(v) for v in result.zones.total_bounds)
    margin = MARGIN * max(east - west, north - south)
    box = (west - margin, south - margin, east + margin, north + margin)
    ratio = float(np.clip((box[3] - box[1]) / (box[2] - box[0]), 0.4, 1.6))
    with figure_style():
        figure = Figure(figsize=(WIDTH_IN, 0.78 * WIDTH_IN * ratio + 1.2), layout="constrained")
        axes = figure.add_subplot()
        axes.set_axis_off()
        axes.set_aspect("equal")
        axes.set_xlim(box[0], box[2])
        axes.set_ylim(box[1], box[3])
        _streets(axes, result.streets)
        _zones(axes, result.zones)
        _facilities(axes, result)
        _names(axes, result.zones)
        _scale_bar(axes, box)
        title = f"{result.project['project']['name']} · {PAGE['priority'][number]}"
        axes.set_title(title, loc="left", fontsize=13)
        figure.legend(handles=_legend(result, number), loc="outside right upper", frameon=False, fontsize=8.5)
        credit = f"{map_subtitle(result, number)}\n{QGIS['credit'][number]}{' · '.join(credit_lines(result.project))}"
        figure.supxlabel(credit, fontsize=7, color=SOFT, x=0.01, ha="left")
    return figure


def _streets(axes: Axes, streets: gpd.GeoDataFrame) -> None:
    drawn = drawn_streets(streets, STREET_VERTICES, 2.0)
    for level in (2, 1, 0):
        lines = drawn.geometry[drawn["level"] == level]
        paths = [shapely.get_coordinates(line) for line in lines]
        axes.add_collection(LineCollection(paths, colors="#c9c9c9", linewidths=STREET_WIDTHS[level], zorder=1))


def _zones(axes: Axes, zones: gpd.GeoDataFrame) -> None:
    classes = priority_class(zones["priority"].to_numpy(float))
    for k in range(-1, len(CLASS_COLORS)):
        patches = [_patch(shape) for shape in zones.geometry.to_numpy()[classes == k]]
        look: dict[str, Any] = (
            {"facecolor": "white", "edgecolor": UNSCORED_COLOR, "hatch": "////"}
            if k < 0
            else {"facecolor": CLASS_COLORS[k], "edgecolor": "white"}
        )
        axes.add_collection(PatchCollection(patches, linewidth=0.5, zorder=2, **look))


def _patch(shape: shapely.Geometry) -> PathPatch:
    rings = shapely.get_rings(shapely.get_parts(shape))
    return PathPatch(Outline.make_compound_path(*(Outline(shapely.get_coordinates(r), closed=True) for r in rings)))


def _facilities(axes: Axes, result: Result) -> None:
    used = result.facilities[result.facilities["status"] == "used"]
    for k, category in enumerate(result.rules):
        points = used.geometry[used["category"] == category]
        color = FACILITY_COLORS[k % len(FACILITY_COLORS)]
        axes.scatter(points.x, points.y, s=14, color=color, edgecolors="white", linewidths=0.5, zorder=4)


def _names(axes: Axes, zones: gpd.GeoDataFrame) -> None:
    """Name the zones at the top of the ranking; a rank alone where there is no name."""
    halo = {"boxstyle": "round,pad=0.15", "facecolor": "white", "edgecolor": "none", "alpha": 0.85}
    # The last first: where names meet, the higher rank stays readable.
    for _, zone in zones[zones["rank"].notna()].head(NAMED)[::-1].iterrows():
        at = zone.geometry.representative_point()
        text = f"{int(zone['rank'])} {zone['name'] if isinstance(zone['name'], str) else ''}".strip()
        axes.text(at.x, at.y, text[:24], fontsize=7, ha="center", va="center", zorder=5, bbox=halo)


def _scale_bar(axes: Axes, box: tuple[float, float, float, float]) -> None:
    west, south, east, north = box
    length = max((n for n in SCALE_LENGTHS_M if n <= (east - west) / 5), default=SCALE_LENGTHS_M[0])
    x, y = west + 0.01 * (east - west), south + 0.012 * (north - south)
    axes.plot([x, x + length], [y, y], color="#222222", linewidth=2.5, solid_capstyle="butt", zorder=6)
    word = f"{length / 1000:g} km" if length >= 1000 else f"{length} m"
    axes.text(x + length / 2, y + 0.008 * (north - south), word, fontsize=8, ha="center", va="bottom", zorder=6)


def _legend(result: Result, number: int) -> list[Any]:
    classes = priority_class(result.zones["priority"].to_numpy(float))
    handles: list[Any] = []
    for k in reversed(range(len(CLASS_COLORS))):
        label = f"{CLASS_BREAKS[k]:g} – {CLASS_BREAKS[k + 1]:g}  ({int((classes == k).sum())})"
        handles.append(Patch(facecolor=CLASS_COLORS[k], edgecolor="white", label=label))
    if (classes < 0).any():
        label = f"{PAGE['unscored'][number]}  ({int((classes < 0).sum())})"
        handles.append(Patch(facecolor="white", edgecolor=UNSCORED_COLOR, hatch="////", label=label))
    for k, category in enumerate(result.rules):
        color = FACILITY_COLORS[k % len(FACILITY_COLORS)]
        name = category_titles(category)[number]
        handles.append(Line2D([], [], marker="o", linestyle="", color=color, markeredgecolor="white", label=name))
    return handles
