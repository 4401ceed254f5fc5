"""Supply by floating catchments: by hand, by its invariants, against the twin and against PySAL's access."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import shapely
import towns
import twin
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from geoprio.network import (
    Demand,
    Positions,
    Profile,
    build_network,
    counts,
    counts_and_supply,
    cumulative,
    k_nearest,
    od_table,
    reached_by,
    service_area,
    snap,
    supply,
    through_gates,
    to_entrances,
)

METHODS = ("2sfca", "e2sfca", "gaussian", "m2sfca", "3sfca")
KEEP_ALL = ("2sfca", "e2sfca", "gaussian", "3sfca")
PROPERTY = settings(deadline=None, max_examples=80)

# A ring of four pieces on which the walks are d = [[200, 800], [500, 400]].
RING = [[(0, 0), (200, 0), (200, 500), (-200, 500), (-250, 500), (-250, 0), (0, 0)]]
TOY = {"origins": [(0, 0), (200, 500)], "destinations": [(200, 0), (-200, 500)]}
TOY_COSTS = np.array([[200.0, 800.0], [500.0, 400.0]])
TOY_DEMAND, TOY_CAPACITY = np.array([100.0, 300.0]), np.array([10.0, 20.0])
TOY_ANSWER = {
    # Both reach both, R = 10/400, 20/400.
    "2sfca": [0.075, 0.075],
    # One is beyond two thirds, two are in the middle third; R = 10/304, 20/226.
    "e2sfca": [10 / 304 + 0.22 * 20 / 226, 0.68 * 10 / 304 + 0.68 * 20 / 226],
    # Weights [[.94968, .30401], [.70137, .80460]], R = .03275, .07359.
    "gaussian": [0.05347, 0.08218],
    # The same R, f squared.
    "m2sfca": [0.0363346, 0.0637484],
    # G = [[.75751, .24249], [.46572, .53428]], R = .05885, .14670.
    "3sfca": [0.0531483, 0.0822839],
}


def toy_network():
    network = build_network([shapely.LineString(line) for line in RING])
    return network, *(snap(network, np.array(points, float), max_snap_m=1) for points in TOY.values())


def test_the_toy_has_the_costs_it_says():
    assert twin.distances(RING, *TOY.values(), 1.0) == pytest.approx(TOY_COSTS)


@pytest.mark.parametrize("method", METHODS)
def test_toy(method):
    expected = pytest.approx(TOY_ANSWER[method], abs=5.1e-6)
    assert twin.supply(TOY_COSTS, TOY_DEMAND, TOY_CAPACITY, 1000.0, method) == expected
    assert supply(*toy_network(), TOY_DEMAND, TOY_CAPACITY, 1000.0, method=method) == expected


def test_gaussian_is_the_default():
    plain = supply(*toy_network(), TOY_DEMAND, TOY_CAPACITY, 1000.0)
    assert (plain == supply(*toy_network(), TOY_DEMAND, TOY_CAPACITY, 1000.0, method="gaussian")).all()


@pytest.mark.parametrize(("share", "decay"), [(0, 1), (0.25, 0.9218), (0.5, 0.7014), (0.75, 0.3769), (1, 0)])
def test_gaussian_weight(share, decay):
    """Two homes, one at the facility's door: the far one gets f / (1 + f) of what there is for one."""
    assert twin.weight(share, 1.0, "gaussian") == pytest.approx(decay, abs=5e-5)
    network = build_network([shapely.LineString([(0, 0), (1000, 0)])])
    start = snap(network, np.array([(0.0, 0.0), (1000.0 * share, 0.0)]), max_snap_m=1)
    goal = snap(network, np.array([(0.0, 0.0)]), max_snap_m=1)
    found = supply(network, start, goal, np.ones(2), np.ones(1), 1000.0)
    assert found == pytest.approx([1 / (1 + decay), decay / (1 + decay)], abs=5e-5)


