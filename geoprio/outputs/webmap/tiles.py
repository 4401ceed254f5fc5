"""Shapes cut into tiles of the Web Mercator pyramid at one zoom: whole, each in one tile, as steps between vertices.

A tile is a zlib stream. Unpacked it starts with four counts as uint32 (shapes, rings, vertices, bytes of ids), then
its columns: rings of each shape, vertices of each ring, bytes of each id, x and y as steps from vertex to vertex
(zigzag), all of these as uint32; the columns that the caller gives, each in its own width; the ids as UTF-8. A column
holds the lowest bytes of all its numbers, then the next higher ones, and so on: like bytes stand together.
"""

from __future__ import annotations

import base64
import math
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyproj
import shapely

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from geoprio._core.typing import Bools, Floats, Ints

ZOOM = 14
BITS = 13
"""A tile is 2¹³ steps wide: some 0.3 m each on the equator, a pixel of zoom 19."""

SIDE = 1 << BITS
WORLD = 1 << (ZOOM + BITS)
MOST_LATITUDE = 85.05
LEVEL = 6


@dataclass(frozen=True)
class Rings:
    """Rings of many shapes on the grid of steps; x to the east and y to the south from the map's corner.

    Attributes
    ----------
    x, y : ndarray of int, shape (vertices,)
        A ring's last vertex is not its first again. Outer rings run one way, holes the other. A shape without an area
        is a ring of one vertex or two.
    vertices : ndarray of int, shape (rings,)
        Vertices of each ring.
    rings : ndarray of int, shape (shapes,)
        Rings of each shape; 0 where it has no place.
    """

    x: Ints
    y: Ints
    vertices: Ints
    rings: Ints


@dataclass(frozen=True)
class Tiles:
    """Tiles in the order of a space-filling curve.

    Attributes
    ----------
    index : ndarray of int, shape (tiles, 7)
        Column and row of each tile, its shapes, and the box of all their vertices (west, north, east, south) in steps
        from the tile's corner: shapes stand whole in the tile of their middle and may reach beyond it.
    texts : list of str
        Each tile as base64.
    order : ndarray of int
        Rows of the shapes in the order in which the tiles hold them.
    """

    index: Ints
    texts: list[str]
    order: Ints


def cut_tiles(shapes: np.ndarray, crs: object, ids: Sequence[str], columns: Mapping[str, Ints]) -> Tiles:
    """Cut shapes into tiles.

    Parameters
    ----------
    shapes : ndarray of Geometry, shape (shapes,)
        Polygons or anything else; what has no area is shown as a point. Missing and empty shapes are left out.
    crs : object
        What pyproj takes for their CRS.
    ids : sequence of str, shape (shapes,)
    columns : mapping of str to ndarray of uint8, uint16 or uint32, shape (shapes,)
        What each shape carries along.

    Returns
    -------
    Tiles
        Equal input gives equal bytes.
    """
    rings = quantised(shapes, crs)
    first, count = _vertices_of(rings)
    row = np.flatnonzero(count)
    starts = first[row]
    if not len(row):
        return Tiles(np.zeros((0, 7), np.int64), [], row)
    box = np.stack([
        np.minimum.reduceat(rings.x, starts), np.minimum.reduceat(rings.y, starts),
        np.maximum.reduceat(rings.x, starts), np.maximum.reduceat(rings.y, starts),
    ])  # fmt: skip
    middle = (box[:2] + box[2:]) // 2
    curve = np.argsort(morton(middle[0], middle[1]), kind="stable")
    order, box, tile = row[curve], box[:, curve], middle[:, curve] >> BITS
    begins = np.flatnonzero(np.r_[True, (np.diff(tile, axis=1) != 0).any(axis=0)])
    corner = tile[:, begins]
    reach = [np.minimum.reduceat(v, begins) for v in box[:2]] + [np.maximum.reduceat(v, begins) for v in box[2:]]
    sizes = np.diff(np.r_[begins, len(order)])
    index = np.stack([*corner, sizes, *(v - SIDE * corner[k % 2] for k, v in enumerate(reach))], axis=1)
    names = [ids[k].encode("utf-8", "surrogatepass") for k in order]
    given = {name: values[order] for name, values in columns.items()}
    return Tiles(index, _packed(_taken(rings, order), index, begins, names, given), order)


def quantised(shapes: np.ndarray, crs: object) -> Rings:
    """Return the rings of shapes on the grid of steps; see `Rings`."""
    parts, owner = shapely.get_parts(shapes, return_index=True)
    flat = shapely.get_dimensions(parts) < 2
    polygons, of_polygon = shapely.orient_polygons(parts[~flat]), owner[~flat]
    rings, ring_part = shapely.get_rings(polygons, return_index=True)
    points = shapely.point_on_surface(parts[flat])
    xy, vertex_ring = shapely.get_coordinates(np.r_[rings, points], return_index=True)
    ring_owner = np.r_[of_polygon[ring_part], owner[flat]]
    hole = np.r_[np.diff(ring_part, prepend=-1) == 0, np.zeros(len(points), bool)]
    x, y = on_steps(xy, crs)
    keep = _turning(x, y, vertex_ring)
    counts = np.bincount(vertex_ring[keep], minlength=len(ring_owner))
    # A hole below a step's size is none; an outer ring of that size is shown as a point.
    lost = (hole & (counts < 3)) | (counts == 0)
    keep &= ~lost[vertex_ring]
    x, y, counts, ring_owner = x[keep], y[keep], counts[~lost], ring_owner[~lost]
    found = Rings(x, y, counts, np.bincount(ring_owner, minlength=len(shapes)))
    in_order = np.argsort(ring_owner, kind="stable")
    return found if not flat.any() else _reordered(found, in_order)


