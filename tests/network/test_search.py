"""The walking network against figures reckoned by hand and against the brute-force twin."""

from __future__ import annotations

from itertools import pairwise

import networkx as nx
import numpy as np
import pytest
import shapely
import towns
import twin
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from geoprio._core.errors import InputError
from geoprio.network import Network, Positions, build_network, compiled, count_gaps, counts, nearest, snap

STRAIGHT = [(0, 0), (100, 0)]
TWO_PIECES = [(0, 0), (40, 0), (100, 0)]
HAIRPIN = [(0, 0), (0, 100), (10, 100), (10, 0)]
SQUARE = [(0, 0), (10, 0), (10, 10), (0, 10), (0, 0)]
FAR_ISLAND = [(1000, 0), (1100, 0)]
CLOSE = 1e-4


def network(lines, **options):
    return build_network([shapely.LineString(line) for line in lines], **options)


def walk(lines, origins, destinations, max_snap_m=50.0, cutoff=5000.0, **options):
    """Return distance and which, as lists."""
    streets = network(lines, **options)
    start = snap(streets, np.array(origins, float), max_snap_m=max_snap_m)
    goal = snap(streets, np.array(destinations, float), max_snap_m=max_snap_m)
    distance, which = nearest(streets, start, goal, cutoff=cutoff)
    return distance.tolist(), which.tolist()


def count(lines, origins, destinations, rings, max_snap_m=50.0):
    streets = network(lines)
    start = snap(streets, np.array(origins, float), max_snap_m=max_snap_m)
    goal = snap(streets, np.array(destinations, float).reshape(-1, 2), max_snap_m=max_snap_m)
    return counts(streets, start, goal, rings).tolist()


BY_HAND = {
    "along one segment": ([STRAIGHT], (10, 5), (90, 3), 5 + 80 + 3),
    "against the line's direction": ([STRAIGHT], (90, 3), (10, 5), 88),
    "across a vertex": ([TWO_PIECES], (10, 5), (90, 3), 88),
    "from the very start to the very end": ([TWO_PIECES], (0, 0), (100, 0), 100),
    "beyond both ends of the street": ([STRAIGHT], (-3, -4), (103, 4), 5 + 100 + 5),
    "at a vertex": ([TWO_PIECES], (40, 7), (100, 0), 67),
    "to a vertex": ([TWO_PIECES], (100, 0), (40, 7), 67),
    "vertex to the same vertex": ([TWO_PIECES], (40, 0), (40, 0), 0),
    "same place off the street: out and back": ([STRAIGHT], (10, 5), (10, 5), 10),
    "same place on the street": ([STRAIGHT], (10, 0), (10, 0), 0),
    "opposite sides of the street": ([STRAIGHT], (30, 8), (30, -9), 17),
    "hairpin, all the way": ([HAIRPIN], (0, 10), (10, 10), 90 + 10 + 90),
    "hairpin with a short cut between its ends": ([HAIRPIN, [(0, 0), (10, 0)]], (0, 10), (10, 10), 30),
    "short cut drawn the other way": ([HAIRPIN, [(10, 0), (0, 0)]], (10, 10), (0, 10), 30),
    "ring, the short side": ([SQUARE], (5, 0), (0, 5), 10),
    "ring, both sides equal": ([SQUARE], (5, 0), (5, 10), 20),
    "ring on a stalk": ([SQUARE, [(10, 10), (10, 60)]], (10, 60), (0, 2), 50 + 10 + 8),
    "the same street three times": ([STRAIGHT, STRAIGHT, STRAIGHT[::-1], [(100, 0), (200, 0)]], (0, 3), (150, 0), 153),
    "straight beside a detour": ([[(0, 0), (50, 50), (100, 0)], STRAIGHT], (-10, 0), (110, 0), 120),
    "out of a dead end": ([TWO_PIECES, [(40, 0), (40, 30)]], (40, 35), (100, 0), 5 + 30 + 60),
    "into a dead end": ([TWO_PIECES, [(40, 0), (40, 30)]], (0, 0), (40, 30), 70),
    "a T without a vertex does not connect": ([STRAIGHT, [(40, 0), (40, 30)]], (40, 30), (80, 0), np.inf),
    "an X without a vertex does not connect": ([STRAIGHT, [(50, -40), (50, 40)]], (50, 40), (0, 0), np.inf),
    "another part of the network": ([STRAIGHT, FAR_ISLAND], (10, 0), (1050, 0), np.inf),
    "origin too far from any street": ([STRAIGHT], (10, 50.001), (90, 0), np.nan),
    "origin exactly as far as allowed": ([STRAIGHT], (10, 50), (90, 0), 130),
    "destination too far from any street": ([STRAIGHT], (10, 0), (90, 51), np.inf),
    "both too far": ([STRAIGHT], (10, 51), (90, 51), np.nan),
    "pieces of no length": ([[(5, 5), (5, 5)], [(0, 0), (0, 0), (100, 0), (100, 0)]], (10, 0), (90, 0), 80),
    "four kilometres": ([[(0, 0), (4000, 0)]], (0, 0), (4000, 0), 4000),
    "vertices 0.05 mm apart are one": ([STRAIGHT, [(100.00005, 0), (200, 0)]], (0, 0), (200, 0), 200),
    "vertices 1 mm apart are two": ([STRAIGHT, [(100.001, 0), (200, 0)]], (0, 0), (200, 0), np.inf),
}


