"""Straight distances, counts and supply against all pairs in plain numpy."""

import os
import subprocess
import sys

import numpy as np
import pytest
import twin
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from geoprio._core.errors import InputError
from geoprio.network import Demand, straight, straight_counts_and_supply, straight_nearest

METHODS = ("2sfca", "e2sfca", "gaussian", "m2sfca", "3sfca")
FAR_EAST = np.array([500_000.0, 4_400_000.0])
PROPERTY = settings(deadline=None, max_examples=150)

WHOLE = st.tuples(st.integers(-5, 5), st.integers(-5, 5)).map(lambda p: (100.0 * p[0], 100.0 * p[1]))
ODD = st.tuples(st.integers(-999_999, 999_999), st.integers(-999_999, 999_999)).map(lambda p: (p[0] / 999, p[1] / 999))
POINTS = st.one_of(WHOLE, ODD)


def towns(least=1):
    return st.tuples(st.lists(POINTS, min_size=least, max_size=40), st.lists(POINTS, min_size=1, max_size=25)).map(
        lambda ends: [np.array(points, float).reshape(-1, 2) + FAR_EAST for points in ends]
    )


def table(origins, destinations):
    """Return all distances, shape (origins, destinations)."""
    return np.linalg.norm(origins[:, None] - destinations[None], axis=2)


def unclear(metres, *limits):
    """Return whether a distance is so near to a limit that rounding tells on which side it is."""
    return any((np.abs(metres - limit - 5e-4) < 1e-7).any() for limit in limits)


@PROPERTY
@given(towns(0), st.sampled_from([100.0, 173.21, 500.0, 3000.0]))
def test_nearest_is_that_of_all_pairs(ends, cutoff):
    metres = table(*ends)
    assume(not unclear(metres, cutoff))
    distance, which = straight_nearest(*ends, cutoff=cutoff)
    nearest = metres.min(axis=1, initial=np.inf)
    reached = nearest <= cutoff + 5e-4
    np.testing.assert_allclose(distance, np.where(reached, nearest, np.inf), rtol=0, atol=1e-7)
    # The first of those that are equally near.
    gap = np.abs(metres - nearest[:, None] - 1e-4)
    assume(not (gap < 1e-7).any())
    first = (metres <= nearest[:, None] + 1e-4).argmax(axis=1) if len(metres) else np.zeros(0)
    assert which.tolist() == np.where(reached, first, -1).tolist()


def test_of_many_equally_near_the_first_is_named():
    """Sixteen facilities around a home, each of them twice, more than one look at the tree gives."""
    ring = np.arange(16) * np.pi / 8
    around = 250 * np.column_stack((np.cos(ring), np.sin(ring))) + FAR_EAST
    order = np.array([7, 2, 11, 0, 5, 14, 9, 1, 15, 3, 8, 12, 4, 10, 6, 13])
    distance, which = straight_nearest(FAR_EAST[None], np.vstack((FAR_EAST + 400, around[order], around)))
    assert distance == pytest.approx([250])
    assert which.tolist() == [1]


def test_what_exceeds_the_cutoff_by_less_than_half_a_millimetre_is_reached():
    homes, shop = np.array([[0.0, 0.0003], [0.0, 0.0006]]), np.array([[0.0, 300.0]])
    distance, which = straight_nearest(homes, shop, cutoff=299.9991)
    assert np.isfinite(distance).tolist() == [False, True]
    assert which.tolist() == [-1, 0]
    counts, _ = straight_counts_and_supply(homes, shop, [299.9991], None)
    assert counts.tolist() == [[0], [1]]


@PROPERTY
@given(towns(), st.lists(st.sampled_from([50.0, 100.0, 173.21, 500.0, 900.0]), min_size=1, max_size=4), st.data())
def test_counts_and_supply_are_those_of_all_pairs(ends, rings, data):
    catchment, method = data.draw(st.sampled_from([99.3, 317.7, 1200.0])), data.draw(st.sampled_from(METHODS))
    rng = np.random.default_rng(data.draw(st.integers(0, 999)))
    demand = rng.choice([0.0, 1.0, 2.5, 300.0], len(ends[0]))
    capacity = rng.choice([0.0, 1.0, 12.0, 80.5], len(ends[1]))
    metres = table(*ends)
    assume(not unclear(metres, *rings, catchment, catchment / 3, 2 * catchment / 3))
    # Where a decay ends at 0, a share of next to nothing goes to those at its end.
    assume(not ((metres > 0.97 * catchment) & (metres <= catchment + 0.01)).any())
    counts, supply = straight_counts_and_supply(*ends, rings, Demand(demand, capacity, catchment, method))
    assert counts.tolist() == [[int((row <= ring + 5e-4).sum()) for ring in rings] for row in metres]
    expected = twin.supply(metres, demand, capacity, catchment, method)
    largest = np.max(expected, initial=1e-9)
    np.testing.assert_allclose(supply, expected, rtol=0, atol=1e-9 * largest)


