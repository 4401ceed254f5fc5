"""Workloads for the access benchmark: a real network tiled up, and a perturbed grid."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import osmium
import shapely
from pyproj import Transformer

from geoprio.network import build_network
from geoprio.network.build import Network
from geoprio.sources.categories import is_walkable

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

OFF_STREET_M = 15.0
"""Standard deviation of the distance of made-up buildings and facilities from their street."""


@dataclass(frozen=True)
class Workload:
    """A network with buildings and facilities of three categories, all synthetic but the real network's lines."""

    name: str
    network: Network
    buildings: Floats
    facilities: tuple[Floats, ...]


def real_tiles(pbf: Path, epsg: int, tiles: int, buildings: int, facilities: int, seed: int = 5) -> Workload:
    """Return tiles × tiles copies of the walking network of an OSM file, joined by short streets at their seams."""
    to_metres = Transformer.from_crs(4326, epsg, always_xy=True)
    lines = []
    for way in osmium.FileProcessor(str(pbf), osmium.osm.NODE | osmium.osm.WAY).with_locations():
        if way.is_way() and is_walkable({t.k: t.v for t in way.tags}):
            points = [(n.lon, n.lat) for n in way.nodes if n.location.valid()]
            if len(points) > 1:
                lines.append(shapely.LineString(np.column_stack(to_metres.transform(*np.array(points).T))))
    one = build_network(lines)
    width, height = np.ptp(one.x) + 30, np.ptp(one.y) + 30
    n = len(one.x)
    shifts = [(i * width, j * height) for i in range(tiles) for j in range(tiles)]
    x = np.concatenate([one.x + dx for dx, _ in shifts])
    y = np.concatenate([one.y + dy for _, dy in shifts])
    start = np.concatenate([one.start + k * n for k in range(len(shifts))])
    end = np.concatenate([one.end + k * n for k in range(len(shifts))])
    seams = _seams(one, tiles)
    start, end = np.concatenate((start, seams[:, 0])), np.concatenate((end, seams[:, 1]))
    network = Network(x, y, start, end, np.hypot(x[start] - x[end], y[start] - y[end]))
    return _filled(f"real network, {tiles} x {tiles} tiles", network, buildings, facilities, seed)


def _seams(one: Network, tiles: int, streets: int = 30) -> NDArray[np.int64]:
    """Return streets between the extreme nodes of neighbouring tiles."""
    east, west = np.argsort(-one.x)[:streets], np.argsort(one.x)[:streets]
    north, south = np.argsort(-one.y)[:streets], np.argsort(one.y)[:streets]
    n = len(one.x)
    pairs = []
    for i in range(tiles):
        for j in range(tiles):
            here = (i * tiles + j) * n
            if i + 1 < tiles:
                pairs.append(np.column_stack((here + east, here + tiles * n + west)))
            if j + 1 < tiles:
                pairs.append(np.column_stack((here + north, here + n + south)))
    return np.concatenate(pairs) if pairs else np.empty((0, 2), np.int64)


def grid(side: int, buildings: int, facilities: int, seed: int = 3) -> Workload:
    """Return a perturbed grid of side × side nodes, some 60 m apart, with gaps and diagonals."""
    random = np.random.default_rng(seed)
    gx, gy = np.meshgrid(np.arange(side) * 60.0, np.arange(side) * 60.0)
    x = (gx + random.normal(0, 8, gx.shape)).ravel()
    y = (gy + random.normal(0, 8, gy.shape)).ravel()
    node = np.arange(side * side).reshape(side, side)
    straight = np.concatenate(
        (
            np.column_stack((node[:, :-1].ravel(), node[:, 1:].ravel())),
            np.column_stack((node[:-1].ravel(), node[1:].ravel())),
        )
    )
    diagonal = np.column_stack((node[:-1, :-1].ravel(), node[1:, 1:].ravel()))
    pairs = np.concatenate(
        (straight[random.random(len(straight)) > 0.06], diagonal[random.random(len(diagonal)) < 0.06])
    )
    start, end = pairs[:, 0].astype(np.int64), pairs[:, 1].astype(np.int64)
    network = Network(x, y, start, end, np.hypot(x[start] - x[end], y[start] - y[end]))
    return _filled(f"perturbed grid, {side} x {side}", network, buildings, facilities, seed + 1)


def _filled(name: str, network: Network, buildings: int, facilities: int, seed: int) -> Workload:
    random = np.random.default_rng(seed)

    def beside_streets(count: int) -> Floats:
        s = random.choice(len(network.start), count, p=network.length / network.length.sum())
        t = random.random(count)
        a, b = network.start[s], network.end[s]
        x = network.x[a] + t * (network.x[b] - network.x[a]) + random.normal(0, OFF_STREET_M, count)
        y = network.y[a] + t * (network.y[b] - network.y[a]) + random.normal(0, OFF_STREET_M, count)
        return np.column_stack((x, y))

    return Workload(name, network, beside_streets(buildings), tuple(beside_streets(facilities) for _ in range(3)))
