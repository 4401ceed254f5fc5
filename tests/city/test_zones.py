"""Which zone a building belongs to, and square grids."""

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geoprio.city.shapes import inner_points
from geoprio.city.zones import assign, grid

boxes = st.lists(st.tuples(*[st.integers(0, 6)] * 2, *[st.integers(1, 4)] * 2), min_size=1, max_size=6)
points = st.lists(st.tuples(st.integers(0, 20), st.integers(0, 20)), min_size=1, max_size=12)


def zones_of(shapes, ids):
    return gpd.GeoDataFrame(index=pd.Index(ids, dtype="str", name="zone_id"), geometry=shapes, crs=32650)


@given(boxes, points)
def test_assignment_against_a_plain_search(corners, places):
    shapes = [shapely.box(x, y, x + w, y + h) for x, y, w, h in corners]
    ids = [f"z{9 - i}" for i in range(len(shapes))]
    xy = np.array(places) / 2
    found, overlapping = assign(zones_of(shapes, ids), xy[:, 0], xy[:, 1])
    several = 0
    for k, (x, y) in enumerate(xy):
        covering = [(s.area, i) for s, i in zip(shapes, ids, strict=True) if s.covers(shapely.Point(x, y))]
        several += len(covering) > 1
        assert (found[k] if covering else None) == (min(covering)[1] if covering else None)
        assert pd.isna(found[k]) == (not covering)
    assert overlapping == several


def test_grid_cells_stand_on_multiples_of_the_side():
    x, y = np.array([10.0, 10.0, 620.0, -1.0]), np.array([10.0, 20.0, 10.0, 260.0])
    cells, dropped = grid(250, x, y, 32650)
    assert cells.index.tolist() == ["c-1r1", "c0r0", "c2r0"]
    assert cells.geometry.iloc[0].bounds == (-250, 250, 0, 500)
    assert dropped == 4 * 2 - 3
    inside, _ = grid(250, x, y, 32650, shapely.box(0, 0, 100, 100))
    assert inside.index.tolist() == ["c0r0"]


def test_a_crescent_has_its_point_inside():
    crescent = shapely.Point(0, 0).buffer(10).difference(shapely.Point(4, 0).buffer(10))
    assert not crescent.covers(crescent.centroid)
    shapes = np.array([crescent, shapely.box(0, 0, 2, 2)], dtype=object)
    points = inner_points(shapes)
    assert shapely.covers(shapes, points).all()
    assert points[1].equals(shapely.Point(1, 1))
