"""Walking time: slopes, stairs and big roads, against figures reckoned by hand and the directed twin."""

from __future__ import annotations

import math

import numpy as np
import pytest
import shapely
import towns
import twin
from hypothesis import given, settings
from hypothesis import strategies as st

from geoprio.network import Profile, build_network, counts, k_nearest, nearest, reachable, snap
from geoprio.standards import load_profiles

STREET = [(0, 0), (100, 0)]
SIDE = [(50, -40), (50, 0), (50, 40)]
BIG = [(0, 0), (50, 0), (100, 0)]
PLAIN = Profile(name="plain", speed_m_per_min=50)
CAREFUL = Profile(name="careful", speed_m_per_min=50, downhill_gain=False)
LEVEL = Profile(name="level", speed_m_per_min=50, slope=False)
CLIMBER = Profile(name="climber", speed_m_per_min=50, steps_factor=3)
WAITING = Profile(name="waiting", speed_m_per_min=50, crossing_penalty_s=30)


def hill(rise):
    """Return heights that climb by `rise` for each metre eastwards."""
    return lambda x, y: rise * np.asarray(x, float) + 0 * np.asarray(y, float)


def town(lines, origins, destinations, steps=(), major=(), height=None):
    return towns.Town(twin.Streets(lines, frozenset(steps), frozenset(major), height), origins, destinations)


EAST, WEST = ((0, 0), (100, 0)), ((100, 0), (0, 0))
BY_HAND = {
    "level": (town([STREET], *EAST), PLAIN, 2.0),
    "straight legs": (town([STREET], (0, 5), (100, -10)), PLAIN, 2.3),
    "part of a street": (town([STREET], (20, 0), (45, 0)), PLAIN, 0.5),
    "up 5 %": (town([STREET], *EAST, height=hill(0.05)), PLAIN, 2 / 0.8394570),
    "up 8 %": (town([STREET], *EAST, height=hill(0.08)), PLAIN, 2 / 0.7557837),
    "up 10 %": (town([STREET], *EAST, height=hill(0.10)), PLAIN, 2 / 0.7046881),
    "down 5 %, the fastest": (town([STREET], *WEST, height=hill(0.05)), PLAIN, 2 / 1.1912462),
    "down 10 % as on the level": (town([STREET], *WEST, height=hill(0.10)), PLAIN, 2.0),
    "down 15 %": (town([STREET], *WEST, height=hill(0.15)), PLAIN, 2 / 0.8394570),
    "up, drawn downwards": (town([STREET[::-1]], *EAST, height=hill(0.10)), PLAIN, 2 / 0.7046881),
    "down, drawn downwards": (town([STREET[::-1]], *WEST, height=hill(0.05)), PLAIN, 2 / 1.1912462),
    "up steeper than 50 %": (town([STREET], *EAST, height=hill(0.8)), PLAIN, 2 / 0.1737739),
    "down steeper than 50 %": (town([STREET], *WEST, height=hill(0.8)), PLAIN, 2 / 0.2465970),
    "careful up": (town([STREET], *EAST, height=hill(0.05)), CAREFUL, 2 / 0.8394570),
    "careful down gains nothing": (town([STREET], *WEST, height=hill(0.05)), CAREFUL, 2.0),
    "careful down a steep way": (town([STREET], *WEST, height=hill(0.15)), CAREFUL, 2 / 0.8394570),
    "slope not asked for": (town([STREET], *EAST, height=hill(0.3)), LEVEL, 2.0),
    "part of a slope": (town([STREET], (20, 0), (45, 0), height=hill(0.10)), PLAIN, 0.5 / 0.7046881),
    "straight legs are level": (town([STREET], (-50, 0), (150, 0), height=hill(0.10)), PLAIN, 2 + 2 / 0.7046881),
    "over a hilltop": (
        town([[(0, 0), (50, 0), (100, 0)]], *EAST, height=lambda x, y: 5 - 0.1 * abs(x - 50) + 0 * y),
        PLAIN,
        1 / 0.7046881 + 1.0,
    ),
    "stairs": (town([STREET], *EAST, steps=[0]), CLIMBER, 6.0),
    "stairs like any way": (town([STREET], *EAST, steps=[0]), PLAIN, 2.0),
    "slope does not count on stairs": (town([STREET], *EAST, steps=[0], height=hill(0.3)), CLIMBER, 6.0),
    "slope counts on stairs like any way": (
        town([STREET], *EAST, steps=[0], height=hill(0.1)),
        PLAIN,
        2 / 0.7046881,
    ),
    "stairs or the way round": (
        town([STREET, [(0, 0), (50, 50), (100, 0)]], *EAST, steps=[0]),
        CLIMBER,
        math.sqrt(8),
    ),
    "across a big road": (town([BIG, SIDE], (50, -40), (50, 40), major=[0]), WAITING, 1.6 + 0.5),
    "along a big road": (town([BIG, SIDE], *EAST, major=[0]), WAITING, 2.0),
    "onto a big road": (town([BIG, SIDE], (50, -40), (100, 0), major=[0]), WAITING, 1.8 + 0.25),
    "off a big road": (town([BIG, SIDE], (100, 0), (50, -40), major=[0]), WAITING, 1.8 + 0.25),
    "up to a big road, not onto it": (town([BIG, SIDE], (50, -30), (50, -1), major=[0]), WAITING, 0.58),
    "from its edge to the other side": (town([BIG, SIDE], (50, -0.001), (50, 40), major=[0]), WAITING, 0.80002 + 0.5),
    "two big roads": (
        town([BIG, SIDE, [(50, 40), (90, 40)], [(50, 40), (50, 60)]], (50, -40), (50, 60), major=[0, 2]),
        WAITING,
        2.0 + 0.5 + 0.5,
    ),
    "a street between two big roads": (
        town([BIG, [(50, 0), (50, 40)], [(0, 40), (50, 40)]], (0, 0), (0, 40), major=[0, 2]),
        WAITING,
        2.8 + 0.5,
    ),
    "no penalty asked for": (town([BIG, SIDE], (50, -40), (50, 40), major=[0]), PLAIN, 1.6),
    "an island": (town([STREET, [(0, 900), (10, 900)]], (0, 0), (0, 900), height=hill(0.1)), PLAIN, math.inf),
    "too far from any street": (town([STREET], (0, 51), (0, 0)), PLAIN, math.nan),
}


