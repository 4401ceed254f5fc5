"""The cities that the benchmark runs on, kept as plain arrays that every contender can read.

Real are the streets of the small city and of the tiles, and the small city's buildings and facilities. Synthetic are
the grid, the buildings and facilities beside the streets of the grid and of the tiles, and every demand and capacity.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import osmium
import shapely
from pyproj import Transformer
from scipy.spatial import cKDTree

from geoprio._core.columns import CATEGORIES
from geoprio.sources.categories import is_walkable, osm_rule

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

OFF_STREET_M = 15.0
"""Standard deviation, along each axis, of how far synthetic buildings and facilities stand off their street."""

BLOCK_M = 60.0
"""Side of the grid's blocks before its nodes are moved."""

SEAM_STREETS = 30
"""Streets that join two neighboring tiles."""


@dataclass(frozen=True)
class Streets:
    """A street network: coordinates of nodes in meters, and the nodes at the ends of each segment.

    Attributes
    ----------
    x, y : ndarray of float, shape (nodes,)
    start, end : ndarray of int, shape (segments,)
    """

    x: Floats
    y: Floats
    start: Ints
    end: Ints

    @property
    def length(self) -> Floats:
        """Meters of each segment, shape (segments,)."""
        return np.hypot(self.x[self.start] - self.x[self.end], self.y[self.start] - self.y[self.end])


@dataclass(frozen=True)
class Workload:
    """Streets, buildings as points of shape (n, 2), and facilities of three categories."""

    name: str
    streets: Streets
    buildings: Floats
    facilities: tuple[Floats, ...]


def real_city(pbf: Path, epsg: int) -> Workload:
    """Return the walkable streets, buildings and facilities of an OSM file, each as it is mapped."""
    ways: list[list[int]] = []
    nodes: dict[int, tuple[float, float]] = {}
    buildings: list[tuple[float, float]] = []
    rules = {category: osm_rule(category) for category in CATEGORIES}
    facilities: dict[str, list[tuple[float, float]]] = {category: [] for category in rules}
    for item in osmium.FileProcessor(str(pbf), osmium.osm.NODE | osmium.osm.WAY).with_locations():
        tags = {t.k: t.v for t in item.tags}
        if not tags:
            continue
        if item.is_node():
            point = (item.lon, item.lat)
        else:
            shape = [(n.ref, (n.lon, n.lat)) for n in item.nodes if n.location.valid()]
            if len(shape) < 2:
                continue
            if is_walkable(tags):
                ways.append([ref for ref, _ in shape])
                nodes.update(shape)
            point = shapely.LineString([at for _, at in shape]).envelope.centroid.coords[0]
            if item.is_closed() and tags.get("building", "no") != "no":
                buildings.append(point)
        for category, rule in rules.items():
            if rule(tags):
                facilities[category].append(point)
    to_meters = Transformer.from_crs(4326, epsg, always_xy=True)

    def projected(points: list[tuple[float, float]]) -> Floats:
        return np.column_stack(to_meters.transform(*np.array(points).T))

    number = {ref: k for k, ref in enumerate(nodes)}
    start = np.array([number[ref] for way in ways for ref in way[:-1]])
    end = np.array([number[ref] for way in ways for ref in way[1:]])
    x, y = projected(list(nodes.values())).T
    real = np.hypot(x[start] - x[end], y[start] - y[end]) > 0
    streets = Streets(x, y, start[real], end[real])
    found = tuple(projected(points) for points in facilities.values())
    return Workload("small real city", streets, projected(buildings), found)


def tiles(city: Workload, side: int, buildings: int, facilities: int, seed: int = 5) -> Workload:
    """Return side × side copies of a city's streets, joined by short streets at their seams, with synthetic points."""
    one = city.streets
    width, height = np.ptp(one.x) + 30, np.ptp(one.y) + 30
    n = len(one.x)
    shifts = [(i * width, j * height) for i in range(side) for j in range(side)]
    x = np.concatenate([one.x + dx for dx, _ in shifts])
    y = np.concatenate([one.y + dy for _, dy in shifts])
    pairs = [np.column_stack((one.start, one.end)) + k * n for k in range(len(shifts))]
    east, west = np.argsort(-one.x)[:SEAM_STREETS], np.argsort(one.x)[:SEAM_STREETS]
    north, south = np.argsort(-one.y)[:SEAM_STREETS], np.argsort(one.y)[:SEAM_STREETS]
    for here in range(len(shifts)):
        if here // side + 1 < side:
            pairs.append(np.column_stack((here * n + east, (here + side) * n + west)))
        if here % side + 1 < side:
            pairs.append(np.column_stack((here * n + north, (here + 1) * n + south)))
    start, end = np.concatenate(pairs).T
    return _filled(f"real streets, {side} x {side} tiles", Streets(x, y, start, end), buildings, facilities, seed)


