"""Gates of compounds, entrances of parks, and barriers that cut streets."""

from __future__ import annotations

import math

import geopandas as gpd
import numpy as np
import pytest
import shapely
import towns
import twin
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from geoprio.network import (
    Profile,
    build_network,
    carry_over,
    counts,
    k_nearest,
    nearest,
    reachable,
    service_area,
    snap,
    supply,
    through_gates,
    to_entrances,
)

PROPERTY = settings(deadline=None, max_examples=80)
PLAIN = Profile(name="plain", speed_m_per_min=50)
SLOW = Profile(name="slow", speed_m_per_min=40, downhill_gain=False, steps_factor=2)

# Two streets 100 m apart, joined at their west end; the compound lies between them.
LADDER = [[(200, 0), (0, 0), (0, 100), (200, 100)]]


def network(lines, **options):
    return build_network([shapely.LineString(line) for line in lines], **options)


def positions(streets, points, max_snap_m=50.0):
    return snap(streets, np.array(points, float), max_snap_m=max_snap_m)


def gated(points, gates, pairs, goals, profile=None, lines=LADDER):
    """Return the cost to each goal (points, goals)."""
    streets, homes, _ = through_gates(
        network(lines), np.array(points, float), np.array(gates, float), np.array(pairs), max_snap_m=50.0
    )
    return table(streets, homes, positions(streets, goals), profile)


def table(streets, start, goal, profile=None):
    """Return the costs as a matrix."""
    cost, which = k_nearest(streets, start, goal, len(goal.leg), cutoff=3000.0, profile=profile)
    found = np.where(np.isnan(cost), np.nan, np.inf)
    rows, cols = np.nonzero(which >= 0)
    found[rows, which[rows, cols]] = cost[rows, cols]
    return found


# Gates.


def test_through_the_only_gate():
    """The house is 10 m from the near street, but its only gate opens on the far one."""
    cost = gated([(100, 10)], [(100, 90)], [(0, 0)], [(100, -5), (200, 100)])
    assert cost == pytest.approx(np.array([[80 + 10 + 100 + 100 + 100 + 5, 80 + 10 + 100]]), abs=1e-3)


def test_through_the_better_of_two_gates():
    cost = gated([(100, 10)], [(100, 90), (150, 3)], [(0, 0), (0, 1)], [(100, -5), (100, 100)])
    near, far = math.hypot(50, 7) + 3, 80 + 10
    assert cost == pytest.approx(np.array([[near + 50 + 5, far]]), abs=1e-3)


def test_gates_of_others_are_not_ours():
    cost = gated([(100, 10), (100, 90)], [(100, 98), (100, 2)], [(0, 0), (1, 1)], [(100, 0), (100, 100)])
    assert cost == pytest.approx(np.array([[390, 90], [90, 390]]), abs=1e-3)


def test_at_the_gate_and_the_gate_on_the_street():
    cost = gated([(100, 100)], [(100, 100)], [(0, 0)], [(100, 100), (150, 100)])
    assert cost == pytest.approx(np.array([[0, 50]]), abs=1e-3)


def test_a_gate_too_far_from_any_street_lets_nobody_out():
    cost = gated([(100, 10), (100, 10)], [(100, 51), (400, 50)], [(0, 0), (1, 1)], [(100, 0)])
    assert cost[:, 0] == pytest.approx([41 + 49 + 300, np.nan], abs=1e-3, nan_ok=True)


def test_the_legs_within_the_compound_take_their_time():
    cost = gated([(100, 10)], [(100, 90)], [(0, 0)], [(200, 100)], PLAIN)
    assert cost == pytest.approx(np.array([[190 / 50]]), abs=1e-4)


def test_nobody_walks_through_anothers_compound():
    """Two gates at the same house would join both streets if others could use them."""
    gates = np.array([(100.0, 98.0), (100.0, 2.0)])
    streets, _, _ = through_gates(
        network(LADDER), np.array([(100.0, 50.0)]), gates, np.array([(0, 0), (0, 1)]), max_snap_m=9
    )
    start, goal = positions(streets, [(100, 0), (90, 0)]), positions(streets, [(100, 100)])
    assert nearest(streets, start, goal)[0] == pytest.approx([300, 290], abs=1e-3)


