"""What the network refuses, with an error that names the value."""

from __future__ import annotations

import subprocess
import sys

import geopandas as gpd
import numpy as np
import pytest
import shapely

from geoprio._core.errors import InputError
from geoprio.network import (
    Network,
    build_network,
    counts,
    cumulative,
    k_nearest,
    nearest,
    nearest_each,
    od_table,
    reachable,
    reached_by,
    route,
    service_area,
    snap,
    supply,
    through_gates,
    to_entrances,
)

LINES = [shapely.LineString([(0, 0), (50, 0), (100, 0)]), shapely.LineString([(500, 0), (600, 0)])]
STREETS = build_network(LINES)
HOMES = snap(STREETS, np.array([(10.0, 5.0), (20.0, 0.0), (550.0, 0.0)]), max_snap_m=50)
SHOPS = snap(STREETS, np.array([(90.0, 0.0), (0.0, 80.0)]), max_snap_m=50)
NOTHING = snap(STREETS, np.zeros((0, 2)), max_snap_m=50)
ONES = np.ones(3), np.ones(2)

# Limits.

LIMITS = {
    "nearest": lambda limit: nearest(STREETS, HOMES, SHOPS, cutoff=limit),
    "nearest_each": lambda limit: nearest_each(STREETS, HOMES, [SHOPS, SHOPS], cutoff=limit),
    "k_nearest": lambda limit: k_nearest(STREETS, HOMES, SHOPS, 2, cutoff=limit),
    "od_table": lambda limit: od_table(STREETS, HOMES, SHOPS, cutoff=limit),
    "service_area": lambda limit: service_area(STREETS, SHOPS, 0, limit),
    "supply": lambda limit: supply(STREETS, HOMES, SHOPS, *ONES, limit),
    "counts": lambda limit: counts(STREETS, HOMES, SHOPS, (300.0, limit)),
    "cumulative": lambda limit: cumulative(STREETS, HOMES, SHOPS, ONES[1], (limit, 300.0)),
    "reached_by": lambda limit: reached_by(STREETS, HOMES, SHOPS, (limit,)),
}


@pytest.mark.parametrize(("bad", "named"), [(0, "0"), (-5.0, "-5"), (np.nan, "nan"), (np.inf, "inf"), (-np.inf, "inf")])
@pytest.mark.parametrize("search", LIMITS.values(), ids=LIMITS)
def test_limits_must_be_finite_and_above_zero(search, bad, named):
    with pytest.raises(InputError, match=named):
        search(bad)


@pytest.mark.parametrize("k", [0, -1])
def test_k_must_be_at_least_one(k):
    with pytest.raises(InputError, match=str(k)):
        k_nearest(STREETS, HOMES, SHOPS, k)


@pytest.mark.parametrize("method", ["gauss", "", "2SFCA", None])
def test_methods_must_be_known(method):
    with pytest.raises(InputError, match="gaussian"):
        supply(STREETS, HOMES, SHOPS, *ONES, 300.0, method=method)


# Nowhere to go.

SEARCHES = {
    "nearest": lambda goal: nearest(STREETS, HOMES, goal),
    "nearest_each": lambda goal: nearest_each(STREETS, HOMES, [SHOPS, goal]),
    "k_nearest": lambda goal: k_nearest(STREETS, HOMES, goal, 2),
    "od_table": lambda goal: od_table(STREETS, HOMES, goal, cutoff=300.0),
    "supply": lambda goal: supply(STREETS, HOMES, goal, ONES[0], np.ones(len(goal.leg)), 300.0),
    "counts": lambda goal: counts(STREETS, HOMES, goal, (300.0,)),
    "cumulative": lambda goal: cumulative(STREETS, HOMES, goal, np.ones(len(goal.leg)), (300.0,)),
    "reached_by": lambda goal: reached_by(STREETS, HOMES, goal, (300.0,)),
    "reachable": lambda goal: reachable(STREETS, HOMES, goal),
}


@pytest.mark.parametrize("search", SEARCHES.values(), ids=SEARCHES)
def test_an_empty_category(search):
    with pytest.raises(InputError, match="empty"):
        search(NOTHING)


@pytest.mark.parametrize("search", SEARCHES.values(), ids=SEARCHES)
def test_a_category_of_which_nothing_is_snapped_is_no_error(search):
    search(snap(STREETS, np.array([(0.0, 999.0)]), max_snap_m=50))