def on_steps(xy: Floats, crs: object) -> tuple[Ints, Ints]:
    """Return coordinates of a CRS as steps of the grid."""
    degrees = pyproj.Transformer.from_crs(crs, "EPSG:4326", always_xy=True).transform(xy[:, 0], xy[:, 1])
    longitude, latitude = np.asarray(degrees, np.float64)
    north = np.arcsinh(np.tan(np.radians(np.clip(latitude, -MOST_LATITUDE, MOST_LATITUDE)))) / math.pi
    x, y = (longitude + 180) / 360 * WORLD, (1 - north) / 2 * WORLD
    east, south = (np.clip(np.rint(v), 0, WORLD - 1).astype(np.int64) for v in (x, y))
    return east, south


def morton(x: Ints, y: Ints) -> Ints:
    """Return places along a space-filling curve (Z-order), on which what is near mostly lies near."""
    return _spread(x) | (_spread(y) << 1)


def _spread(values: Ints) -> Ints:
    """Return numbers below 2³² with a zero between any two bits."""
    v = values.astype(np.int64)
    for shift, mask in (
        (16, 0x0000FFFF0000FFFF), (8, 0x00FF00FF00FF00FF), (4, 0x0F0F0F0F0F0F0F0F),
        (2, 0x3333333333333333), (1, 0x5555555555555555),
    ):  # fmt: skip
        v = (v | (v << shift)) & mask
    return v


def _turning(x: Ints, y: Ints, ring: Ints) -> Bools:
    """Return which vertices to keep: none that repeats the one before it, nor a ring's last one equal to its first."""
    if not len(x):
        return np.zeros(0, bool)
    starts = np.r_[True, ring[1:] != ring[:-1]]
    keep = starts | np.r_[True, (np.diff(x) != 0) | (np.diff(y) != 0)]
    at = np.flatnonzero(keep)
    first = np.flatnonzero(starts)[np.cumsum(starts)[at] - 1]
    last = np.r_[ring[at][1:] != ring[at][:-1], True]
    keep[at[last & (at != first) & (x[at] == x[first]) & (y[at] == y[first])]] = False
    return np.asarray(keep, bool)


def _vertices_of(rings: Rings) -> tuple[Ints, Ints]:
    """Return the first vertex of each shape, and how many it has."""
    ends = np.r_[0, np.cumsum(rings.vertices)]
    ring_ends = np.r_[0, np.cumsum(rings.rings)]
    return ends[ring_ends[:-1]], np.diff(ends[ring_ends])


def _runs(starts: Ints, counts: Ints) -> Ints:
    """Return the numbers of runs one after another: `counts[k]` numbers from `starts[k]` on."""
    ends = np.cumsum(counts)
    return np.repeat(starts - np.r_[0, ends[:-1]], counts) + np.arange(int(ends[-1]) if len(ends) else 0)


def _reordered(rings: Rings, order: Ints) -> Rings:
    starts = np.r_[0, np.cumsum(rings.vertices)][:-1]
    vertex = _runs(starts[order], rings.vertices[order])
    return Rings(rings.x[vertex], rings.y[vertex], rings.vertices[order], rings.rings)


def _taken(rings: Rings, order: Ints) -> Rings:
    """Return the rings of the shapes in another order."""
    starts = np.r_[0, np.cumsum(rings.rings)][:-1]
    taken = _reordered(rings, _runs(starts[order], rings.rings[order]))
    return Rings(taken.x, taken.y, taken.vertices, rings.rings[order])


def _packed(rings: Rings, index: Ints, begins: Ints, names: list[bytes], columns: Mapping[str, Ints]) -> list[str]:
    """Return each tile as base64."""
    shape_ends = np.r_[begins, len(names)]
    ring_ends = np.r_[0, np.cumsum(rings.rings)][shape_ends]
    vertex_ends = np.r_[0, np.cumsum(rings.vertices)][ring_ends]
    lengths = np.array([len(name) for name in names], np.uint32)
    texts = []
    for k, (column, row) in enumerate(index[:, :2]):
        s, r, v = (slice(ends[k], ends[k + 1]) for ends in (shape_ends, ring_ends, vertex_ends))
        ids = b"".join(names[s])
        counts = [shape_ends[k + 1] - shape_ends[k], r.stop - r.start, v.stop - v.start, len(ids)]
        steps = [_zigzag(rings.x[v] - SIDE * column), _zigzag(rings.y[v] - SIDE * row)]
        geometry = [planes(a.astype(np.uint32)) for a in (rings.rings[s], rings.vertices[r], lengths[s], *steps)]
        given = [planes(values[s]) for values in columns.values()]
        whole = b"".join([np.array(counts, "<u4").tobytes(), *geometry, *given, ids])
        texts.append(base64.b64encode(zlib.compress(whole, LEVEL)).decode("ascii"))
    return texts


def _zigzag(values: Ints) -> Ints:
    """Return the steps from each number to the next as numbers from 0 on: 0, −1, 1, −2, 2 are 0, 1, 2, 3, 4."""
    steps = np.diff(values, prepend=0)
    return (steps << 1) ^ (steps >> 63)


def planes(values: Ints) -> bytes:
    """Return unsigned numbers byte by byte: all lowest bytes first."""
    width = values.dtype.itemsize
    little = np.ascontiguousarray(values.astype(f"<u{width}"))
    return little.view(np.uint8).reshape(-1, width).T.tobytes()