@pytest.mark.parametrize(("lines", "origin", "destination", "expected"), BY_HAND.values(), ids=BY_HAND)
def test_distance_by_hand(lines, origin, destination, expected):
    distance, which = walk(lines, [origin], [destination])
    assert distance == pytest.approx([expected], abs=1e-4, nan_ok=True)
    assert which == [0 if np.isfinite(expected) else -1]


@pytest.mark.parametrize(("lines", "origin", "destination", "expected"), BY_HAND.values(), ids=BY_HAND)
def test_twin_by_hand(lines, origin, destination, expected):
    assert twin.distances(lines, [origin], [destination], 50.0)[0] == pytest.approx([expected], abs=1e-4, nan_ok=True)


def test_nearest_names_the_nearest_of_several():
    distance, which = walk([TWO_PIECES], [(10, 0), (45, 0), (99, 0)], [(100, 0), (30, 49), (0, 60), (0, 0), (50, 0)])
    assert distance == pytest.approx([10, 5, 1], abs=CLOSE)
    assert which == [3, 4, 0]


@pytest.mark.parametrize("lines", [[STRAIGHT], [TWO_PIECES], [[(0, 0), (50, 0), (100, 0)]]])
def test_two_facilities_equally_far(lines):
    distance, which = walk(lines, [(50, 0)], [(0, 0), (100, 0)])
    assert distance == pytest.approx([50], abs=CLOSE)
    assert which[0] in {0, 1}


def test_equal_blocks_in_a_grid():
    blocks = [[(x, y) for x in range(0, 500, 100)] for y in range(0, 500, 100)]
    blocks += [[(y, x) for x, y in line] for line in blocks]
    distance, which = walk(blocks, [(200, 200)], [(0, 0), (400, 0), (0, 400), (400, 400)])
    assert distance == pytest.approx([400], abs=CLOSE)
    assert which[0] in range(4)


def test_the_shorter_street_wins_over_the_shorter_leg():
    lines = [[(0, 0), (100, 0), (100, 30), (0, 30)]]
    distance, which = walk(lines, [(0, 0)], [(10, 25), (60, 0)])
    assert distance == pytest.approx([60], abs=CLOSE)
    assert which == [1]


def test_several_destinations_at_one_point():
    distance, which = walk([STRAIGHT], [(10, 0)], [(60, 5)] * 3)
    assert distance == pytest.approx([55], abs=CLOSE)
    assert which[0] in {0, 1, 2}
    assert count([STRAIGHT], [(10, 0)], [(60, 5)] * 3, (54, 55, 56)) == [[0, 3, 3]]