def test_nobody_at_home_is_no_error():
    assert [len(found) for found in nearest(STREETS, NOTHING, SHOPS)] == [0, 0]
    assert [found.shape for found in k_nearest(STREETS, NOTHING, SHOPS, 2)] == [(0, 2)] * 2
    assert od_table(STREETS, NOTHING, SHOPS, cutoff=300.0).read_all().num_rows == 0
    assert supply(STREETS, NOTHING, SHOPS, np.ones(0), ONES[1], 300.0).shape == (0,)
    assert counts(STREETS, NOTHING, SHOPS, (300.0,)).shape == (0, 1)
    assert cumulative(STREETS, NOTHING, SHOPS, ONES[1], (300.0,)).shape == (0, 1)
    assert reached_by(STREETS, NOTHING, SHOPS, (300.0,)).tolist() == [[0.0], [0.0]]
    assert reachable(STREETS, NOTHING, SHOPS).shape == (0,)


# Amounts.

AMOUNTS = {
    "demand of supply": (3, lambda values: supply(STREETS, HOMES, SHOPS, values, ONES[1], 300.0)),
    "capacity of supply": (2, lambda values: supply(STREETS, HOMES, SHOPS, ONES[0], values, 300.0)),
    "capacity of cumulative": (2, lambda values: cumulative(STREETS, HOMES, SHOPS, values, (300.0,))),
    "demand of reached_by": (3, lambda values: reached_by(STREETS, HOMES, SHOPS, (300.0,), demand=values)),
}


@pytest.mark.parametrize(("bad", "named"), [(-1.0, "-1"), (np.nan, "nan"), (np.inf, "inf"), (-1e-300, "-1e-300")])
@pytest.mark.parametrize(("count", "search"), AMOUNTS.values(), ids=AMOUNTS)
def test_amounts_must_be_known_and_not_negative(count, search, bad, named):
    values = np.ones(count)
    values[-1] = bad
    with pytest.raises(InputError, match=f"{count - 1}.*{named}"):
        search(values)


@pytest.mark.parametrize(("count", "search"), AMOUNTS.values(), ids=AMOUNTS)
def test_amounts_must_be_one_for_each(count, search):
    for shape in ((count - 1,), (count + 1,), (count, 1), ()):
        with pytest.raises(InputError, match=f"{count}"):
            search(np.ones(shape))


# Numbers.


def test_routes_of_pairs_that_are_not_there_or_not_joined():
    for pair in ((3, 0), (-1, 0), (0, 2), (0, -1)):
        with pytest.raises(InputError, match=str(next(n for n in pair if n))):
            route(STREETS, HOMES, SHOPS, *pair)
    for pair in ((0, 1), (2, 0)):
        with pytest.raises(InputError, match=f"{pair[0]}.*{pair[1]}"):
            route(STREETS, HOMES, SHOPS, *pair)


@pytest.mark.parametrize("number", [2, -1])
def test_service_areas_of_facilities_that_are_not_there(number):
    with pytest.raises(InputError, match=str(number)):
        service_area(STREETS, SHOPS, number, 100.0)


@pytest.mark.parametrize("link", [through_gates, to_entrances])
def test_gates(link):
    points, gates = np.array([(10.0, 20.0)]), np.array([(10.0, 5.0), (20.0, 5.0)])
    for pairs, named in (([(0, 2)], "2"), ([(1, 0)], "1"), ([(-1, 0)], "-1"), ([(0, -1)], "-1")):
        with pytest.raises(InputError, match=named):
            link(STREETS, points, gates, np.array(pairs), max_snap_m=50.0)
    for bad in (np.nan, np.inf):
        with pytest.raises(InputError, match=str(bad)):
            link(STREETS, np.array([(10.0, bad)]), gates, np.array([(0, 0)]), max_snap_m=50.0)
        with pytest.raises(InputError, match=str(bad)):
            link(STREETS, points, np.array([(bad, 5.0)]), np.array([(0, 0)]), max_snap_m=50.0)


# Coordinates and tables.


@pytest.mark.parametrize("shape", [(2,), (2, 3), (1, 2, 2), ()])
def test_points_of_another_shape(shape):
    with pytest.raises(InputError, match="shape"):
        snap(STREETS, np.zeros(shape), max_snap_m=50)


@pytest.mark.parametrize("bad", [0.0, -1.0, np.nan])
def test_how_far_to_snap_must_be_above_zero(bad):
    with pytest.raises(InputError, match=str(bad)):
        snap(STREETS, np.zeros((1, 2)), max_snap_m=bad)


def test_streets_in_degrees():
    for crs in (4326, 4490):
        with pytest.raises(InputError, match=str(crs)):
            build_network(gpd.GeoSeries(LINES, crs=crs))


def test_streets_in_feet():
    with pytest.raises(InputError, match="2263"):
        build_network(gpd.GeoSeries(LINES, crs=2263))


def test_points_in_another_crs():
    network = build_network(gpd.GeoDataFrame({"kind": ["a", "b"]}, geometry=LINES, crs=32650))
    points = gpd.GeoSeries([shapely.Point(10, 5)], crs=32650)
    assert snap(network, points, max_snap_m=50).offset.tolist() == [10]
    assert snap(network, points.to_frame("geometry"), max_snap_m=50).offset.tolist() == [10]
    for crs in (32651, 4326):
        with pytest.raises(InputError, match=f"{crs}.*32650|32650.*{crs}"):
            snap(network, points.set_crs(crs, allow_override=True), max_snap_m=50)