@pytest.mark.parametrize(("place", "profile", "minutes"), BY_HAND.values(), ids=BY_HAND)
def test_minutes_by_hand(place, profile, minutes):
    one = towns.Town(place.streets, [place.origins], [place.destinations])
    assert one.costs(50.0, profile).tolist() == [[pytest.approx(minutes, abs=2e-5, nan_ok=True)]]
    cost, which = nearest(*one.walk(50.0), cutoff=60.0, profile=profile)
    assert cost.tolist() == [pytest.approx(minutes, abs=2e-5, nan_ok=True)]
    assert which.tolist() == [0 if math.isfinite(minutes) else -1]


def test_without_a_profile_slopes_stairs_and_big_roads_count_nothing():
    place = town([BIG, SIDE], [(50, -40)], [(50, 40)], steps=[1], major=[0], height=hill(0.3))
    assert nearest(*place.walk(50.0))[0].tolist() == [pytest.approx(80, abs=1e-4)]


def test_the_way_down_is_nearer_than_the_way_up():
    place = town([[(0, 0), (100, 0), (200, 0)]], [(100, 0)], [(200, 0), (1, 0)], height=hill(0.1))
    network, start, goal = place.walk(50.0)
    assert nearest(network, start, goal)[1].tolist() == [1]
    assert nearest(network, start, goal, cutoff=60.0, profile=PLAIN)[1].tolist() == [1]
    up = town([[(0, 0), (100, 0), (200, 0)]], [(100, 0)], [(199, 0), (0, 0)], height=hill(0.1))
    network, start, goal = up.walk(50.0)
    assert nearest(network, start, goal)[1].tolist() == [0]
    assert nearest(network, start, goal, cutoff=60.0, profile=PLAIN)[1].tolist() == [1]


def test_cutoff_and_rings_are_minutes():
    place = town([STREET], [(0, 0), (30, 0)], [(100, 0)])
    network, start, goal = place.walk(50.0)
    cost, which = nearest(network, start, goal, cutoff=1.5, profile=PLAIN)
    assert (cost.tolist(), which.tolist()) == ([np.inf, pytest.approx(1.4, abs=1e-5)], [-1, 0])
    assert counts(network, start, goal, (1.5, 2.0), profile=PLAIN).tolist() == [[0, 1], [1, 1]]


@pytest.mark.parametrize("name", ["planning", "adult", "elderly", "toddler"])
def test_shipped_profiles_up_and_down_a_hill(name):
    profile = load_profiles()[name]
    place = town([STREET], EAST, EAST, height=hill(0.06))
    network, start, goal = place.walk(50.0)
    there = k_nearest(network, start, goal, 2, cutoff=60.0, profile=profile)
    table = np.take_along_axis(there[0], np.argsort(there[1]), axis=1)
    up, down, level = table[0, 1], table[1, 0], 100 / profile.speed_m_per_min
    assert up == pytest.approx(level / math.exp(-3.5 * 0.06), abs=1e-4)
    assert down == pytest.approx(level if not profile.downhill_gain else level / math.exp(3.5 * 0.04), abs=1e-4)
    assert (down < level - 0.01) == profile.downhill_gain