def test_paths_do_not_run_over_the_legs_of_other_destinations():
    lines = [[(0, 0), (300, 0)], [(300, 0), (300, 200), (0, 200)], [(0, 45), (0, 46)]]
    assert walk(lines, [(150, 0)], [(150, 200), (0, 40)])[0] == pytest.approx([500], abs=CLOSE)


def test_no_points_at_all():
    streets = network([STRAIGHT])
    none, one = snap(streets, np.zeros((0, 2)), max_snap_m=50), snap(streets, np.array([[1.0, 1.0]]), max_snap_m=50)
    assert [a.shape for a in nearest(streets, none, one)] == [(0,), (0,)]
    assert counts(streets, none, one, (5.0,)).shape == (0, 1)
    for search in (lambda: nearest(streets, one, none), lambda: counts(streets, one, none, (5.0, 6.0))):
        with pytest.raises(InputError, match="destinations are empty"):
            search()


def test_node_crossings_connects_an_x():
    lines = [STRAIGHT, [(50, -40), (50, 40)]]
    assert walk(lines, [(0, 0)], [(50, 40)], node_crossings=False)[0] == [np.inf]
    assert walk(lines, [(0, 0)], [(50, 40)], node_crossings=True)[0] == pytest.approx([90], abs=CLOSE)


def test_node_crossings_keeps_the_order_of_the_lines():
    lines = [[(0, 20), (100, 20)], [(30, -40), (30, 40)], [(0, 0), (100, 0)]]
    for ordered, y in ((lines, 20), (lines[::-1], 0)):
        streets = network(ordered, node_crossings=True)
        place = snap(streets, np.array([[60.0, 10.0]]), max_snap_m=50)
        assert streets.y[streets.start[place.segment]].tolist() == [y]


def test_multilines_and_heights():
    parts = shapely.MultiLineString([[(0, 0, 5), (100, 0, 90)], [(100, 0, 7), (100, 50, 7)]])
    streets = build_network([parts])
    assert streets.length.tolist() == [100, 50]


def test_short_components_are_not_snapped_to():
    streets = network([[(0, 5), (10, 5)], [(-100, 0), (100, 0)]])
    at = np.array([[5.0, 4.0]])
    assert snap(streets, at, max_snap_m=50).segment.tolist() == [0]
    assert snap(streets, at, max_snap_m=50, min_component_m=10).segment.tolist() == [0]
    place = snap(streets, at, max_snap_m=50, min_component_m=10.01)
    assert (place.segment.tolist(), place.offset.tolist(), place.leg.tolist()) == ([1], [105], [4])
    assert not snap(streets, at, max_snap_m=50, min_component_m=201).snapped.any()


def test_component_length_is_that_of_the_whole_component():
    streets = network([[(0, 0), (10, 0)], [(10, 0), (10, 20), (40, 20)], [(500, 0), (507, 0)]])
    assert streets.component_length.tolist() == [60, 60, 60, 7]


def test_vertices_near_each_other_are_one_node():
    lines = [STRAIGHT, [(100.00005, 0.00005), (200, 0)], [(100, -0.00005), (100, -30)]]
    streets = network(lines)
    assert len(streets.x) == 4
    assert (streets.x[1], streets.y[1]) == (100, 0)
    assert len(network([STRAIGHT, [(100.001, 0), (200, 0)]]).x) == 4


def test_tie_at_a_bend_takes_the_first_segment():
    place = snap(network([[(0, 0), (50, 0), (50, 50)]]), np.array([[53.0, -4.0]]), max_snap_m=50)
    assert (place.segment.tolist(), place.offset.tolist(), place.leg.tolist()) == ([0], [50], [5])


