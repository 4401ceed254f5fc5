"""Tiles hold every shape once, where it is, with what it carries: read back by other code than the page's."""

import base64
import struct
import zlib

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geoprio.outputs.webmap.tiles import BITS, SIDE, WORLD, ZOOM, cut_tiles, morton, planes

STEP_M = 40_075_016.686 / WORLD
NUMBER = {1: "B", 2: "H", 4: "I"}


def decoded(tiles, widths):
    """Return id → (rings in EPSG:3857, values), one number after another."""
    found = []
    for (column, row, count, *_), text in zip(tiles.index.tolist(), tiles.texts, strict=True):
        raw = zlib.decompress(base64.b64decode(text))
        shapes, rings, vertices, id_bytes = struct.unpack_from("<4I", raw)
        assert shapes == count
        at = 16

        def take(n, width, raw=raw):
            nonlocal at
            planes_of = [raw[at + k * n : at + (k + 1) * n] for k in range(width)]
            at += n * width
            return [struct.unpack(f"<{NUMBER[width]}", bytes(p[i] for p in planes_of))[0] for i in range(n)]

        ring_counts, vertex_counts, lengths = take(shapes, 4), take(rings, 4), take(shapes, 4)
        places = []
        for corner in (column, row):
            value, axis = corner * SIDE, []
            for step in take(vertices, 4):
                value += step // 2 if step % 2 == 0 else -(step + 1) // 2
                axis.append(value)
            places.append(axis)
        values = {name: take(shapes, width) for name, width in widths.items()}
        names, x, y = raw[at:], *places
        assert len(names) == id_bytes
        ring = vertex = byte = 0
        for i in range(shapes):
            outlines = []
            for size in vertex_counts[ring : ring + ring_counts[i]]:
                steps = np.column_stack((x[vertex : vertex + size], y[vertex : vertex + size]))
                outlines.append((steps - WORLD / 2) * STEP_M * [1, -1])
                vertex += size
            ring += ring_counts[i]
            name = names[byte : byte + lengths[i]].decode()
            byte += lengths[i]
            found.append((name, outlines, {key: column[i] for key, column in values.items()}, (column, row)))
        assert (ring, vertex) == (rings, vertices)
    return found


@pytest.fixture(scope="module")
def homes():
    """A thousand turned boxes over some tiles, with courtyards, several parts and other shapes among them."""
    dice = np.random.default_rng(5)
    middles = np.array([500_000.0, 3_450_000.0]) + dice.uniform(0, 9_000, (1_000, 2))
    sizes = dice.uniform(4, 60, 1_000)
    shapes = [shapely.Point(m).buffer(s, cap_style="square") for m, s in zip(middles, sizes, strict=True)]
    turned = [shapely.affinity.rotate(s, a) for s, a in zip(shapes, dice.uniform(0, 90, 1_000), strict=True)]
    turned[0] = turned[0].difference(turned[0].centroid.buffer(2, quad_segs=2))
    turned[1] = shapely.MultiPolygon([turned[1], shapely.affinity.translate(turned[1], 300, 0)])
    turned[2] = shapely.reverse(turned[2])
    turned[3] = middle = shapely.Point(*middles[3])
    turned[4] = shapely.box(*(middles[4] + [[0], [12_000]]).T.ravel())
    ids = [f"{k} 楼\n" if k % 7 else f"<b>{k}" for k in range(1_000)]
    assert middle.geom_type == "Point"
    return gpd.GeoDataFrame({"id": ids}, geometry=turned, crs="EPSG:32650")


def test_every_shape_is_there_once_where_it_is(homes):
    carried = {"a": np.arange(1_000, dtype=np.uint16), "b": np.arange(1_000, dtype=np.uint32) * 70_000}
    carried["c"] = (np.arange(1_000) % 256).astype(np.uint8)
    tiles = cut_tiles(homes.geometry.to_numpy(), homes.crs, homes["id"].to_numpy(), carried)
    found = decoded(tiles, {"a": 2, "b": 4, "c": 1})
    assert sorted(name for name, *_ in found) == sorted(homes["id"])
    there = homes.to_crs("EPSG:3857").geometry
    for name, rings, values, (column, row) in found:
        k = values["a"]
        assert name == homes["id"][k]
        assert (values["b"], values["c"]) == (70_000 * k, k % 256)
        lines = [shapely.LinearRing(r) if len(r) > 2 else shapely.Point(r[0]) for r in rings]
        real = there[k].boundary if there[k].geom_type != "Point" else there[k]
        assert shapely.hausdorff_distance(shapely.GeometryCollection(lines), real) < STEP_M
        box = np.array(real.bounds)
        middle = (box[:2] + box[2:]) / 2
        tile_m = SIDE * STEP_M
        assert (column, row) == tuple(np.floor((middle * [1, -1] / STEP_M + WORLD / 2) / SIDE).astype(int)) or (
            np.abs((middle * [1, -1] / tile_m + WORLD / SIDE / 2) % 1 - 0.5) > 0.4999
        ).any()


