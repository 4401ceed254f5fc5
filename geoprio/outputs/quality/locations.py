"""The map of what was set aside, as compact plain data: marks by reason over zones, buildings and streets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geoprio.outputs.palette import FACILITY_COLORS, UNSCORED_COLOR
from geoprio.outputs.quality.words import cell_word, report_word, role_word
from geoprio.outputs.translate import in_both
from geoprio.outputs.webmap.data import STREET_SCALE, ZONE_SCALE, on_grid, steps, street_steps, zone_shapes

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from geoprio._core.typing import Floats

MOST_MARKS: Final = 3000
"""Most marks on the map; where there are more, near ones share a mark."""
MOST_SHAPES: Final = 4000
"""Most buildings that are drawn one by one, and most squares that stand for them."""
STREET_VERTICES: Final = 30_000
LINES: Final = 5
"""Rows that a mark names."""
DEGREE_M: Final = 111_000.0
"""Metres in a degree of latitude, roughly."""
COLORS: Final = FACILITY_COLORS
WIDEST: Final = 3000
"""Steps across the study to which outlines are drawn: more than a screen shows."""

WORDS: Final = (
    *("map_zones", "map_buildings", "map_points", "map_roads", "map_rows", "map_row", "whole", "zoom_in", "zoom_out"),
    *("kind_reject", "kind_outlier"),
)


def quality_map(
    report: Mapping[str, Any], zones: gpd.GeoDataFrame, buildings: gpd.GeoDataFrame, streets: gpd.GeoDataFrame
) -> dict[str, Any]:
    """Return what the map shows, ready for JSON.

    Parameters
    ----------
    report : mapping
        The data-quality report, with `rejects` and `outliers`.
    zones, buildings, streets : GeoDataFrame
        In one projected CRS.

    Returns
    -------
    dict
        `layers` (one for each reason, with its `kind`, `source`, `title`, `count`, `placed` and `color`), `marks`
        ([layer, [x, y], rows, [[row, column, value], …]], the first few rows of each), the layers below, `hints`.
    """
    marks, layers, merged = _marks(report)
    squares, houses = _houses(buildings)
    placed, count = sum(layer["placed"] for layer in layers), sum(layer["count"] for layer in layers)
    hints = []
    if merged:
        hints.append(_filled("map_merged", n=f"{placed:,}", m=f"{merged * DEGREE_M:,.0f}"))
    if count > placed:
        hints.append(_filled("map_without", n=f"{count - placed:,}"))
    if squares:
        hints.append(_filled("map_cells", m=f"{squares:,.0f}"))
    if len(streets):
        hints.append(report_word("map_streets"))
    return {
        "words": {key: report_word(key) for key in WORDS},
        "layers": layers,
        "marks": marks,
        "zones": _zones(zones),
        "houses": houses,
        "standIns": "stand_in" in buildings and bool(buildings["stand_in"].all()),
        "streets": street_steps(streets, STREET_VERTICES) if len(streets) else [[], [], []],
        "scales": [ZONE_SCALE, STREET_SCALE],
        "hints": hints,
    }


def _filled(key: str, **values: str) -> tuple[str, str]:
    zh, en = report_word(key)
    return zh.format(**values), en.format(**values)


def _marks(report: Mapping[str, Any]) -> tuple[list[list[Any]], list[dict[str, Any]], float]:
    """Return the marks, their layers, and within how many degrees rows share a mark (0: at one place only)."""
    columns = ["source", "row", "column", "value", "lon", "lat"]
    parts = [
        pd.DataFrame(report[key], columns=[*columns, why]).rename(columns={why: "why"}).assign(kind=kind)
        for kind, key, why in (("reject", "rejects", "reason"), ("outlier", "outliers", "rule"))
    ]
    table = pd.concat([part for part in parts if len(part)] or parts[:1], ignore_index=True)
    key = ["kind", "source", "why"]
    found = table.groupby(key).agg(count=("row", "size"), placed=("lon", "count")).reset_index()
    # What was set aside comes before what is doubted, the most frequent first.
    found = found.sort_values(["kind", "count", "source", "why"], ascending=[False, False, True, True])
    table["layer"] = table.merge(found[key].assign(layer=np.arange(len(found))), on=key, how="left")["layer"]
    titles = {r["name"]: (r["title_zh"], r["title_en"]) for r in report["outlier_rules"]}
    layers = [
        {"kind": kind, "source": role_word(source), "title": titles[why] if kind == "outlier" else in_both(why),
         "count": count, "placed": placed}
        for kind, source, why, count, placed in zip(*(found[c].tolist() for c in found), strict=True)
    ]  # fmt: skip
    _color(layers)
    marks, merged = _merged(table[table["lon"].notna()])
    return marks, layers, merged


def _color(layers: list[dict[str, Any]]) -> None:
    """Give the first layers with marks a color each, and the others grey."""
    drawn = [layer for layer in layers if layer["placed"]]
    drawn.sort(key=lambda layer: -layer["placed"])
    for k, layer in enumerate(drawn):
        layer["color"] = COLORS[k] if k < len(COLORS) else UNSCORED_COLOR
    for layer in layers:
        layer.setdefault("color", UNSCORED_COLOR)


def _merged(rows: pd.DataFrame) -> tuple[list[list[Any]], float]:
    """Return a mark for each place and layer; where there are too many, for each cell of a grid."""
    at = rows[["lon", "lat"]].to_numpy(float)
    step, groups = 0.0, _groups(rows["layer"], np.rint(at * 1e6))
    while groups.max(initial=-1) + 1 > MOST_MARKS:
        step = 2 * step or 1e-4
        groups = _groups(rows["layer"], np.floor(at / step))
    marks = []
    texts = rows[["row", "column", "value"]].to_numpy(object)
    lon, lat, layer = at[:, 0], at[:, 1], rows["layer"].to_numpy()
    order = np.argsort(groups, kind="stable")
    for members in np.split(order, np.flatnonzero(np.diff(groups[order])) + 1) if len(order) else []:
        x, y = on_grid(np.array([lon[members].mean(), lat[members].mean()]), ZONE_SCALE).tolist()
        marks.append([int(layer[members[0]]), [x, y], len(members), [_line(texts[i]) for i in members[:LINES]]])
    return marks, step


def _line(texts: NDArray[np.object_]) -> list[Any]:
    row, column, value = texts.tolist()
    return [row, cell_word(column), value]


def _groups(layer: pd.Series, cells: Floats) -> NDArray[np.int64]:
    """Return the number of each row's group, in order of appearance."""
    if not len(layer):
        return np.empty(0, np.int64)
    x, y = (cells - cells.min(axis=0)).astype(np.int64).T
    # 360 millions of steps in either direction and some thousand layers fit 63 bits only one after the other.
    place, _ = pd.factorize(x * (int(y.max()) + 1) + y)
    key = place.astype(np.int64) * (int(layer.max()) + 1) + layer.to_numpy(np.int64)
    return np.asarray(pd.factorize(key)[0], np.int64)