@pytest.mark.parametrize("nudge", [0.0, 0.00004, -0.00004])
def test_tie_between_streets_takes_the_first_of_the_file(nudge):
    lines = [[(0, 20), (100, 20)], [(0, 0), (100, 0)]]
    at = np.array([[50.0, 10.0 + nudge]])
    assert snap(network(lines), at, max_snap_m=50).segment.tolist() == [0]
    assert snap(network(lines[::-1]), at, max_snap_m=50).segment.tolist() == [0]


def test_a_millimetre_is_no_tie():
    lines = [[(0, 20), (100, 20)], [(0, 0), (100, 0)]]
    assert snap(network(lines), np.array([[50.0, 9.999]]), max_snap_m=50).segment.tolist() == [1]


def test_unsnapped_positions():
    place = snap(network([STRAIGHT]), np.array([[10.0, 80.0], [10.0, 5.0]]), max_snap_m=50)
    assert place.segment.tolist() == [-1, 0]
    assert place.snapped.tolist() == [False, True]
    assert np.isnan(place.leg[0])


def test_rings_count_what_lies_on_them():
    shops = [(300, 0), (300.0004, 0), (300.002, 0), (299, 0), (900, 0)]
    assert count([[(0, 0), (2000, 0)]], [(0, 0)], shops, (298, 299, 300, 301, 5000)) == [[0, 1, 3, 4, 5]]


def test_rings_count_what_lies_on_them_from_a_corner():
    lines = [[(0, 0), (0, 50)], [(0, 0), (2000, 0)]]
    assert count(lines, [(0, 0)], [(300.0004, 0)], (300,)) == [[1]]


def test_ring_between_millimetres():
    assert count([STRAIGHT], [(0, 0)], [(33.3336, 0)], (33.3336,)) == [[1]]


def test_rings_need_no_order():
    assert count([STRAIGHT], [(0, 0)], [(10, 0), (20, 0), (30, 0)], (25, 5, 30, 25)) == [[2, 0, 3, 2]]


def test_counts_of_unsnapped_and_unreachable():
    shops = [(10, 0), (10, 80), (1050, 0)]
    found = count([STRAIGHT, FAR_ISLAND], [(0, 0), (0, 80), (1000, 0)], shops, (10, 100000))
    assert found == [[1, 1], [0, 0], [0, 1]]


def test_the_number_of_threads_changes_nothing(monkeypatch):
    lines, homes, shops = towns.crooked(5)
    streets = network(lines)
    results = []
    for large in (10**9, 0):
        monkeypatch.setattr(compiled, "LARGE_NETWORK", large)
        start, goal = snap(streets, homes, max_snap_m=90), snap(streets, shops, max_snap_m=90)
        found = counts(streets, start, goal, (300.0, 1200.0))
        results.append([start.segment, start.offset, *nearest(streets, start, goal), found])
    assert all(np.array_equal(a, b, equal_nan=True) for a, b in zip(*results, strict=True))
    assert results[0][-1][:, 1].max() > 1


def test_rings_in_any_order():
    lines, homes, shops = towns.crooked(5)
    streets = network(lines)
    start, goal = snap(streets, homes, max_snap_m=90), snap(streets, shops, max_snap_m=90)
    up, down = (counts(streets, start, goal, rings) for rings in ((300.0, 700.0, 700.0), (700.0, 700.0, 300.0)))
    assert (up == down[:, ::-1]).all()


def test_far_destinations_wait_for_their_turn():
    """Seeds farther apart than the circle of buckets is wide, and a street far longer than a bucket."""
    lines = [[(0, 0), (50_000, 0)], [(50_000, 0), (50_000, 10)], [(50_000, 10), (90_000, 10)], [(0, 0), (0, 20)]]
    streets = network(lines)
    shops = snap(streets, np.array([[0.0, 20.0], [90_000.0, 10.0], [90_000.0, 900.0]]), max_snap_m=1000)
    homes = snap(streets, np.array([[24_000.0, 0.0], [80_000.0, 10.0], [89_999.0, 10.0]]), max_snap_m=1)
    distance, which = nearest(streets, homes, shops, cutoff=100_000.0)
    assert distance == pytest.approx([24_020, 10_000, 1], abs=1e-3)
    assert which.tolist() == [0, 1, 1]
    alone = snap(streets, np.array([[90_000.0, 900.0]]), max_snap_m=1000)
    found = nearest(streets, homes, alone, cutoff=100_000.0)[0]
    assert found == pytest.approx([66_900 + 0, 10_890, 891], abs=1e-3)