def test_points_that_are_no_points():
    for shape in (shapely.LineString([(0, 0), (1, 1)]), shapely.Point(1, 2).buffer(1), shapely.Point(), None):
        with pytest.raises(InputError, match="point"):
            snap(STREETS, gpd.GeoSeries([shape]), max_snap_m=50)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("link", [through_gates, to_entrances])
def test_gates_in_another_crs(link):
    network = build_network(gpd.GeoSeries(LINES, crs=32650))
    own, other = (gpd.GeoSeries([shapely.Point(10, 5)], crs=crs) for crs in (32650, 32651))
    for points, gates in ((own, other), (other, own)):
        with pytest.raises(InputError, match="32651"):
            link(network, points, gates, np.array([(0, 0)]), max_snap_m=50.0)


def test_barriers_in_another_crs():
    wall = gpd.GeoSeries([shapely.LineString([(50, -1), (50, 1)])], crs=32651)
    with pytest.raises(InputError, match="CRS"):
        build_network(gpd.GeoSeries(LINES, crs=32650), barriers=wall)


@pytest.mark.parametrize("kind", ["steps", "major"])
def test_kinds_of_streets_are_one_for_each_line(kind):
    for given in (np.zeros(1, bool), np.zeros(3, bool), np.zeros((2, 1), bool)):
        with pytest.raises(InputError, match=f"{kind}.*2"):
            build_network(LINES, **{kind: given})


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_elevations_are_finite_and_one_for_each_node(bad):
    z = np.zeros(len(STREETS.x))
    z[2] = bad
    for values in (z, np.zeros(len(z) - 1), np.zeros((len(z), 1)), np.zeros(0)):
        with pytest.raises(InputError, match="elevation"):
            STREETS.with_elevation(values)


# Networks from arrays.

ARRAYS = {
    "x": np.array([0.0, 100.0, 200.0]),
    "y": np.zeros(3),
    "start": np.array([0, 1]),
    "end": np.array([1, 2]),
    "length": np.array([100.0, 100.0]),
}


def test_a_network_from_arrays():
    """Lengths may differ from the straight line's, such as those of streets drawn more finely elsewhere."""
    network = Network(**ARRAYS)
    start, goal = (snap(network, np.array([(x, 0.0)]), max_snap_m=1) for x in (50, 200))
    assert nearest(network, start, goal)[0] == pytest.approx([150], abs=1e-4)


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("x", [0.0, np.nan, 200.0]),
        ("y", [0.0, 0.0, np.inf]),
        ("x", [0.0, 100.0]),
        ("y", [0.0]),
        ("length", [100.0, 0.0]),
        ("length", [100.0, -1.0]),
        ("length", [np.nan, 100.0]),
        ("length", [np.inf, 100.0]),
        ("length", [100.0]),
        ("start", [0, 3]),
        ("start", [-1, 1]),
        ("start", [0]),
        ("end", [1, 3]),
        ("end", [1, 2, 2]),
        ("z", [0.0, np.nan, 1.0]),
        ("z", [0.0]),
        ("steps", [True]),
        ("major", [True, False, True]),
        ("one_way", [False]),
    ],
)
def test_networks_that_cannot_be(name, values):
    with pytest.raises(InputError):
        Network(**ARRAYS | {name: np.array(values)})


def test_a_network_without_streets():
    none = {"start": np.zeros(0, int), "end": np.zeros(0, int), "length": np.zeros(0)}
    with pytest.raises(InputError, match="no segment"):
        Network(**ARRAYS | none)


FOREIGN = """
import numpy as np, shapely
from geoprio._core.errors import InputError
from geoprio.network import Positions, build_network, counts, nearest, reachable, snap
streets = build_network([shapely.LineString([(0, 0), (50, 0), (100, 0)])])
own = snap(streets, np.array([(90.0, 0.0)]), max_snap_m=9)
for segment in (2, 99, 10**6):
    foreign = Positions(np.array([segment]), np.zeros(1), np.zeros(1))
    for pair in ((foreign, own), (own, foreign)):
        for search in (nearest, reachable, lambda *walk: counts(*walk, (50.0,))):
            try:
                search(streets, *pair)
            except InputError as error:
                print(str(segment) in str(error))
            else:
                print("answered")
"""


def test_positions_of_another_network():
    """In a process of its own: compiled loops do not look whether a number is within its array."""
    done = subprocess.run([sys.executable, "-c", FOREIGN], capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"ended with {done.returncode}: {done.stderr[-300:]}"
    assert done.stdout.split() == ["True"] * 18