def test_outer_rings_run_one_way_and_holes_the_other(homes):
    tiles = cut_tiles(homes.geometry.to_numpy()[:5], homes.crs, homes["id"].to_numpy()[:5], {})
    rings = {name: r for name, r, *_ in decoded(tiles, {})}
    ways = {name: [shapely.is_ccw(shapely.LinearRing(r)) for r in rs if len(r) > 2] for name, rs in rings.items()}
    assert sorted(map(len, ways.values())) == [0, 1, 1, 2, 2]
    holed, parts = ways[homes["id"][0]], ways[homes["id"][1]]
    assert holed[0] != holed[1]
    assert parts[0] == parts[1] == holed[0] == ways[homes["id"][2]][0]


def test_the_index_tells_how_far_a_tiles_shapes_reach(homes):
    tiles = cut_tiles(homes.geometry.to_numpy(), homes.crs, homes["id"].to_numpy(), {})
    assert tiles.index[:, 2].sum() == len(homes)
    by_tile = {}
    for _, rings, _, tile in decoded(tiles, {}):
        by_tile.setdefault(tile, []).extend(rings)
    for column, row, _, *box in tiles.index.tolist():
        steps = np.concatenate(by_tile[column, row]) / STEP_M * [1, -1] + WORLD / 2 - [column * SIDE, row * SIDE]
        assert np.rint([*steps.min(axis=0), *steps.max(axis=0)]).tolist() == box
    order = morton(tiles.index[:, 0], tiles.index[:, 1])
    assert (np.diff(order) > 0).all()


def test_equal_input_gives_equal_bytes_and_order_does_not_matter_for_the_places(homes):
    first = cut_tiles(homes.geometry.to_numpy(), homes.crs, homes["id"].to_numpy(), {})
    again = cut_tiles(homes.geometry.to_numpy(), homes.crs, homes["id"].to_numpy(), {})
    assert first.texts == again.texts
    turned = homes[::-1]
    other = cut_tiles(turned.geometry.to_numpy(), homes.crs, turned["id"].to_numpy(), {})
    assert (other.index == first.index).all()


def test_what_has_no_place_is_left_out_and_nothing_is_no_tile():
    shapes = np.array([None, shapely.Polygon(), shapely.Point(500_000, 3_450_000)], object)
    tiles = cut_tiles(shapes, "EPSG:32650", ["a", "b", "c"], {})
    assert [name for name, *_ in decoded(tiles, {})] == ["c"]
    assert tiles.order.tolist() == [2]
    assert cut_tiles(shapes[:2], "EPSG:32650", ["a", "b"], {}).texts == []


def test_a_hole_and_a_shape_below_a_step_stay_harmless():
    tiny = shapely.box(500_000, 3_450_000, 500_000.01, 3_450_000.01)
    holed = shapely.box(500_100, 3_450_000, 500_110, 3_450_010).difference(
        shapely.box(500_105, 3_450_005, 500_105.01, 3_450_005.01)
    )
    tiles = cut_tiles(np.array([tiny, holed], object), "EPSG:32650", ["tiny", "holed"], {})
    sizes = {name: [len(r) for r in rings] for name, rings, *_ in decoded(tiles, {})}
    assert sizes == {"tiny": [1], "holed": [4]} or sizes["tiny"][0] <= 2


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.floats(-179, 179), st.floats(-84, 84), st.floats(0, 0.2)), min_size=1, max_size=12))
def test_boxes_anywhere_come_back(boxes):
    shapes = [shapely.box(x, y, min(x + size, 180), y + size) for x, y, size in boxes]
    ids = [str(k) for k in range(len(shapes))]
    found = decoded(cut_tiles(np.array(shapes, object), "EPSG:4326", ids, {}), {})
    assert sorted(name for name, *_ in found) == sorted(ids)
    real = gpd.GeoSeries(shapes, crs="EPSG:4326").to_crs("EPSG:3857")
    for name, rings, *_ in found:
        x, y = np.concatenate(rings).T
        got, want = (x.min(), y.min(), x.max(), y.max()), shapely.bounds(real[int(name)])
        assert np.abs(np.array(got) - want).max() <= STEP_M


@given(st.lists(st.integers(0, 2**32 - 1), max_size=40), st.sampled_from([1, 2, 4]))
def test_planes_put_the_lowest_bytes_first(numbers, width):
    values = np.array([v % 256**width for v in numbers], f"u{width}")
    raw = planes(values)
    n = len(values)
    assert [sum(raw[b * n + i] << 8 * b for b in range(width)) for i in range(n)] == values.tolist()


@given(st.integers(0, 2**27 - 1), st.integers(0, 2**27 - 1))
def test_morton_weaves_the_bits(x, y):
    woven = "".join(b + a for a, b in zip(f"{x:027b}", f"{y:027b}", strict=True))
    assert int(morton(np.array([x]), np.array([y]))[0]) == int(woven, 2)


def test_the_grid_is_fine_enough():
    assert STEP_M < 0.3
    assert (ZOOM, BITS) == (14, 13)