LOOP = {
    "off the loop the short way": ((1, 20), (0, 100), 120),
    "off the loop the other way": ((1, 45), (0, 100), 115),
    "along the loop": ((1, 10), (1, 40), 30),
    "through its corner": ((1, 5), (1, 55), 10),
    "onto the loop": ((0, 30), (1, 50), 40),
    "past the loop": ((2, 70), (0, 40), 110),
}


@pytest.mark.parametrize(("origin", "destination", "expected"), LOOP.values(), ids=LOOP)
def test_a_segment_that_ends_where_it_starts(origin, destination, expected):
    """A street of 100 m, a loop of 60 m at its start drawn as one segment, and another street on the far side."""
    streets = Network(
        np.array([0.0, 100.0, -80.0]), np.zeros(3), np.array([0, 0, 0]), np.array([1, 0, 2]), np.array([100.0, 60, 80])
    )
    start, goal = (Positions(np.array([k]), np.array([float(at)]), np.zeros(1)) for k, at in (origin, destination))
    assert nearest(streets, start, goal)[0] == pytest.approx([expected], abs=CLOSE)
    assert counts(streets, start, goal, (expected - 0.01, expected)).tolist() == [[0, 1]]


def test_what_was_asked_before_changes_nothing():
    """Each answer is that of a network that was never asked before, whatever positions come and go."""
    lines, homes, shops = towns.crooked(6)
    used = network(lines)
    for turn in range(6):
        fresh = network(lines)
        own = homes[turn::3], shops[turn % 3 :: 2]
        answers = []
        for streets in (used, fresh):
            walk = streets, *(snap(streets, points, max_snap_m=90) for points in own)
            answers.append([*nearest(*walk, cutoff=(300.0, 2000.0)[turn % 2]), counts(*walk, (200.0 + turn, 900.0))])
        assert all(np.array_equal(a, b, equal_nan=True) for a, b in zip(*answers, strict=True))


# Random networks.

GRID = st.tuples(st.integers(0, 6), st.integers(0, 6)).map(lambda p: (10.0 * p[0], 10.0 * p[1]))
MILLIMETRES = st.tuples(st.integers(0, 60000), st.integers(0, 60000)).map(lambda p: (p[0] / 1000, p[1] / 1000))
HALVES = st.tuples(st.integers(-10, 130), st.integers(-10, 130)).map(lambda p: (p[0] / 2, p[1] / 2))


@st.composite
def places(draw, vertex, point):
    """Draw street lines over few vertices, with repeats and far-off copies, and the points at both ends of the walk."""
    pool = draw(st.lists(vertex, min_size=2, max_size=12))
    lines = draw(st.lists(st.lists(st.sampled_from(pool), min_size=2, max_size=5), min_size=1, max_size=8))
    again = draw(st.lists(st.sampled_from(lines), max_size=2))
    apart = draw(st.lists(st.sampled_from(lines), max_size=1))
    lines = lines + [line[::-1] for line in again] + [[(x + 70.0, y) for x, y in line] for line in apart]
    assume(any(a != b for line in lines for a, b in pairwise(line)))
    near = st.one_of(point, st.sampled_from(pool))
    return lines, draw(st.lists(near, min_size=1, max_size=8)), draw(st.lists(near, min_size=1, max_size=6))


TOWNS = st.one_of(places(GRID, HALVES), places(MILLIMETRES, MILLIMETRES))
SNAPS = st.sampled_from([4.321, 17.77, 1000.0])
PROPERTY = settings(deadline=None, max_examples=150)