def test_gates_stand_on_the_street_themselves():
    gates = np.array([(100.0, 98.0), (400.0, 2.0)])
    _, _, doors = through_gates(network(LADDER), np.array([(100.0, 50.0)]), gates, np.array([(0, 0)]), max_snap_m=9)
    assert doors.snapped.tolist() == [True, False]
    before = network(LADDER)
    assert nearest(before, doors, positions(before, [(100, 0)]))[0][0] == pytest.approx(302, abs=1e-3)


def test_across_a_big_road_from_the_gate():
    lines = [[(0, 0), (100, 0), (200, 0)], [(100, 0), (100, 50)], [(100, 0), (100, -50)]]
    streets = network(lines, major=[True, False, False])
    waiting = Profile(name="waiting", speed_m_per_min=50, crossing_penalty_s=30)
    points, gates = np.array([(130.0, 40.0), (130.0, 20.0)]), np.array([(100.0, 40.0), (130.0, 0.0)])
    ways, homes, _ = through_gates(streets, points, gates, np.array([(0, 0), (1, 1)]), max_snap_m=9)
    goal = positions(ways, [(100, -50), (0, 0)])
    assert table(ways, homes, goal, waiting) == pytest.approx(
        np.array([[120 / 50 + 0.5, 170 / 50 + 0.25], [100 / 50 + 0.25, 150 / 50]]), abs=1e-4
    )


def doors(draw, place):
    """Return gates on and beside the streets, and pairs of points and gates."""
    on_lines = [corner for line in place.streets.lines for corner in line]
    gates = draw(st.lists(st.one_of(towns.HALVES, st.sampled_from(on_lines)), min_size=1, max_size=5))
    numbers = st.tuples(st.integers(0, len(place.origins) - 1), st.integers(0, len(gates) - 1))
    pairs = draw(st.lists(numbers, min_size=1, max_size=8, unique=True))
    return gates, pairs


@st.composite
def compounds(draw):
    """Draw a town without big roads whose origins all have gates."""
    place = draw(towns.towns(hilly=True))
    gates, pairs = doors(draw, place)
    pairs += [(i, i % len(gates)) for i in range(len(place.origins)) if (i, i % len(gates)) not in pairs]
    streets = place.streets
    plain = twin.Streets(streets.lines, streets.steps, frozenset(), streets.height)
    return towns.Town(plain, place.origins, place.destinations), gates, pairs


def apart(streets, doors, others, max_snap_m):
    """Return whether no other snaps right beside a door.

    A street is split where a door meets it, and of two pieces equally near (to 0.1 mm) the first is taken: beside the
    split, that may be the piece next to the one on which the nearest point lies.
    """
    found = [twin.places(streets, points, max_snap_m) for points in (doors, others)]
    for a in filter(None, found[0]):
        length = np.hypot(*(streets.ends[a[0]][2:] - streets.ends[a[0]][:2]))
        for b in filter(None, found[1]):
            if a[0] == b[0] and 1e-9 < abs(a[1] - b[1]) * length < 0.5:
                return False
    return True


@PROPERTY
@given(compounds(), st.sampled_from([4.321, 17.77, 1000.0]), st.sampled_from([None, SLOW]))
def test_gates_are_the_twins(compound, max_snap_m, profile):
    place, gates, pairs = compound
    assume(apart(place.streets, gates, place.destinations, max_snap_m))
    unit = 1 / profile.speed_m_per_min if profile else 1.0
    from_gates = twin.costs(place.streets, gates, place.destinations, max_snap_m, profile=profile)
    expected = twin.by_doors(place.origins, gates, pairs, from_gates, 1 / unit)
    streets, homes, at_gates = through_gates(
        place.build(), np.array(place.origins, float), np.array(gates, float), np.array(pairs), max_snap_m=max_snap_m
    )
    goal = snap(streets, np.array(place.destinations, float), max_snap_m=max_snap_m)
    np.testing.assert_allclose(table(streets, homes, goal, profile), expected, rtol=0, atol=unit / 1000)
    before = place.build()
    own = snap(before, np.array(place.destinations, float), max_snap_m=max_snap_m)
    np.testing.assert_allclose(table(before, at_gates, own, profile), from_gates, rtol=0, atol=unit / 1000)
    cost, which = nearest(streets, homes, goal, cutoff=41.3 * unit, profile=profile)
    towns.expect_nearest(cost, which, expected, 41.3 * unit, unit)
    rings = (13.37 * unit, 77.7 * unit)
    towns.expect_counts(counts(streets, homes, goal, rings, profile=profile), expected, rings, unit)
    assert reachable(streets, homes, goal).tolist() == [bool(row.any()) for row in np.isfinite(expected)]