@pytest.mark.parametrize("method", METHODS)
def test_pieces_change_nothing(monkeypatch, method):
    rng = np.random.default_rng(3)
    ends = [rng.uniform(0, side, (n, 2)) + FAR_EAST for n, side in ((4000, 9000), (150, 9000))]
    share = Demand(rng.uniform(0, 9, 4000), rng.uniform(0, 50, 150), 800.0, method)
    whole = straight_counts_and_supply(*ends, (300, 1000), share)
    monkeypatch.setattr(straight, "PAIRS", 500)
    monkeypatch.setattr(straight, "MOST_CELLS", 7)
    pieces = straight_counts_and_supply(*ends, (300, 1000), share)
    near = table(*ends)[:, :, None] <= (300, 1000)
    assert whole[0].tolist() == pieces[0].tolist() == near.sum(axis=1).tolist()
    np.testing.assert_allclose(pieces[1], whole[1], rtol=1e-12)
    reaching = (table(*ends) <= 800).any(axis=0)
    if method != "m2sfca":
        assert share.demand @ whole[1] == pytest.approx(share.capacity[reaching].sum())


def test_nobody_and_one_spot():
    nobody, one = np.zeros((0, 2)), np.array([[3.0, 4.0]])
    assert straight_nearest(nobody, one)[0].shape == (0,)
    counts, supply = straight_counts_and_supply(nobody, one, [9], Demand(np.zeros(0), np.ones(1), 9.0))
    assert (counts.shape, supply.shape) == ((0, 1), (0,))
    counts, supply = straight_counts_and_supply(one, np.repeat(one, 3, axis=0), [9, 5, 9], None)
    assert (counts.tolist(), supply.shape) == ([[3, 3, 3]], (0,))
    assert straight_counts_and_supply(one, one, [], None)[0].shape == (1, 0)


@pytest.mark.parametrize(
    ("ask", "message"),
    [
        (lambda: straight_nearest(np.zeros((1, 2)), np.zeros((0, 2))), "the destinations are empty"),
        (lambda: straight_nearest(np.full((1, 2), np.nan), np.zeros((1, 2))), "point 0 of the origins"),
        (lambda: straight_nearest(np.zeros((1, 2)), np.full((1, 2), np.inf)), "point 0 of the destinations"),
        (lambda: straight_nearest(np.zeros((1, 2)), np.zeros((1, 2)), cutoff=0), "cutoff = 0 must be"),
        (lambda: straight_counts_and_supply(np.zeros((1, 2)), np.zeros((1, 2)), [0], None), "rings"),
        (
            lambda: straight_counts_and_supply(
                np.zeros((1, 2)), np.zeros((1, 2)), [], Demand(-np.ones(1), np.ones(1), 9.0)
            ),
            "demand number 0 is -1",
        ),
        (
            lambda: straight_counts_and_supply(
                np.zeros((1, 2)), np.zeros((1, 2)), [], Demand(np.ones(1), np.ones(1), 9.0, "half")
            ),
            "supply method 'half' is not known",
        ),
    ],
)
def test_what_cannot_be_asked(ask, message):
    with pytest.raises(InputError, match=message):
        ask()


EVERYTHING = """
import sys
import numpy as np
from geoprio.network import *
from geoprio.network import compiled
compiled.LARGE_NETWORK, compiled.THREADS = 0, 4
rng = np.random.default_rng(5)
ends = [rng.uniform(0, 2000, (n, 2)).round() for n in (300, 40)]
found = [*straight_nearest(*ends, cutoff=300)]
for method in ("2sfca", "e2sfca", "gaussian", "m2sfca", "3sfca"):
    share = Demand(rng.uniform(0, 9, 300), rng.uniform(0, 9, 40), 600.0, method)
    found += straight_counts_and_supply(*ends, (300, 600), share)
np.savez(sys.argv[1], *found)
"""


def test_threads_change_not_a_byte_and_plain_python_says_the_same(tmp_path):
    ways = [{"NUMBA_NUM_THREADS": "1"}, {"NUMBA_NUM_THREADS": "4"}, {"NUMBA_DISABLE_JIT": "1"}]
    files = [tmp_path / f"{k}.npz" for k in range(3)]
    running = [
        subprocess.Popen([sys.executable, "-W", "error", "-c", EVERYTHING, str(file)], env=os.environ | way)
        for way, file in zip(ways, files, strict=True)
    ]
    assert [process.wait() for process in running] == [0, 0, 0]
    one, four, plain = ([values for _, values in np.load(file).items()] for file in files)
    assert [values.tobytes() for values in one] == [values.tobytes() for values in four]
    for values, same in zip(one, plain, strict=True):
        np.testing.assert_allclose(same, values, rtol=1e-12, atol=0)