@PROPERTY
@given(TOWNS, SNAPS, st.sampled_from([0.0, 33.3]))
def test_nearest_is_the_twins_minimum(town, max_snap_m, min_component_m):
    lines, origins, destinations = town
    table = twin.distances(lines, origins, destinations, max_snap_m, min_component_m)
    streets = network(lines)
    reach = {"max_snap_m": max_snap_m, "min_component_m": min_component_m}
    start, goal = (snap(streets, np.array(points), **reach) for points in (origins, destinations))
    distance, which = nearest(streets, start, goal)
    np.testing.assert_allclose(distance, table.min(axis=1), rtol=0, atol=CLOSE)
    found = which >= 0
    assert (found == np.isfinite(table.min(axis=1))).all()
    np.testing.assert_allclose(table[found, which[found]], distance[found], rtol=0, atol=CLOSE)


@PROPERTY
@given(TOWNS, SNAPS, st.lists(st.sampled_from([5.0, 10.0, 20.0, 33.3, 60.0, 400.0]), min_size=1, max_size=3))
def test_counts_are_the_twins(town, max_snap_m, rings):
    lines, origins, destinations = town
    table = twin.distances(lines, origins, destinations, max_snap_m)
    streets = network(lines)
    start, goal = (snap(streets, np.array(points), max_snap_m=max_snap_m) for points in (origins, destinations))
    found = counts(streets, start, goal, tuple(rings))
    for k, ring in enumerate(rings):
        sure = ~(np.abs(table - ring) < 0.01).any(axis=1)
        assert (found[sure, k] == (table[sure] <= ring).sum(axis=1)).all()


@PROPERTY
@given(places(GRID, GRID), SNAPS)
def test_whole_metres_on_a_ring_count(town, max_snap_m):
    lines, origins, destinations = town
    table = twin.distances(lines, origins, destinations, max_snap_m)
    streets = network(lines)
    start, goal = (snap(streets, np.array(points), max_snap_m=max_snap_m) for points in (origins, destinations))
    found = counts(streets, start, goal, (10.0, 30.0))
    assert found.tolist() == [[(row <= ring + 5e-4).sum() for ring in (10, 30)] for row in table]


@PROPERTY
@given(TOWNS, SNAPS)
def test_one_more_facility_never_lengthens_a_walk(town, max_snap_m):
    lines, origins, destinations = town
    assume(len(destinations) > 1)
    streets = network(lines)
    start, goal = (snap(streets, np.array(points), max_snap_m=max_snap_m) for points in (origins, destinations))
    fewer = Positions(goal.segment[:-1], goal.offset[:-1], goal.leg[:-1])
    before, after = nearest(streets, start, fewer)[0], nearest(streets, start, goal)[0]
    assert (np.isnan(before) == np.isnan(after)).all()
    assert (after <= before)[~np.isnan(before)].all()
    assert (counts(streets, start, goal, (20.0,)) >= counts(streets, start, fewer, (20.0,))).all()


def _untied(seed):
    lines, homes, shops = towns.crooked(seed)
    return lines, homes[twin.clear_of_ties(lines, homes)], shops[twin.clear_of_ties(lines, shops)]


@pytest.mark.parametrize("seed", range(4))
def test_twice_the_size_is_twice_the_walk(seed):
    lines, homes, shops = _untied(seed)
    once, which = walk(lines, homes, shops, 90.0)
    twice, again = walk([(2 * np.array(line)).tolist() for line in lines], 2 * homes, 2 * shops, 180.0)
    np.testing.assert_allclose(twice, 2 * np.array(once), rtol=0, atol=CLOSE)
    assert which == again
    assert np.isfinite(once).sum() > 20