# Entrances.


def test_to_the_better_of_two_entrances():
    streets, parks, _ = to_entrances(
        network(LADDER),
        np.array([(100.0, 50.0)]),
        np.array([(100.0, 90.0), (150.0, 3.0)]),
        np.array([(0, 0), (0, 1)]),
        max_snap_m=50.0,
    )
    start = positions(streets, [(100, 100), (100, 0)])
    cost = nearest(streets, start, parks)[0]
    assert cost == pytest.approx([10, 50 + 3], abs=1e-3)
    assert nearest(streets, start, parks, profile=PLAIN)[0] == pytest.approx(cost / 50, abs=1e-4)


def test_nobody_walks_through_a_park():
    entrances = np.array([(100.0, 98.0), (100.0, 2.0)])
    pairs = np.array([(0, 0), (0, 1)])
    streets, _, _ = to_entrances(network(LADDER), np.array([(100.0, 50.0)]), entrances, pairs, max_snap_m=9)
    start, goal = positions(streets, [(100, 0)]), positions(streets, [(100, 100)])
    assert nearest(streets, start, goal)[0] == pytest.approx([300], abs=1e-3)


def test_the_area_served_by_entrances_lies_on_streets():
    entrances = np.array([(100.0, 98.0), (100.0, 2.0)])
    pairs = np.array([(0, 0), (0, 1)])
    streets, parks, _ = to_entrances(network(LADDER), np.array([(100.0, 50.0)]), entrances, pairs, max_snap_m=9)
    pieces = service_area(streets, parks, 0, 80.0)
    expected = shapely.MultiLineString([[(22, 0), (178, 0)], [(22, 100), (178, 100)]])
    assert shapely.hausdorff_distance(shapely.union_all(pieces), expected) < 1e-3
    assert shapely.length(pieces).sum() == pytest.approx(4 * 78, abs=1e-3)


@PROPERTY
@given(compounds(), st.sampled_from([4.321, 17.77, 1000.0]), st.sampled_from([None, SLOW]))
def test_entrances_are_the_twins(compound, max_snap_m, profile):
    """The parks are the points of a compound, people come from the town's destinations, and at the door are there."""
    place, entrances, pairs = compound
    assume(apart(place.streets, entrances, place.destinations, max_snap_m))
    unit = 1 / profile.speed_m_per_min if profile else 1.0
    to_doors = twin.costs(place.streets, place.destinations, entrances, max_snap_m, profile=profile)
    snapped = ~np.isnan(to_doors).any(axis=1)
    expected = twin.by_doors(place.origins, entrances, pairs, to_doors[snapped].T, np.inf).T
    streets, parks, at_doors = to_entrances(
        place.build(),
        np.array(place.origins, float),
        np.array(entrances, float),
        np.array(pairs),
        max_snap_m=max_snap_m,
    )
    start = snap(streets, np.array(place.destinations, float), max_snap_m=max_snap_m)
    found = table(streets, start, parks, profile)
    assert np.isnan(found[~snapped]).all()
    expected = np.where(np.isnan(expected), np.inf, expected)
    np.testing.assert_allclose(found[snapped], expected, rtol=0, atol=unit / 1000)
    before = place.build()
    own = snap(before, np.array(place.destinations, float), max_snap_m=max_snap_m)
    np.testing.assert_allclose(table(before, own, at_doors, profile), to_doors, rtol=0, atol=unit / 1000)


def test_gates_and_entrances_and_supply_together():
    """From a compound through its gate to a park through its entrance, by hand and by the twin's sums."""
    houses, gates = np.array([(100.0, 20.0), (120.0, 20.0)]), np.array([(110.0, 2.0)])
    streets, homes, _ = through_gates(network(LADDER), houses, gates, np.array([(0, 0), (1, 0)]), max_snap_m=9)
    goal = positions(streets, [(0, 50), (150, 0)])
    legs = math.hypot(10, 18) + 2
    expected = np.array([[legs + 160, legs + 40]] * 2)
    assert table(streets, homes, goal) == pytest.approx(expected, abs=1e-3)
    own = np.array([3.0, 5.0]), np.array([1.0, 2.0])
    found = supply(streets, homes, goal, *own, 400.0)
    assert found == pytest.approx(twin.supply(expected, *own, 400.0, "gaussian"), rel=1e-6)


# Barriers.


def cut(lines, *barriers, **options):
    return network(lines, barriers=list(barriers), **options)