def grid(buildings: int, seed: int = 3) -> Workload:
    """Return a perturbed grid with gaps and diagonals: 504,100 nodes, 3 × 2,000 facilities per 1,000,000 buildings."""
    side = round(710 * (buildings / 1e6) ** 0.5)
    random = np.random.default_rng(seed)
    gx, gy = np.meshgrid(np.arange(side) * BLOCK_M, np.arange(side) * BLOCK_M)
    x = (gx + random.normal(0, 8, gx.shape)).ravel()
    y = (gy + random.normal(0, 8, gy.shape)).ravel()
    node = np.arange(side * side).reshape(side, side)
    along = np.column_stack((node[:, :-1].ravel(), node[:, 1:].ravel()))
    across = np.column_stack((node[:-1].ravel(), node[1:].ravel()))
    diagonal = np.column_stack((node[:-1, :-1].ravel(), node[1:, 1:].ravel()))
    straight = np.concatenate((along, across))
    kept = straight[random.random(len(straight)) > 0.06], diagonal[random.random(len(diagonal)) < 0.06]
    start, end = np.concatenate(kept).T
    streets = Streets(x, y, start, end)
    return _filled(f"perturbed grid, {side} x {side}", streets, buildings, max(buildings // 500, 1), seed + 1)


def _filled(name: str, streets: Streets, buildings: int, facilities: int, seed: int) -> Workload:
    """Return the streets with points beside them, as many per meter everywhere."""
    random = np.random.default_rng(seed)
    share = streets.length / streets.length.sum()

    def beside_streets(count: int) -> Floats:
        segment, t = random.choice(len(share), count, p=share), random.random(count)
        a, b = streets.start[segment], streets.end[segment]
        x = streets.x[a] + t * (streets.x[b] - streets.x[a]) + random.normal(0, OFF_STREET_M, count)
        y = streets.y[a] + t * (streets.y[b] - streets.y[a]) + random.normal(0, OFF_STREET_M, count)
        return np.column_stack((x, y))

    return Workload(name, streets, beside_streets(buildings), tuple(beside_streets(facilities) for _ in range(3)))


def stored(folder: Path, make: Callable[[], Workload], seed: int = 11) -> Path:
    """Return the folder of arrays of a workload, which is made only where this file's version of it is not there yet.

    The peers know no position on a segment. For them, every building's demand and every facility's capacity also
    stand at the nearest node (`node_demand`, `facility_nodes`, `node_capacity`).
    """
    made_by = hashlib.sha256(Path(__file__).read_bytes()).hexdigest()
    facts = folder / "facts.json"
    if facts.exists() and json.loads(facts.read_text(encoding="utf-8"))["made_by"] == made_by:
        return folder
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    load = make()
    streets, random = load.streets, np.random.default_rng(seed)
    joined = np.unique(np.concatenate((streets.start, streets.end)))
    tree = cKDTree(np.column_stack((streets.x, streets.y))[joined])

    def nearest_node(points: Floats) -> Ints:
        return joined[tree.query(points)[1]]

    demand = random.integers(1, 31, len(load.buildings)).astype(float)
    at_nodes = np.bincount(nearest_node(load.buildings), demand, minlength=len(streets.x))
    arrays = {"x": streets.x, "y": streets.y, "start": streets.start, "end": streets.end, "length": streets.length}
    arrays |= {"buildings": load.buildings, "demand": demand, "node_demand": at_nodes}
    for k, points in enumerate(load.facilities):
        capacity = random.integers(1, 21, len(points)).astype(float)
        nodes, which = np.unique(nearest_node(points), return_inverse=True)
        arrays |= {f"facilities_{k}": points, f"capacity_{k}": capacity, f"facility_nodes_{k}": nodes}
        arrays[f"node_capacity_{k}"] = np.bincount(which, capacity)
    for name, values in arrays.items():
        np.save(folder / f"{name}.npy", values)
    sizes = {
        "nodes": len(streets.x),
        "segments": len(streets.start),
        "buildings": len(load.buildings),
        "facilities": [len(points) for points in load.facilities],
    }
    facts.write_text(json.dumps({"name": load.name, **sizes, "made_by": made_by}) + "\n", encoding="utf-8")
    return folder