@pytest.mark.parametrize("seed", range(4))
def test_direction_of_the_lines_does_not_matter(seed):
    lines, homes, shops = _untied(seed)
    there, which = walk(lines, homes, shops, 90.0)
    back, again = walk([line[::-1] for line in lines], homes, shops, 90.0)
    np.testing.assert_allclose(back, there, rtol=0, atol=CLOSE)
    assert which == again


@pytest.mark.parametrize("seed", range(4))
def test_there_and_back_are_equally_far(seed):
    lines, homes, shops = towns.crooked(seed)
    there = [walk(lines, homes[:30], [shop], 90.0)[0] for shop in shops]
    back = [walk(lines, [shop], homes[:30], 90.0)[0][0] for shop in shops]
    for row, least in zip(there, back, strict=True):
        ways = [d for d in row if not np.isnan(d)]
        assert np.isnan(least) or least == pytest.approx(min(ways), abs=CLOSE)


def test_far_from_the_origin_of_the_grid():
    lines, homes, shops = _untied(9)
    shift = np.array([458_000.0, 3_105_000.0])
    near = walk(lines, homes, shops, 90.0)[0]
    far = walk([(np.array(line) + shift).tolist() for line in lines], homes + shift, shops + shift, 90.0)[0]
    np.testing.assert_allclose(far, near, rtol=0, atol=CLOSE)


def test_nothing_given_is_changed():
    lines, homes, shops = towns.crooked(3)
    shapes = np.array([shapely.LineString(line) for line in lines], dtype=object)
    before = shapely.to_wkb(shapes).tolist()
    for array in (shapes, homes, shops):
        array.setflags(write=False)
    streets = build_network(shapes)
    start, goal = snap(streets, homes, max_snap_m=90), snap(streets, shops, max_snap_m=90)
    for whole in (streets, start, goal):
        for array in vars(whole).values():
            if isinstance(array, np.ndarray):
                array.setflags(write=False)
    nearest(streets, start, goal)
    counts(streets, start, goal, (100.0,))
    count_gaps(streets)
    assert shapely.to_wkb(shapes).tolist() == before


def test_both_searches_of_the_twin_agree(monkeypatch):
    lines, homes, shops = towns.crooked(1)
    plain = twin.distances(lines, homes, shops, 90.0)
    monkeypatch.setattr(twin, "SMALL", 0)
    np.testing.assert_allclose(twin.distances(lines, homes, shops, 90.0), plain, rtol=1e-12)


def test_twin_against_a_plain_graph():
    lines = [[(0, 0), (30, 0), (30, 40)], [(0, 0), (0, 40), (30, 40)], [(30, 40), (90, 40)]]
    graph = nx.Graph()
    for line in lines:
        for a, b in pairwise(line):
            graph.add_edge(a, b, weight=float(np.hypot(a[0] - b[0], a[1] - b[1])))
    corners = sorted(graph)
    table = twin.distances(lines, corners, corners, 1.0)
    ways = dict(nx.all_pairs_dijkstra_path_length(graph))
    assert table.tolist() == [[ways[a][b] for b in corners] for a in corners]


# Gaps.