def test_bridges_and_tunnels_run_evenly_between_their_ends():
    """A bridge over a gorge and a tunnel below a hill are level where their ends are."""
    lines = [[(0, 0), (100, 0)], [(100, 0), (130, 0), (200, 0)], [(200, 0), (300, 0)]]
    for depth in (-40.0, 40.0):
        streets = build_network([shapely.LineString(line) for line in lines], bridge=[False, True, False])
        hilly = streets.with_elevation(np.where(streets.x == 130, depth, streets.x * 0.05))
        assert hilly.z == pytest.approx(streets.x * 0.05)
        start, goal = (snap(hilly, np.array([(x, 0.0)]), max_snap_m=1) for x in (0, 300))
        assert nearest(hilly, start, goal, cutoff=60, profile=PLAIN)[0] == pytest.approx([6 / 0.8394570], abs=1e-5)


# Random towns.

PROFILES = st.builds(
    Profile,
    name=st.just("someone"),
    speed_m_per_min=st.sampled_from([39.0, 60.0, 72.0]),
    slope=st.booleans(),
    downhill_gain=st.booleans(),
    steps_factor=st.sampled_from([1.0, 2.0, 4.0]),
    crossing_penalty_s=st.sampled_from([0.0, 20.0]),
)
PROPERTY = settings(deadline=None, max_examples=100)


@PROPERTY
@given(towns.towns(hilly=True), towns.SNAPS, PROFILES, st.sampled_from([0.3, 1.7, 50.0]))
def test_nearest_by_time_is_the_directed_twins(place, max_snap_m, profile, cutoff):
    table = place.costs(max_snap_m, profile)
    cost, which = nearest(*place.walk(max_snap_m), cutoff=cutoff, profile=profile)
    towns.expect_nearest(cost, which, table, cutoff, 1 / profile.speed_m_per_min)


@PROPERTY
@given(towns.towns(hilly=True), towns.SNAPS, PROFILES)
def test_all_pairs_by_time_are_the_directed_twins(place, max_snap_m, profile):
    table = place.costs(max_snap_m, profile)
    network, start, goal = place.walk(max_snap_m)
    cost, which = k_nearest(network, start, goal, table.shape[1], cutoff=500.0, profile=profile)
    close = 0.001 / profile.speed_m_per_min
    np.testing.assert_allclose(cost, twin.k_nearest(table, table.shape[1]), rtol=0, atol=close)
    rows, cols = np.nonzero(which >= 0)
    np.testing.assert_allclose(table[rows, which[rows, cols]], cost[rows, cols], rtol=0, atol=close)
    snapped = ~np.isnan(table).any(axis=1)
    assert reachable(network, start, goal).tolist() == (np.isfinite(table).any(axis=1) & snapped).tolist()


@PROPERTY
@given(towns.towns(hilly=True), towns.SNAPS, PROFILES)
def test_counts_by_time_are_the_directed_twins(place, max_snap_m, profile):
    rings = (0.13, 0.77, 3.1)
    found = counts(*place.walk(max_snap_m), rings, profile=profile)
    towns.expect_counts(found, place.costs(max_snap_m, profile), rings, 1 / profile.speed_m_per_min)


@PROPERTY
@given(towns.towns(hilly=True), PROFILES)
def test_up_and_down_together_are_never_faster_than_level_for_the_careful(place, profile):
    careful = profile.model_copy(update={"downhill_gain": False, "slope": True})
    level = profile.model_copy(update={"slope": False})
    network, start, goal = place.walk(1000.0)
    slow = nearest(network, start, goal, cutoff=500.0, profile=careful)[0]
    fast = nearest(network, start, goal, cutoff=500.0, profile=level)[0]
    assert (slow >= fast - 0.001 / profile.speed_m_per_min).all()


def test_heights_do_not_stay_behind():
    """A network with heights, the network it came from, and one with other heights answer each for themselves."""
    flat = build_network([shapely.LineString(STREET)])
    start, goal = (snap(flat, np.array([end], float), max_snap_m=9) for end in EAST)
    nearest(flat, start, goal, profile=PLAIN)
    high = flat.with_elevation(np.array([0.0, 10.0]))
    low = high.with_elevation(np.array([5.0, 0.0]))
    for _ in range(2):
        found = [nearest(n, start, goal, cutoff=60.0, profile=PLAIN)[0][0] for n in (flat, high, low)]
        assert found == pytest.approx([2, 2 / 0.7046881, 2 / 1.1912462], abs=1e-5)
    assert flat.z is None
