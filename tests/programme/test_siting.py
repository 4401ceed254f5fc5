"""Siting beside spopt and brute force, and the search beside the proof."""

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geoprio._core.errors import InputError
from geoprio.programme import Pairs, maximal_cover, p_median, pairs_of, set_cover, zone_quantities

# spopt builds its models in a way that pulp announces to drop.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")
RADIUS = 700.0


def town(seed, demands=40, sites=12):
    r = np.random.default_rng(seed)
    homes, places = r.uniform(0, 2000, (demands, 2)), r.uniform(0, 2000, (sites, 2))
    cost = np.abs(homes[:, None] - places[None]).sum(axis=2)
    return cost, r.integers(1, 30, demands).astype(float)


@pytest.fixture(scope="module")
def locate():
    return pytest.importorskip("spopt.locate")


def solver():
    import pulp

    return pulp.HiGHS(msg=False)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("fixed", [False, True])
def test_maximal_cover_is_as_spopt_finds_it(locate, seed, fixed):
    cost, demand = town(seed)
    anyway = np.zeros(12, bool)
    anyway[0] = fixed
    theirs = locate.MCLP.from_cost_matrix(
        cost, demand, service_radius=RADIUS, p_facilities=3 + fixed, predefined_facilities_arr=anyway if fixed else None
    ).solve(solver())
    ours = maximal_cover(pairs_of(cost), demand, 3, RADIUS, open_sites=anyway)
    assert ours.objective == pytest.approx(theirs.problem.objective.value())
    assert ours.served.sum() == pytest.approx(ours.objective)
    assert ours.bound >= ours.objective * (1 - 1e-9)
    assert ours.gap <= 1e-3


@pytest.mark.parametrize("seed", range(4))
def test_p_median_is_as_spopt_finds_it(locate, seed):
    cost, demand = town(seed)
    theirs = locate.PMedian.from_cost_matrix(cost, demand, p_facilities=4).solve(solver())
    ours = p_median(pairs_of(cost), demand, 4, gap=1e-9)
    assert ours.objective == pytest.approx(theirs.problem.objective.value())
    open_cost = cost[:, ours.sites]
    assert ours.objective == pytest.approx(demand @ open_cost.min(axis=1))
    assert (ours.served_by == ours.sites[open_cost.argmin(axis=1)]).all()


@pytest.mark.parametrize("seed", range(4))
def test_set_cover_is_as_spopt_finds_it(locate, seed):
    cost, demand = town(seed, sites=20)
    cost[:, 0] = np.minimum(cost[:, 0], RADIUS)
    theirs = locate.LSCP.from_cost_matrix(cost, RADIUS).solve(solver())
    ours = set_cover(pairs_of(cost), demand, RADIUS)
    assert len(ours.sites) == theirs.problem.objective.value() == ours.objective
    assert (ours.served_by >= 0).all()


@pytest.mark.parametrize("seed", range(4))
def test_set_cover_with_capacities_is_as_spopt_finds_it(locate, seed):
    cost, demand = town(seed, demands=20, sites=10)
    room = np.full(10, demand.sum() / 4)
    wide = 1800.0
    theirs = locate.LSCP.from_cost_matrix(cost, wide, demand_quantity_arr=demand, facility_capacity_arr=room).solve(
        solver()
    )
    ours = set_cover(pairs_of(cost), demand, wide, capacity=room)
    assert ours.objective == pytest.approx(theirs.problem.objective.value())
    assert ours.served.sum() == pytest.approx(demand.sum())


small = st.tuples(st.integers(0, 10**6), st.integers(1, 6), st.integers(1, 5), st.integers(0, 3))