GAPS = {
    "cross without a vertex": ([STRAIGHT, [(50, -40), (50, 40)]], (1, 0)),
    "cross at a shared vertex": ([[(0, 0), (50, 0), (100, 0)], [(50, -40), (50, 0), (50, 40)]], (0, 0)),
    "two lines over one": ([STRAIGHT, [(20, -40), (20, 40)], [(60, -40), (60, 40)]], (2, 0)),
    "0.3 m short": ([STRAIGHT, [(50, 0.3), (50, 40)]], (0, 1)),
    "0.5 m short": ([STRAIGHT, [(50, 0.5), (50, 40)]], (0, 1)),
    "0.6 m short": ([STRAIGHT, [(50, 0.6), (50, 40)]], (0, 0)),
    "ends on a street without a vertex": ([STRAIGHT, [(50, 0), (50, 40)]], (0, 1)),
    "0.3 m too long": ([STRAIGHT, [(50, -0.3), (50, 40)]], (1, 1)),
    "short of two streets at once, counted once": ([[(0, 0), (50, 0), (100, 0)], [(50, 0.3), (50, 40)]], (0, 1)),
    "two dead ends that fail to meet": ([[(0, 0), (50, 0)], [(50.3, 0), (100, 0)]], (0, 2)),
    "a proper T": ([[(0, 0), (50, 0), (100, 0)], [(50, 0), (50, 40)]], (0, 0)),
    "a dead end that ends": ([[(0, 0), (50, 0), (100, 0)], [(50, 0), (50, 40)], [(30, 50), (90, 50)]], (0, 0)),
    "one street": ([STRAIGHT], (0, 0)),
    "a ring": ([SQUARE], (0, 0)),
    "a ring left open by 0.3 m": ([[(0, 0.3), (0, 10), (10, 10), (10, 0), (0, 0)]], (0, 2)),
    "a dead end as sharp as a needle": ([[(0, 0), (50, 0), (100, 0)], [(0, 0), (40, 20)]], (0, 0)),
    "the same street twice": ([STRAIGHT, STRAIGHT], (0, 0)),
}


@pytest.mark.parametrize(("lines", "expected"), GAPS.values(), ids=GAPS)
def test_gaps(lines, expected):
    assert count_gaps(network(lines)) == expected


STUBS = {
    "a stub of 0.3 m": [[(0, 0), (50, 0), (100, 0)], [(50, 0), (50, 0.3)]],
    "a stub of 0.3 m in a street's prolongation": [[(0, 0), (50, 0), (50.3, 0)]],
    "a stub of 0.3 m at a corner": [[(0, 0), (50, 0), (50, 40)], [(50, 0), (50.2, -0.2)]],
}


@pytest.mark.parametrize("lines", STUBS.values(), ids=STUBS)
def test_a_stub_does_not_miss_the_street_it_starts_from(lines):
    assert count_gaps(network(lines)) == (0, 0)


def test_crossing_at_a_vertex_of_one_street_only():
    crossings, touches = count_gaps(network([STRAIGHT, [(50, -40), (50, 0), (50, 40)]]))
    assert crossings + touches == 1


def test_street_drawn_twice_ends_short():
    assert count_gaps(network([STRAIGHT, [(50, 0.3), (50, 40)], [(50, 40), (50, 0.3)]])) == (0, 1)


# What is refused.


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_points_must_be_finite(bad):
    with pytest.raises(InputError, match="point 1"):
        snap(network([STRAIGHT]), np.array([[1.0, 2.0], [3.0, bad]]), max_snap_m=50)


def _street_with(bad):
    with np.errstate(invalid="ignore"):
        return shapely.LineString([(0, 0), (50, bad), (90, 20)])


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_streets_must_be_finite(bad):
    with pytest.raises(InputError, match="not a number"):
        build_network([shapely.LineString(STRAIGHT), _street_with(bad)])


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_streets_must_be_finite_before_crossings_are_made(bad):
    with pytest.raises(InputError, match="not a number"):
        build_network([shapely.LineString([(0, 9), (100, 8)]), _street_with(bad)], node_crossings=True)


@pytest.mark.parametrize("node_crossings", [False, True])
@pytest.mark.parametrize("lines", [[], [shapely.LineString()], [shapely.LineString([(1, 1), (1, 1)])], [None]])
def test_streets_must_have_length(lines, node_crossings):
    with pytest.raises(InputError, match="no line of any length"):
        build_network(lines, node_crossings=node_crossings)


def test_streets_shorter_than_a_tenth_of_a_millimetre_have_no_length():
    with pytest.raises(InputError):
        network([[(0, 0), (0.00005, 0)]])


@pytest.mark.parametrize("rings", [(0,), (-5.0,), (np.nan,), (300.0, 0.0)])
def test_rings_must_be_above_zero(rings):
    with pytest.raises(InputError, match="above 0"):
        count([STRAIGHT], [(0, 0)], [(10, 0)], rings)
