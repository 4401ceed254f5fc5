"""Geometry tools of make_example.py: noding streets, cutting blocks, packing buildings.

All shapes are in metres. Nothing here knows about the town that is being made.
"""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import shapely
from shapely import affinity, ops
from shapely.geometry import LineString, Polygon, box

SNAP = 0.05  # grid on which street lines are noded


class Street(NamedTuple):
    """A street line with its grade (index into GRADES) and name."""

    line: LineString
    grade: int
    name: str | None


class Fill(NamedTuple):
    """How rows of buildings are laid out, in metres; drop and wing are shares."""

    depth: float
    pitch: float
    length: float
    gap: float
    drop: float = 0.0
    wing: float = 0.0


def node_streets(streets: list[Street], stub: float) -> list[Street]:
    """Split streets at every junction and drop dead ends shorter than `stub`."""
    tree = shapely.STRtree([s.line for s in streets])
    merged = shapely.unary_union([s.line for s in streets], grid_size=SNAP)
    edges = []
    for line in sorted(shapely.get_parts(merged), key=lambda g: tuple(g.coords)):
        near = tree.query(line.interpolate(0.5, normalized=True), "dwithin", 0.5)
        best = min((streets[i] for i in sorted(near)), key=lambda s: s.grade)
        edges.append(best._replace(line=line))
    while True:
        ends = Counter(e.line.coords[i] for e in edges for i in (0, -1))
        keep = [e for e in edges if e.line.length >= stub or min(ends[e.line.coords[i]] for i in (0, -1)) > 1]
        if len(keep) == len(edges):
            return edges
        edges = keep


def axes(shape: Polygon) -> tuple[float, float, float]:
    """Return long side, short side and direction (degrees) of the tightest rectangle."""
    a, b, c = np.asarray(shape.minimum_rotated_rectangle.exterior.coords)[:3]
    long, short = (b - a, c - b) if np.hypot(*(b - a)) >= np.hypot(*(c - b)) else (c - b, b - a)
    return np.hypot(*long), np.hypot(*short), np.degrees(np.arctan2(long[1], long[0]))


def row_angle(shape: Polygon) -> float:
    """Return the direction of building rows, within 45 degrees of east-west."""
    return float((axes(shape)[2] + 45) % 90 - 45)


def divide(shape: Polygon, target: float, rng: np.random.Generator) -> tuple[list[Polygon], list[LineString]]:
    """Cut a polygon across its long side again and again until the parts are small."""
    if shape.area < target * rng.uniform(1.25, 1.7):
        return [shape], []
    long, short, angle = axes(shape)
    t = np.linspace(-1, 1, 9)
    bow = rng.uniform(-0.05, 0.05) * short * (1 - t**2) + rng.uniform(-0.1, 0.1) * long
    cut = LineString(np.column_stack([bow, t * (long + short)]))
    cut = affinity.rotate(cut, angle + rng.uniform(-7, 7), origin=(0, 0))
    cut = affinity.translate(cut, shape.centroid.x, shape.centroid.y)
    parts = sorted(ops.split(shape, cut).geoms, key=lambda g: g.centroid.coords[0])
    inner = cut.intersection(shape)
    if len(parts) != 2 or inner.geom_type != "LineString":
        return [shape], []
    done = [divide(p, target, rng) for p in parts]
    return [f for d in done for f in d[0]], [inner, *(c for d in done for c in d[1])]


def inset(shape: Polygon, by: float) -> Polygon:
    """Shrink a polygon, keeping its corners and its largest part."""
    small = shape.buffer(-by, join_style="mitre").simplify(0.2)
    return max(shapely.get_parts(small), key=lambda g: g.area) if not small.is_empty else small


def rows(area: Polygon, angle: float, fill: Fill, rng: np.random.Generator) -> list[Polygon]:
    """Pack rectangles, some with a wing, in parallel rows inside an area."""
    out = []
    for part in shapely.get_parts(affinity.rotate(area, -angle, origin=(0, 0))):
        if part.is_empty or part.geom_type != "Polygon":
            continue
        x0, y0, x1, y1 = part.bounds
        y = y0 + rng.uniform(0.3, 2.0)
        while y + fill.depth < y1:
            left, right = x0, x1
            for level in (y, y + fill.depth / 2, y + fill.depth):
                chord = part.intersection(LineString([(x0 - 1, level), (x1 + 1, level)]))
                a, _, b, _ = max((g.bounds for g in shapely.get_parts(chord)), key=lambda q: q[2] - q[0])
                left, right = max(left, a + 0.2), min(right, b - 0.2)
            count = round((right - left + fill.gap) / (fill.length * rng.uniform(0.85, 1.2) + fill.gap))
            width = min((right - left + fill.gap) / max(count, 1) - fill.gap, fill.length * 1.5)
            count = count if width > 0.5 * fill.length else 0
            for k in range(count):
                xa = left + k * (width + fill.gap)
                xb, top = (
                    xa + width * rng.uniform(0.86, 1.0),
                    y + fill.depth * rng.uniform(0.88, 1.0),
                )
                shape, slack = box(xa, y, xb, top), fill.pitch - fill.depth - 4
                if slack > 3 and rng.random() < fill.wing:
                    wing = box(xa, y - slack * rng.uniform(0.6, 1), xa + 0.4 * (xb - xa), y)
                    shape = shape.union(wing) if part.contains(wing) else shape
                if rng.random() >= fill.drop and part.contains(shape):
                    out.append(affinity.rotate(shape, angle, origin=(0, 0)))
            y += fill.pitch
    return out


def shopfronts(plot: Polygon, rng: np.random.Generator) -> list[Polygon]:
    """Line the edge of a plot with narrow houses that face the street."""
    ring = np.asarray(shapely.orient_polygons(plot.simplify(2.5)).exterior.coords)
    out: list[Polygon] = []
    for a, b in pairwise(ring):
        length = float(np.hypot(*(b - a)))
        angle = float(np.degrees(np.arctan2(b[1] - a[1], b[0] - a[0])))
        at = 1.0
        while at < length - 9:
            front, depth = rng.uniform(9, 17), rng.uniform(9.5, 12.5)
            shape = box(at, 0.7, min(at + front, length), 0.7 + depth)
            shape = affinity.translate(affinity.rotate(shape, angle, (0, 0)), a[0], a[1])
            at += front + rng.choice([0.5, 0.5, 0.5, 5.0])
            if plot.contains(shape) and all(shape.distance(o) > 0.3 for o in out):
                out.append(shape)
    return out
