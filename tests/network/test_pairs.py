"""Pairs and what is reckoned from them: tables, sums, the k nearest, the facility's side, routes and service areas."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pytest
import shapely
import towns
import twin
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from geoprio.network import (
    Profile,
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
)

PROPERTY = settings(deadline=None, max_examples=80)
CUTOFFS = st.sampled_from([7.77, 41.3, 333.3, 5000.0])
RINGS = (7.77, 41.3, 333.3)
SLOW = Profile(name="slow", speed_m_per_min=40.0, steps_factor=2, crossing_penalty_s=20)
WALKS = st.sampled_from([None, SLOW])


def unit_of(profile):
    return 1 / profile.speed_m_per_min if profile else 1.0


def clear(table, limits, unit=1.0):
    """Return whether no cost is within 1 cm of a limit."""
    return not any((np.abs(table - limit) < unit / 100).any() for limit in limits)


def street(length=100.0):
    return build_network([shapely.LineString([(0, 0), (length, 0)])])


def at(network, *x):
    return snap(network, np.array([(v, 0.0) for v in x]), max_snap_m=1)


def test_a_street_far_longer_than_the_cutoff():
    """Both ends of the walk on one street of 10 km, 5 km from its ends, and the cutoff 50 m."""
    network = street(10_000.0)
    homes, shops = at(network, 5000, 5060, 9990), at(network, 5040, 4995, 100)
    cost, which = k_nearest(network, homes, shops, 3, cutoff=50)
    expected = np.array([[5, 40, np.inf], [20, np.inf, np.inf], [np.inf] * 3])
    np.testing.assert_allclose(cost, expected, rtol=0, atol=1e-4)
    assert which.tolist() == [[1, 0, -1], [0, -1, -1], [-1, -1, -1]]
    assert nearest(network, homes, shops, cutoff=50)[1].tolist() == [1, 0, -1]
    assert counts(network, homes, shops, (10, 50)).tolist() == [[1, 2], [0, 1], [0, 0]]
    assert reached_by(network, homes, shops, (10, 50)).tolist() == [[0, 2], [1, 1], [0, 0]]
    table = od_table(network, homes, shops, cutoff=50).read_all().to_pydict()
    assert (table["origin"], table["destination"]) == ([0, 1, 0], [0, 0, 1])
    found = supply(network, homes, shops, np.ones(3), np.ones(3), 50, method="2sfca")
    assert found == pytest.approx([0.5 + 1, 0.5, 0])
    pieces = service_area(network, shops, 0, 50)
    assert shapely.total_bounds(pieces) == pytest.approx(np.array([4990, 0, 5090, 0]), abs=1e-4)
    assert shapely.length(pieces).sum() == pytest.approx(100, abs=1e-4)
    assert route(network, homes, shops, 0, 2).length_m == pytest.approx(4900)


# The k nearest.


def test_k_nearest_by_hand():
    network = street()
    cost, which = k_nearest(network, at(network, 10, 99), at(network, 100, 0, 40), 2, cutoff=50)
    assert cost == pytest.approx(np.array([[10, 30], [1, np.inf]]), abs=1e-4)
    assert which.tolist() == [[1, 2], [0, -1]]


def test_equal_costs_come_by_number():
    network = street()
    cost, which = k_nearest(network, at(network, 50), at(network, 70, 30, 70, 30, 50), 4)
    assert cost == pytest.approx(np.array([[0, 20, 20, 20]]), abs=1e-4)
    assert which.tolist() == [[4, 0, 1, 2]]


def test_more_than_there_are():
    network = street()
    cost, which = k_nearest(network, at(network, 50), at(network, 70), 3)
    assert cost[0, 0] == pytest.approx(20, abs=1e-4)
    assert np.isinf(cost[0, 1:]).all()
    assert which.tolist() == [[0, -1, -1]]


def test_k_nearest_of_the_unsnapped():
    network = street()
    far = snap(network, np.array([[50.0, 80.0]]), max_snap_m=10)
    cost, which = k_nearest(network, far, at(network, 70), 2)
    assert np.isnan(cost).all()
    assert which.tolist() == [[-1, -1]]


@PROPERTY
@given(towns.towns(hilly=True), towns.SNAPS, CUTOFFS, WALKS, st.integers(1, 5))
def test_k_nearest_are_the_twins(place, max_snap_m, cutoff, profile, k):
    unit = unit_of(profile)
    table = place.costs(max_snap_m, profile)
    assume(clear(table, [cutoff * unit], unit))
    cost, which = k_nearest(*place.walk(max_snap_m), k, cutoff=cutoff * unit, profile=profile)
    cut = np.where(table > cutoff * unit, np.inf, table)
    np.testing.assert_allclose(cost, twin.k_nearest(cut, k), rtol=0, atol=unit / 1000)
    assert ((which >= 0) == np.isfinite(cost)).all()
    for i, row in enumerate(which):
        own = row[row >= 0]
        assert len(set(own)) == len(own)
        np.testing.assert_allclose(table[i, own], cost[i, : len(own)], rtol=0, atol=unit / 1000)
        assert all(a < b for (a, c), (b, d) in pairwise(zip(row, cost[i], strict=True)) if c == d and b >= 0)


@PROPERTY
@given(towns.towns(), towns.SNAPS, CUTOFFS, st.integers(0, 3))
def test_several_groups_of_destinations_at_once(place, max_snap_m, cutoff, cut):
    network, start, _ = place.walk(max_snap_m)
    numbers = np.arange(len(place.destinations))
    groups = [numbers, numbers[: cut + 1], numbers[::-1]]
    parts = [snap(network, np.array(place.destinations, float)[own], max_snap_m=max_snap_m) for own in groups]
    table = place.costs(max_snap_m)
    for own, part, (cost, which) in zip(groups, parts, nearest_each(network, start, parts, cutoff=cutoff), strict=True):
        towns.expect_nearest(cost, which, table[:, own], cutoff)
        alone = nearest(network, start, part, cutoff=cutoff)
        assert np.array_equal(cost, alone[0], equal_nan=True)
        assert np.array_equal(which, alone[1])


# Sums within rings, from both sides.


def test_sums_by_hand():
    network = street()
    homes, shops = at(network, 0, 10, 40), at(network, 20, 100)
    assert cumulative(network, homes, shops, np.array([5.0, 2.5]), (20, 60)).tolist() == [[5, 5], [5, 5], [5, 7.5]]
    assert reached_by(network, homes, shops, (20, 60)).tolist() == [[3, 3], [0, 1]]
    assert reached_by(network, homes, shops, (20, 60), demand=np.array([1, 10, 0.5])).tolist() == [
        [11.5, 11.5],
        [0, 0.5],
    ]


@PROPERTY
@given(towns.towns(hilly=True), towns.SNAPS, WALKS, st.integers(0, 999))
def test_sums_are_the_twins(place, max_snap_m, profile, seed):
    unit = unit_of(profile)
    table, rings = place.costs(max_snap_m, profile), [ring * unit for ring in RINGS]
    assume(clear(table, rings, unit))
    rng = np.random.default_rng(seed)
    demand, capacity = rng.uniform(0, 50, len(place.origins)), rng.uniform(0, 50, len(place.destinations))
    walk = place.walk(max_snap_m)
    on = walk[1].snapped
    held = np.array([table <= ring for ring in rings])
    np.testing.assert_array_equal(counts(*walk, rings, profile=profile)[on], held.sum(axis=2).T[on])
    found = cumulative(*walk, capacity, rings, profile=profile)
    np.testing.assert_allclose(found[on], (held * capacity).sum(axis=2).T[on], rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(reached_by(*walk, rings, profile=profile), held.sum(axis=1).T, rtol=0, atol=0)
    found = reached_by(*walk, rings, demand=demand, profile=profile)
    np.testing.assert_allclose(found, (held * demand[:, None]).sum(axis=1).T, rtol=1e-9, atol=1e-9)


@PROPERTY
@given(towns.towns(), towns.SNAPS)
def test_reachable_has_no_cutoff(place, max_snap_m):
    table = place.costs(max_snap_m)
    assert reachable(*place.walk(max_snap_m)).tolist() == [bool(row.any()) for row in np.isfinite(table)]


def test_reachable_however_far():
    network = build_network([shapely.LineString([(0, 0), (9e5, 0)]), shapely.LineString([(0, 9), (1, 9)])])
    start = snap(network, np.array([[0.0, 0.0], [0.0, 9.0], [0.0, 90.0]]), max_snap_m=1)
    assert reachable(network, start, at(network, 9e5)).tolist() == [True, False, False]


# All pairs.

SCHEMA = [("origin", pa.int32()), ("destination", pa.int32()), ("cost", pa.float64())]


def test_pairs_by_hand():
    network = street()
    reader = od_table(network, at(network, 0, 50, 100), at(network, 100, 10), cutoff=60)
    assert isinstance(reader, pa.RecordBatchReader)
    assert [(field.name, field.type) for field in reader.schema] == SCHEMA
    table = reader.read_all().to_pydict()
    assert table["destination"] == [0, 0, 1, 1]
    assert table["origin"] == [1, 2, 0, 1]
    assert table["cost"] == pytest.approx([50, 0, 10, 40], abs=1e-4)


def test_no_pair_within_the_cutoff():
    network = street()
    table = od_table(network, at(network, 0), at(network, 100), cutoff=50).read_all()
    assert table.num_rows == 0
    assert [(field.name, field.type) for field in table.schema] == SCHEMA


@PROPERTY
@given(towns.towns(hilly=True), towns.SNAPS, CUTOFFS, WALKS)
def test_pairs_are_the_twins(place, max_snap_m, cutoff, profile):
    unit = unit_of(profile)
    limit, table = cutoff * unit, place.costs(max_snap_m, profile)
    assume(clear(table, [limit], unit))
    found = od_table(*place.walk(max_snap_m), cutoff=limit, profile=profile).read_all()
    found = list(zip(*found.to_pydict().values(), strict=True))
    expected = twin.pairs(table, limit)
    assert [pair[:2] for pair in found] == [pair[:2] for pair in expected]
    assert [pair[2] for pair in found] == pytest.approx([pair[2] for pair in expected], rel=0, abs=unit / 1000)


def test_many_pairs_come_in_batches_and_are_the_same_every_time():
    side = np.arange(0, 2000, 100.0)
    lines = [shapely.LineString([(0, v), (1900, v)]) for v in side]
    lines += [shapely.LineString([(v, 0), (v, 1900)]) for v in side]
    network = build_network(lines, node_crossings=True)
    rng = np.random.default_rng(1)
    homes, shops = rng.uniform(0, 1900, (4000, 2)), rng.uniform(0, 1900, (400, 2))
    start, goal = snap(network, homes, max_snap_m=90), snap(network, shops, max_snap_m=90)
    batches = list(od_table(network, start, goal, cutoff=1500.0))
    table = pa.Table.from_batches(batches).to_pandas()
    assert len(batches) > 1
    assert max(batch.num_rows for batch in batches) < len(table)
    keys = table["destination"].to_numpy().astype(np.int64) * 4000 + table["origin"].to_numpy()
    assert (np.diff(keys) > 0).all()
    assert (table["cost"] <= 1500.001).all()
    number = counts(network, start, goal, (1500.0,))[:, 0]
    assert np.bincount(table["origin"], minlength=4000).tolist() == number.tolist()
    least, which = nearest(network, start, goal, cutoff=1500.0)
    np.testing.assert_allclose(table.groupby("origin")["cost"].min(), least[which >= 0], rtol=0, atol=1e-4)
    assert od_table(network, start, goal, cutoff=1500.0).read_all().equals(pa.Table.from_batches(batches))


# Routes.

WAY = [(0, 0), (40, 0), (40, 30), (100, 30)]


def on_streets(line, lines):
    """Return how far the middle part of a route strays from the streets."""
    union = shapely.unary_union([shapely.LineString(street) for street in lines])
    places = np.array(line.coords)[1:-1]
    middles = (places[1:] + places[:-1]) / 2
    return shapely.distance(union, shapely.points(np.vstack((places, middles)))).max(initial=0.0)


@pytest.mark.parametrize("way", [WAY, WAY[::-1]])
def test_route_by_hand(way):
    network = build_network([shapely.LineString(way), shapely.LineString([(40, 0), (400, 0)])])
    homes = snap(network, np.array([[0.0, 80.0], [10.0, 5.0]]), max_snap_m=60)
    shops = snap(network, np.array([[0.0, -3.0], [90.0, 37.0]]), max_snap_m=60)
    found = route(network, homes, shops, 1, 1)
    assert np.array(found.line.coords) == pytest.approx(
        np.array([(10, 5), (10, 0), (40, 0), (40, 30), (90, 30), (90, 37)]), abs=1e-6
    )
    assert found.length_m == pytest.approx(5 + 30 + 30 + 50 + 7, abs=1e-6)
    assert found.cost == pytest.approx(found.length_m, abs=1e-4)
    back = route(network, shops, homes, 1, 1)
    assert np.array(back.line.coords) == pytest.approx(np.array(found.line.coords)[::-1])


def test_route_takes_the_quick_way_and_tells_its_length():
    """A short way up a stair or a long one round: by time the long one, in metres both."""
    lines = [shapely.LineString([(0, 0), (100, 0)]), shapely.LineString([(0, 0), (50, 50), (100, 0)])]
    network = build_network(lines, steps=[True, False])
    walk = network, at(network, 0), at(network, 100)
    assert route(*walk, 0, 0).length_m == pytest.approx(100)
    found = route(*walk, 0, 0, profile=SLOW)
    assert found.length_m == pytest.approx(math.sqrt(2) * 100)
    assert found.cost == pytest.approx(math.sqrt(2) * 100 / 40, abs=1e-5)


def test_route_along_one_street_and_to_the_very_place():
    network = street()
    found = route(network, at(network, 80), at(network, 20), 0, 0)
    assert np.array(found.line.coords) == pytest.approx(np.array([(80, 0), (20, 0)]))
    same = route(network, at(network, 80), at(network, 80), 0, 0)
    assert (same.length_m, same.cost) == pytest.approx((0, 0))


@PROPERTY
@given(towns.towns(hilly=True), towns.SNAPS, WALKS)
def test_routes_are_the_twins(place, max_snap_m, profile):
    unit = unit_of(profile)
    table = place.costs(max_snap_m, profile)
    walk = place.walk(max_snap_m)
    pairs = list(zip(*np.nonzero(np.isfinite(table)), strict=True))
    for i, j in pairs[:6]:
        found = route(*walk, int(i), int(j), profile=profile)
        assert found.cost == pytest.approx(table[i, j], rel=0, abs=unit / 1000)
        assert found.length_m == pytest.approx(found.line.length, abs=1e-3)
        if profile is None:
            assert found.length_m == pytest.approx(table[i, j], rel=0, abs=1e-3)
        assert found.line.coords[0] == pytest.approx(place.origins[i])
        assert found.line.coords[-1] == pytest.approx(place.destinations[j])
        assert on_streets(found.line, place.streets.lines) < 1e-6


# Service areas.


def test_service_area_by_hand():
    network = build_network([shapely.LineString([(0, 0), (100, 0), (100, 50)]), shapely.LineString([(0, 9), (50, 9)])])
    goal = snap(network, np.array([[30.0, -5.0], [80.0, 3.0]]), max_snap_m=8)
    whole = shapely.line_merge(shapely.union_all(service_area(network, goal, 1, 43.0)))
    expected = shapely.LineString([(40, 0), (100, 0), (100, 20)])
    assert shapely.hausdorff_distance(whole, expected) < 1e-4
    assert whole.length == pytest.approx(80, abs=1e-4)


def test_service_area_by_time_is_from_where_people_come():
    """Downhill towards the facility people come from farther than uphill."""
    network = build_network([shapely.LineString([(0, 0), (500, 0), (1000, 0)])])
    hilly = network.with_elevation(network.x * 0.05)
    walk = Profile(name="plain", speed_m_per_min=50)
    pieces = service_area(hilly, at(hilly, 500), 0, 2.0, profile=walk)
    low, _, high, _ = shapely.total_bounds(pieces)
    assert (low, high) == pytest.approx((500 - 83.94570, 500 + 119.12462), abs=1e-3)
    assert shapely.length(pieces).sum() == pytest.approx(high - low, abs=1e-4)


def test_service_area_on_the_way_round():
    """A ring is served from both sides until both meet; a long street only as far as the cutoff."""
    ring = [(0, 0), (100, 0), (100, 100), (0, 100), (0, 0)]
    network = build_network([shapely.LineString(ring), shapely.LineString([(0, 0), (-900, 0)])])
    for cutoff, total in ((150.0, 300.0 + 150.0), (199.0, 398.0 + 199.0), (300.0, 400.0 + 300.0)):
        pieces = service_area(network, at(network, 0), 0, cutoff)
        assert shapely.length(pieces).sum() == pytest.approx(total, abs=1e-4)


def test_service_area_of_the_unsnapped_and_of_a_long_leg():
    network = street()
    goal = snap(network, np.array([[50.0, 20.0], [50.0, 80.0]]), max_snap_m=50)
    assert len(service_area(network, goal, 0, 19.9)) == 0
    assert shapely.length(service_area(network, goal, 0, 25.0)).sum() == pytest.approx(10, abs=1e-4)


FAR_OFF = shapely.LineString([(1e6, 0), (1e6, 1)])


def samples(streets, step):
    """Return places (segment, share, 0) at the middles of equal shares of every segment, and the metres of each."""
    found, metres = [], []
    for k, (a, b, _) in enumerate(streets.segments):
        length = math.dist(streets.nodes[a], streets.nodes[b])
        n = math.ceil(length / step)
        found += [(k, (i + 0.5) / n, 0.0) for i in range(n)]
        metres += [length / n] * n
    return found, np.array(metres)


def coordinates(streets, found):
    """Return where places are, shape (n, 2)."""
    ends = streets.ends[[k for k, _, _ in found]]
    return ends[:, :2] + np.array([share for _, share, _ in found])[:, None] * (ends[:, 2:] - ends[:, :2])


def least_costs(streets, points, target, profile):
    """Return the least cost to the target from points on the streets, over all the streets through each."""
    found, of = [], []
    for i, point in enumerate(points):
        share, leg = twin._project(point, streets.ends)
        for k in np.flatnonzero(leg < 1e-6):
            found.append((int(k), float(share[k]), 0.0))
            of.append(i)
    least = np.full(len(points), np.inf)
    np.minimum.at(least, of, twin.between(streets, found, [target], profile)[:, 0])
    return least


@settings(deadline=None, max_examples=40)
@given(towns.towns(hilly=True), towns.SNAPS, st.sampled_from([7.77, 41.3, 140.0]), WALKS)
def test_service_areas_are_the_twins(place, max_snap_m, cutoff, profile):
    streets, unit = place.streets, unit_of(profile)
    limit = cutoff * unit
    network, _, goal = place.walk(max_snap_m)
    target = twin.places(streets, place.destinations, max_snap_m)[0]
    assume(target is not None)
    pieces = service_area(network, goal, 0, limit, profile=profile)
    length = shapely.length(pieces).sum()
    inside = [point for piece in pieces for point in shapely.get_coordinates(shapely.segmentize(piece, 5.0))]
    assert (least_costs(streets, inside, target, profile) <= limit + unit / 1000).all()
    finely, metres = samples(streets, 0.5)
    own = twin.between(streets, finely, [target], profile)[:, 0]
    # A segment has at most four ends of pieces, each wrong by at most half a sample.
    assert length == pytest.approx(metres[own <= limit].sum(), rel=0, abs=1.0 * len(streets.segments))
    every = coordinates(streets, samples(streets, 4.0)[0])
    least = least_costs(streets, every, target, profile)
    beside = shapely.distance(shapely.union_all([*pieces, FAR_OFF]), shapely.points(every))
    assert (beside[least <= limit - unit / 1000] < 1e-3).all()
    assert (beside[least >= limit + unit / 1000] > 0).all()