@pytest.mark.parametrize(("metres", "share"), [(333.3, 1), (333.4, 0.68), (666.6, 0.68), (666.7, 0.22), (1000.1, 0)])
def test_e2sfca_weighs_by_thirds(metres, share):
    network = build_network([shapely.LineString([(0, 0), (2000, 0)])])
    start = snap(network, np.array([(0.0, 0.0), (metres, 0.0)]), max_snap_m=1)
    goal = snap(network, np.array([(0.0, 0.0)]), max_snap_m=1)
    found = supply(network, start, goal, np.ones(2), np.ones(1), 1000.0, method="e2sfca")
    assert found == pytest.approx([1 / (1 + share), share / (1 + share)], abs=1e-9)


@pytest.mark.parametrize("method", METHODS)
def test_unsnapped_unserved_and_unasked(method):
    """Home 0 and shop 1 stand too far off, home 3 and shop 2 beyond each other's reach, nobody lives at shop 3."""
    network = build_network([shapely.LineString([(0, 0), (9000, 0)])])
    homes = [(0.0, 500.0), (10.0, 0.0), (20.0, 0.0), (5000.0, 0.0), (8000.0, 0.0)]
    shops = [(0.0, 0.0), (0.0, 500.0), (3000.0, 0.0), (8000.0, 0.0)]
    start, goal = (snap(network, np.array(points), max_snap_m=100) for points in (homes, shops))
    demand, capacity = np.array([7.0, 1.0, 1.0, 1.0, 0.0]), np.array([6.0, 1.0, 1.0, 1.0])
    found = supply(network, start, goal, demand, capacity, 300.0, method=method)
    assert np.isnan(found).tolist() == [True, False, False, False, False]
    assert found[3:].tolist() == [0.0, 0.0]
    assert (found[1:3] > 0).all()
    if method != "m2sfca":
        assert found[1] + found[2] == pytest.approx(6.0)


# Random towns.

CATCHMENTS = st.sampled_from([23.37, 61.91, 700.3])


def away_from(table, catchment):
    """Return whether no cost is so near a step, or so near the end of a decay, that micrometres tell."""
    steps = [np.abs(table - share * catchment) < 0.01 for share in (1 / 3, 2 / 3)]
    return not (((table > 0.97 * catchment) & (table < catchment + 0.01)) | steps[0] | steps[1]).any()


def amounts(place, seed):
    """Return demand and capacity: some zero, some large."""
    rng = np.random.default_rng(seed)
    demand = rng.choice([0.0, 1.0, 2.5, 300.0], len(place.origins))
    return demand, rng.choice([0.0, 1.0, 12.0, 80.5], len(place.destinations))


def close_to(expected):
    """Return what a supply must be near to: one millionth of the largest."""
    largest = np.nanmax(expected, initial=0.0)
    return pytest.approx(expected, rel=0, abs=1e-6 * max(largest, 1e-9), nan_ok=True)


@PROPERTY
@given(towns.towns(), towns.SNAPS, CATCHMENTS, st.integers(0, 999))
def test_supply_is_the_twins(place, max_snap_m, catchment, seed):
    table = place.costs(max_snap_m)
    assume(away_from(table, catchment))
    walk, own = place.walk(max_snap_m), amounts(place, seed)
    for method in METHODS:
        assert supply(*walk, *own, catchment, method=method) == close_to(twin.supply(table, *own, catchment, method))


@PROPERTY
@given(towns.towns(hilly=True), towns.SNAPS, st.sampled_from([0.41, 9.3]), st.integers(0, 999))
def test_supply_by_time_is_the_directed_twins(place, max_snap_m, catchment, seed):
    profile = Profile(name="someone", speed_m_per_min=51.0, downhill_gain=False, steps_factor=3, crossing_penalty_s=20)
    table = place.costs(max_snap_m, profile)
    assume(away_from(table, catchment))
    walk, own = place.walk(max_snap_m), amounts(place, seed)
    for method in METHODS:
        found = supply(*walk, *own, catchment, method=method, profile=profile)
        assert found == close_to(twin.supply(table, *own, catchment, method))