@settings(max_examples=60, deadline=None)
@given(small)
def test_proof_and_search_against_trying_everything(case):
    seed, demands, sites, count = case
    r = np.random.default_rng(seed)
    count = min(count, sites)
    cost = np.where(r.random((demands, sites)) < 0.7, r.integers(0, 50, (demands, sites)), np.inf).astype(float)
    demand, far, radius = r.integers(0, 9, demands).astype(float), 60.0, 25.0
    choices = [np.array(c, int) for k in range(count + 1) for c in itertools.combinations(range(sites), k)]
    near = [np.minimum(cost[:, c].min(axis=1, initial=np.inf), far) for c in choices]
    least = min(float(demand @ n) for n in near)
    most = max(float(demand @ (n <= radius)) for n in near)
    for method in ("milp", "search"):
        median = p_median(pairs_of(cost), demand, count, beyond=far, method=method, gap=1e-9)
        cover = maximal_cover(pairs_of(cost), demand, count, radius, method=method, gap=1e-9)
        assert median.bound <= least + 1e-6
        assert cover.bound >= most - 1e-6
        if method == "milp":
            assert median.objective == pytest.approx(least, abs=1e-6)
            assert cover.objective == pytest.approx(most, abs=1e-6)
        assert median.objective >= least - 1e-6
        assert cover.objective <= most + 1e-6
        assert len(median.sites) <= count


def test_the_search_comes_close_to_the_proof():
    cost, demand = town(7, demands=300, sites=80)
    proved = p_median(pairs_of(cost), demand, 8, method="milp")
    found = p_median(pairs_of(cost), demand, 8, method="search", beyond=5000.0)
    assert found.objective <= proved.objective * 1.01
    assert proved.objective * 0.98 <= found.bound <= proved.objective * (1 + 1e-9)
    proved = maximal_cover(pairs_of(cost), demand, 5, 400.0, method="milp")
    found = maximal_cover(pairs_of(cost), demand, 5, 400.0, method="search")
    assert found.objective >= proved.objective * 0.98
    assert proved.objective * (1 - 1e-9) <= found.bound <= proved.objective * 1.1


def test_what_cannot_be_served_is_told():
    cost = np.array([[100.0, 900.0], [800.0, 100.0], [np.inf, np.inf]])
    demand = np.array([10.0, 20.0, 5.0])
    found = set_cover(pairs_of(cost), demand, 300.0)
    assert found.sites.tolist() == [0, 1]
    assert found.served_by.tolist() == [0, 1, -1]
    assert "1 places with a demand of 5 " in found.why[0][1]
    short = set_cover(pairs_of(cost), demand, 300.0, capacity=np.array([10.0, 12.0]))
    assert len(short.sites) == 0
    assert "a demand of 8 finds no capacity" in short.why[-1][1]
    with pytest.raises(InputError, match=r"demand 2 .* reach no site"):
        p_median(pairs_of(cost), demand, 1)
    with pytest.raises(InputError, match="no choice of so many sites reaches everybody"):
        p_median(pairs_of(np.array([[1.0, np.inf], [np.inf, 1.0]])), np.ones(2), 1)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"count": 3}, "3 new sites wanted of 2 candidates"),
        ({"demand": np.ones(2)}, "each of the 3 rows"),
        ({"demand": -np.ones(3)}, "0 or more"),
        ({"open_sites": np.ones(3, bool)}, "3 entries for 2 sites"),
    ],
)
def test_wrong_inputs_are_named(change, told):
    base = {"pairs": pairs_of(np.ones((3, 2))), "demand": np.ones(3), "count": 1, "radius": 5.0}
    with pytest.raises(InputError, match=told):
        maximal_cover(**(base | change))
    with pytest.raises(InputError, match="0 or more"):
        pairs_of(-np.ones((1, 1)))


def test_new_facilities_become_quantities_of_zones():
    pairs = Pairs(np.array([0, 1]), np.array([0, 1]), np.zeros(2), 2, 2)
    found = maximal_cover(pairs, np.ones(2), 2, 1.0)
    amount = zone_quantities(found, np.array([1, -1]), np.array([350.0, 350.0]), pd.Index(["a", "b"]))
    assert amount.to_dict() == {"a": 0.0, "b": 350.0}
