"""Which zones lie near the end of the data."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from conftest import X, Y
from hypothesis import given
from hypothesis import strategies as st

from geoprio.city.edge import near_data_edge

EXTENT = shapely.box(0, 0, 5000, 5000)


def zones_of(*shapes):
    index = pd.Index([f"z{i}" for i in range(len(shapes))], dtype="str", name="zone_id")
    return gpd.GeoDataFrame(index=index, geometry=list(shapes), crs=32650)


@pytest.mark.parametrize(
    ("box", "near"),
    [
        ((1000, 1000, 4000, 4000), False),
        ((999, 1000, 4000, 4000), True),
        ((2000, 2000, 2100, 4000.5), True),
        ((-10, 2000, 100, 2100), True),
        ((6000, 6000, 9000, 9000), True),
    ],
)
def test_a_catchment_must_fit_all_around(box, near):
    answer = near_data_edge(zones_of(shapely.box(*box)), EXTENT, 1000)
    assert answer.to_dict() == {"z0": near}
    assert answer.dtype == bool


@pytest.mark.parametrize("extent", [shapely.LineString([(0, 0), (9, 9)]), shapely.Point(1, 1), shapely.Polygon()])
def test_an_extent_without_area_holds_nothing(extent):
    assert near_data_edge(zones_of(shapely.box(0, 0, 1, 1)), extent, 1).all()


METRES = st.integers(0, 5_000_000).map(lambda millimetres: millimetres / 1000)
"""Coordinates of streets; GEOS divides by zero on some that are nearly, but not quite, zero."""


@given(
    st.lists(st.tuples(METRES, METRES), min_size=3, max_size=8),
    st.tuples(METRES, METRES),
    st.floats(1, 2000),
)
def test_against_points_all_around(corners, place, distance):
    extent = shapely.convex_hull(shapely.MultiPoint(corners))
    zone = shapely.box(*place, place[0] + 50, place[1] + 50)
    angles = np.linspace(0, 2 * np.pi, 721)
    around = [
        shapely.covers(extent, shapely.points(x + r * np.cos(angles), y + r * np.sin(angles))).all()
        for x, y in zone.exterior.coords
        for r in (distance - 0.2,)
    ]
    beyond = not shapely.covers(extent, zone.buffer(distance + 0.2, quad_segs=180))
    answer = bool(near_data_edge(zones_of(zone), extent, distance).iloc[0])
    # Points on a circle tell within 0.2 m; so near to the limit both answers pass.
    assert answer <= beyond
    assert answer or all(around)


def test_the_extent_is_that_of_all_streets_read(town):
    from test_build import build

    town.streets.append(({}, "LineString", [[X, Y + 50_000], [X + 10, Y + 50_000]]))
    city = build(town.write())
    assert len(city.streets) == 1
    np.testing.assert_allclose(city.data_extent.bounds, (X, Y + 200, X + 2000, Y + 50_000))