def total(streets):
    return float(streets.length.sum())


WALL = shapely.LineString([(50, -10), (50, 10)])


def test_a_wall_cuts_a_street_one_centimetre_either_side():
    streets = cut([[(0, 0), (100, 0)]], WALL)
    assert sorted(streets.length.tolist()) == pytest.approx([49.99, 49.99], abs=1e-4)
    start, goal = positions(streets, [(0, 0), (49.9, 0)]), positions(streets, [(100, 0)])
    assert nearest(streets, start, goal)[0].tolist() == [np.inf, np.inf]
    assert nearest(streets, positions(streets, [(60, 0)]), goal)[0] == pytest.approx([40], abs=1e-3)


def test_round_the_end_of_a_wall():
    lines = [[(0, 0), (100, 0)], [(0, 0), (0, 20), (100, 20), (100, 0)]]
    streets = cut(lines, WALL)
    walk = positions(streets, [(10, 0)]), positions(streets, [(90, 0)])
    assert nearest(streets, *walk)[0] == pytest.approx([10 + 20 + 100 + 20 + 10], abs=1e-3)


def test_a_wall_beside_the_street_cuts_nothing():
    streets = cut([[(0, 0), (100, 0)]], shapely.LineString([(0, 5), (100, 5)]), shapely.LineString([(50, 1), (50, 9)]))
    assert streets.length.tolist() == [100]


def test_a_wall_through_a_crossing_cuts_all_its_streets():
    lines = [[(0, 0), (50, 0), (100, 0)], [(50, -40), (50, 0), (50, 40)]]
    streets = cut(lines, shapely.LineString([(45, -5), (55, 5)]))
    goal = positions(streets, [(100, 0)])
    start = positions(streets, [(0, 0), (50, 40), (50, -40)])
    assert not np.isfinite(nearest(streets, start, goal)[0][[0, 1]]).any()
    assert total(streets) == pytest.approx(180 - 4 * 0.01 * math.sqrt(2), abs=1e-3)


def test_a_pond_swallows_what_lies_in_it():
    pond = shapely.box(40, -5, 70, 5)
    streets = cut([[(0, 0), (100, 0)], [(45, 0), (60, 0)]], pond)
    assert total(streets) == pytest.approx(70, abs=0.05)
    assert not np.isfinite(nearest(streets, positions(streets, [(0, 0)]), positions(streets, [(100, 0)]))[0]).any()


def test_a_pond_with_an_island():
    pond = shapely.box(20, -30, 80, 30).difference(shapely.box(40, -10, 60, 10))
    streets = cut([[(0, 0), (100, 0)]], pond)
    assert sorted(streets.length.tolist()) == pytest.approx([20, 20, 20], abs=0.05)


def test_several_barriers_of_both_kinds():
    parts = shapely.MultiLineString([[(10, -1), (10, 1)], [(20, -1), (20, 1)]])
    streets = cut([[(0, 0), (100, 0)]], parts, shapely.box(50, -1, 60, 1))
    assert sorted(streets.length.tolist()) == pytest.approx([9.98, 9.99, 29.99, 40], abs=0.05)


def test_the_order_of_the_streets_stays():
    """Ties at snapping go to the street first in the file, cut or not."""
    lines = [[(0, 20), (100, 20)], [(0, 0), (100, 0)]]
    wall = shapely.LineString([(50, -30), (50, 30)])
    for ordered, y in ((lines, 20), (lines[::-1], 0)):
        streets = cut(ordered, wall)
        place = positions(streets, [(60, 10)])
        assert streets.y[streets.start[place.segment]].tolist() == [y]


def test_stairs_and_big_roads_keep_their_kind_when_cut():
    lines = [[(0, 0), (100, 0)], [(0, 20), (100, 20)]]
    wall = shapely.LineString([(50, -30), (50, 30)])
    for options in ({}, {"node_crossings": True}):
        streets = cut(lines, wall, steps=[False, True], major=[True, False], **options)
        upper = streets.y[streets.start] == 20
        assert upper.sum() == 2
        assert (streets.steps == upper).all()
        assert (streets.major == ~upper).all()