@PROPERTY
@given(towns.towns(), towns.SNAPS, CATCHMENTS, st.integers(0, 999))
def test_all_that_is_in_reach_is_given_out_once(place, max_snap_m, catchment, seed):
    table = place.costs(max_snap_m)
    assume(away_from(table, catchment))
    walk, (demand, capacity) = place.walk(max_snap_m), amounts(place, seed)
    asked = ((table <= catchment) & (demand[:, None] > 0)).any(axis=0)
    total = capacity[asked].sum()
    given_out = {m: np.nansum(demand * supply(*walk, demand, capacity, catchment, method=m)) for m in METHODS}
    assert [given_out[m] for m in KEEP_ALL] == pytest.approx([total] * len(KEEP_ALL), rel=1e-9)
    assert given_out["m2sfca"] <= total * (1 + 1e-9)


@PROPERTY
@given(towns.towns(), CATCHMENTS, st.integers(0, 999), st.sampled_from(METHODS))
def test_twice_the_capacity_and_twice_the_demand(place, catchment, seed, method):
    walk, (demand, capacity) = place.walk(1000.0), amounts(place, seed)
    once = supply(*walk, demand, capacity, catchment, method=method)
    np.testing.assert_allclose(supply(*walk, demand, 2 * capacity, catchment, method=method), 2 * once, rtol=1e-12)
    np.testing.assert_allclose(supply(*walk, 2 * demand, capacity, catchment, method=method), once / 2, rtol=1e-12)


def take(positions, numbers):
    """Return some of the positions, in the order of the numbers."""
    return Positions(*(getattr(positions, name)[numbers] for name in ("segment", "offset", "leg")))


@PROPERTY
@given(towns.towns(), CATCHMENTS, st.integers(0, 999), st.sampled_from(METHODS))
def test_order_does_not_matter(place, catchment, seed, method):
    (network, start, goal), (demand, capacity) = place.walk(1000.0), amounts(place, seed)
    rng = np.random.default_rng(seed)
    i, j = rng.permutation(len(demand)), rng.permutation(len(capacity))
    plain = supply(network, start, goal, demand, capacity, catchment, method=method)
    mixed = supply(network, take(start, i), take(goal, j), demand[i], capacity[j], catchment, method=method)
    np.testing.assert_allclose(mixed, plain[i], rtol=1e-9, atol=1e-12)


@PROPERTY
@given(towns.towns(), CATCHMENTS, st.integers(0, 999), st.sampled_from(METHODS))
def test_a_home_or_a_shop_in_two_halves_is_the_same(place, catchment, seed, method):
    (network, start, goal), (demand, capacity) = place.walk(1000.0), amounts(place, seed)
    plain = supply(network, start, goal, demand, capacity, catchment, method=method)
    homes, parts = [0, *range(len(demand))], [0.25, 0.75, *[1.0] * (len(demand) - 1)]
    twice = supply(network, take(start, homes), goal, demand[homes] * parts, capacity, catchment, method=method)
    np.testing.assert_allclose(twice, plain[homes], rtol=1e-9, atol=1e-12)
    if method != "3sfca":  # there, two shops are two choices
        shops, parts = [0, *range(len(capacity))], [0.25, 0.75, *[1.0] * (len(capacity) - 1)]
        twice = supply(network, start, take(goal, shops), demand, capacity[shops] * parts, catchment, method=method)
        np.testing.assert_allclose(twice, plain, rtol=1e-9, atol=1e-12)


def test_counts_and_supply_from_one_search_are_those_of_two():
    lines, homes, shops = towns.crooked(5)
    network = build_network([shapely.LineString(line) for line in lines])
    walk = network, snap(network, homes, max_snap_m=90), snap(network, shops, max_snap_m=90)
    own, rings = (1.0 + np.arange(len(homes)), 1.0 + np.arange(len(shops))), (300.0, 500.0)
    for catchment in (100.0, 412.3, 900.0):
        number, found = counts_and_supply(*walk, rings, Demand(*own, catchment, "e2sfca"))
        assert (number == counts(*walk, rings)).all()
        assert found == close_to(supply(*walk, *own, catchment, method="e2sfca"))