def _zones(zones: gpd.GeoDataFrame) -> list[list[Any]]:
    west, south, east, north = zones.total_bounds
    coarse = zones.set_geometry(zones.geometry.simplify(max(east - west, north - south) / WIDEST))
    _, shapes = zone_shapes(coarse)
    return [[name, shape] for name, shape in zip(zones["name"].fillna("").astype(str), shapes, strict=True)]


def _houses(buildings: gpd.GeoDataFrame) -> tuple[float, list[list[int]]]:
    """Return the side of the squares that stand for buildings (0: each is drawn), and rings or points as steps."""
    if len(buildings) <= MOST_SHAPES:
        shapes = shapely.simplify(buildings.geometry.to_numpy(), 0.5)
        parts = shapely.get_parts(shapes)
        outer = np.where(shapely.get_type_id(parts) == 3, shapely.get_exterior_ring(parts), parts)
        return 0.0, _as_steps(outer, buildings)
    at = buildings[["x", "y"]].to_numpy(float)
    side = 25.0
    while True:
        side *= 2
        cells = np.unique(np.floor(at / side).astype(np.int64)[:, ::-1], axis=0)
        # Cells side by side in a row are one oblong.
        begins = np.r_[True, (np.diff(cells[:, 0]) != 0) | (np.diff(cells[:, 1]) != 1)]
        if begins.sum() <= MOST_SHAPES:
            break
    first, last = cells[begins], cells[np.r_[begins[1:], True]]
    boxes = shapely.box(first[:, 1] * side, first[:, 0] * side, (last[:, 1] + 1) * side, (last[:, 0] + 1) * side)
    return side, _as_steps(shapely.get_exterior_ring(boxes), buildings)


def _as_steps(shapes: NDArray[np.object_], like: gpd.GeoDataFrame) -> list[list[int]]:
    degrees = gpd.GeoSeries(shapes, crs=like.crs).to_crs("EPSG:4326")
    # A ring ends where it began.
    return [steps(xy[:-1] if len(xy) > 1 else xy, ZONE_SCALE) for xy in map(shapely.get_coordinates, degrees)]