def test_kinds_follow_their_lines_through_parts_and_crossings():
    lines = [
        shapely.MultiLineString([[(0, 0), (0, 0)], [(0, 0), (10, 0), (20, 0)], [(0, 5), (20, 5)]]),
        shapely.LineString([(15, -9), (15, 9)]),
        shapely.LineString([(0, 7), (0, 7)]),
        shapely.LineString([(0, 8), (20, 8)]),
    ]
    for crossings in (False, True):
        streets = build_network(lines, node_crossings=crossings, steps=[False, True, False, True], major=[1, 0, 0, 0])
        sums = {"steps": streets.length[streets.steps].sum(), "major": streets.length[streets.major].sum()}
        assert sums == pytest.approx({"steps": 18 + 20, "major": 40})


def test_barriers_with_crossings_made():
    lines = [[(0, 0), (100, 0)], [(30, -40), (30, 40)]]
    streets = cut(lines, WALL, node_crossings=True)
    goal = positions(streets, [(30, 40)])
    assert nearest(streets, positions(streets, [(0, 0), (100, 0)]), goal)[0] == pytest.approx([70, np.inf], abs=1e-3)


def test_barriers_as_a_table():
    lines = gpd.GeoSeries([shapely.LineString([(0, 0), (100, 0)])], crs=32650)
    wall = gpd.GeoDataFrame(geometry=[WALL], crs=32650)
    assert build_network(lines, barriers=wall).length.tolist() == pytest.approx([49.99, 49.99], abs=1e-4)


def test_bridges_pass_over_barriers():
    lines = [[(0, 0), (100, 0)], [(0, 20), (100, 20)]]
    pond = shapely.box(40, -30, 60, 30)
    for barrier in (shapely.LineString([(50, -30), (50, 30)]), pond):
        streets = cut(lines, barrier, bridge=[False, True])
        over = streets.y[streets.start] == 20
        assert streets.length[over].tolist() == [100]
        assert (~over).sum() == 2


def test_no_barrier_that_meets_a_street_changes_nothing():
    lines, homes, shops = towns.crooked(4)
    plain, walled = (
        network(lines),
        cut(lines, shapely.Point(9e5, 0).buffer(10), shapely.LineString([(9e5, 9), (9e5, 99)])),
    )
    for name in ("x", "y", "start", "end", "length"):
        assert getattr(plain, name).tolist() == getattr(walled, name).tolist()
    found = [nearest(n, snap(n, homes, max_snap_m=90), snap(n, shops, max_snap_m=90)) for n in (plain, walled)]
    assert np.array_equal(found[0][0], found[1][0], equal_nan=True)


# Other positions on the network with gates.


@settings(deadline=None, max_examples=40)
@given(st.data())
def test_positions_that_are_carried_over_stay_where_they_were(data):
    """Gates split streets and change nothing for those who do not use them, wherever the gates stand."""
    lines, homes, shops = towns.crooked(data.draw(st.integers(0, 99)))
    network = build_network([shapely.LineString(line) for line in lines])
    start, goal = snap(network, homes, max_snap_m=90), snap(network, shops, max_snap_m=90)
    # Many gates, some on one street, some at the very places of homes, shops and ends of streets.
    low, high = np.min(homes, axis=0), np.max(homes, axis=0)
    random = np.random.default_rng(data.draw(st.integers(0, 99)))
    doors = np.vstack((random.uniform(low, high, (60, 2)), homes[:5], shops[:5], lines[0][:2]))
    pairs = [(0, door) for door in range(len(doors))]
    joined, _, at = through_gates(network, np.array([[0.0, 0.0]]), doors, pairs, max_snap_m=90)
    before, after = (
        nearest(net, a, b, cutoff=900)[0]
        for net, a, b in (
            (network, start, goal),
            (joined, carry_over(network, at, start), carry_over(network, at, goal)),
        )
    )
    assert len(joined.start) > len(network.start) + len(doors) / 2
    np.testing.assert_allclose(after, before, rtol=0, atol=1e-3)


def test_a_gate_does_not_move_its_neighbor():
    """Snapped anew, the house would go to the piece before the gate, 10 cm from the place that is nearest to it."""
    network = build_network([shapely.LineString([(0, 0), (1000, 0)])])
    house, shop = (snap(network, np.array([point]), max_snap_m=150) for point in ((500.0, 100.0), (900.0, 0.0)))
    gate = np.array([(499.9, -5.0)])
    joined, _, at = through_gates(network, np.array([(499.9, -30.0)]), gate, [(0, 0)], max_snap_m=50)
    cost, _ = nearest(joined, carry_over(network, at, house), carry_over(network, at, shop))
    assert cost == pytest.approx([500.0], abs=1e-4)