def test_nothing_given_is_changed():
    lines, homes, shops = towns.crooked(3)
    network = build_network([shapely.LineString(line) for line in lines], steps=np.arange(len(lines)) == 1)
    hilly = network.with_elevation(network.x / 30)
    start, goal = snap(network, homes, max_snap_m=90), snap(network, shops, max_snap_m=90)
    demand, capacity = np.ones(len(homes)), np.ones(len(shops))
    given = [demand, capacity, homes, shops]
    given += [a for whole in (network, hilly, start, goal) for a in vars(whole).values() if isinstance(a, np.ndarray)]
    before = [array.tobytes() for array in given]
    profile = Profile(name="someone", steps_factor=2, crossing_penalty_s=10)
    for streets in (network, hilly):
        for walk in ({}, {"profile": profile}):
            k_nearest(streets, start, goal, 2, cutoff=90, **walk)
            supply(streets, start, goal, demand, capacity, 90, **walk)
            cumulative(streets, start, goal, capacity, (40, 20), **walk)
            reached_by(streets, start, goal, (40, 20), demand=demand, **walk)
            od_table(streets, start, goal, cutoff=90, **walk).read_all()
            service_area(streets, goal, 0, 90, **walk)
        through_gates(streets, homes, homes + 1, np.arange(20).reshape(-1, 2), max_snap_m=90)
        to_entrances(streets, homes, homes + 1, np.arange(20).reshape(-1, 2), max_snap_m=90)
    assert [array.tobytes() for array in given] == before


@pytest.mark.parametrize("method", METHODS)
def test_twice_the_size_is_the_same_supply(method):
    lines, homes, shops = towns.crooked(2)
    found = []
    for scale in (1, 2):
        network = build_network([shapely.LineString(scale * np.array(line)) for line in lines])
        start, goal = (snap(network, scale * points, max_snap_m=scale * 90) for points in (homes, shops))
        own = np.arange(len(homes)) % 7.0, 1.0 + np.arange(len(shops)) % 3
        found.append(supply(network, start, goal, *own, scale * 612.3, method=method))
    assert (found[0] > 0).sum() > 20
    assert found[1] == close_to(found[0])


# Against PySAL's access, from the very pairs that the engine hands out.


def by_access(pairs, demand, capacity, catchment, method):
    from access import fca, weights

    homes = pd.DataFrame({"demand": demand})
    shops = pd.DataFrame({"supply": capacity})
    thirds = {catchment / 3: 1.0, catchment * 2 / 3: 0.68, catchment: 0.22}
    decay = {
        "2sfca": lambda _: 1.0,
        "e2sfca": weights.step_fn(thirds),
        "gaussian": lambda cost: twin.weight(cost, catchment, "gaussian"),
    }
    stages = fca.three_stage_fca if method == "3sfca" else fca.two_stage_fca
    named = {"cost_origin": "origin", "cost_dest": "destination", "cost_name": "cost", "demand_index": True}
    weight = decay.get(method, decay["gaussian"])
    found = stages(homes, shops, pairs, catchment, **named, weight_fn=weight)
    return found.reindex(homes.index, fill_value=0.0).to_numpy()


@pytest.mark.filterwarnings("ignore:The inplace keyword:DeprecationWarning:access")
@pytest.mark.parametrize("method", KEEP_ALL)
@pytest.mark.parametrize("seed", range(3))
def test_supply_is_that_of_access(method, seed):
    lines, homes, shops = towns.crooked(seed)
    network = build_network([shapely.LineString(line) for line in lines])
    start, goal = snap(network, homes, max_snap_m=90), snap(network, shops, max_snap_m=90)
    rng = np.random.default_rng(seed)
    demand, capacity = rng.uniform(1, 300, len(homes)), rng.uniform(1, 90, len(shops))
    pairs = od_table(network, start, goal, cutoff=712.3).read_all().to_pandas()
    found = supply(network, start, goal, demand, capacity, 712.3, method=method)
    expected = by_access(pairs, demand, capacity, 712.3, method)
    assert (expected > 0).sum() > 30
    np.testing.assert_allclose(found[start.snapped], expected[start.snapped], rtol=0, atol=1e-9 * expected.max())
    assert np.isnan(found[~start.snapped]).all()
