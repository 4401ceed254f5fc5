"""Patterns in space against a brute-force Moran's I and G*, and what has no pattern."""

import subprocess
import sys
from itertools import combinations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from geoprio._core.errors import InputError
from geoprio.score.spatial import adjacency, spatial_pattern


def board(n, values, *, gap=0.0):
    boxes = [
        shapely.box(100 * i, 100 * j, 100 * i + 100 - gap, 100 * j + 100 - gap) for i in range(n) for j in range(n)
    ]
    ids = pd.Index([f"c{i}r{j}" for i in range(n) for j in range(n)], name="zone_id")
    return gpd.GeoDataFrame(index=ids, geometry=boxes, crs=32628), pd.Series(np.asarray(values, float), ids)


def by_hand(zones, priority):
    """Queen contiguity, row-standardised, cell by cell."""
    y, shapes = priority.to_numpy(), zones.geometry.to_numpy()
    n = len(y)
    w = np.array([[float(i != j and shapes[i].distance(shapes[j]) < 1) for j in range(n)] for i in range(n)])
    rows = w / w.sum(axis=1, keepdims=True)
    z = y - y.mean()
    moran = n / rows.sum() * sum(rows[i, j] * z[i] * z[j] for i in range(n) for j in range(n)) / (z**2).sum()
    star = w + np.eye(n)
    count, spread = star.sum(axis=1), y.std()
    g = (star @ y - y.mean() * count) / (spread * np.sqrt((n * count - count**2) / (n - 1)))
    return moran, g, (n - 1) * z * (rows @ z) / (z**2).sum()


def test_moran_and_g_star_by_hand():
    rng = np.random.default_rng(1)
    zones, priority = board(6, rng.uniform(0, 100, 36))
    found = spatial_pattern(zones, priority, permutations=99)
    moran, g, local = by_hand(zones, priority)
    assert found.moran == pytest.approx(moran, abs=1e-12)
    assert found.expected == pytest.approx(-1 / 35, abs=1e-15)
    at = found.local.loc[zones.index]
    assert at["g_star"].to_numpy() == pytest.approx(g, abs=1e-9)
    assert at["local_moran"].to_numpy() == pytest.approx(local, abs=1e-9)


def test_the_mean_of_random_patterns_is_the_expected_value():
    rng = np.random.default_rng(3)
    zones, _ = board(4, np.arange(16))
    graph, _ = adjacency(zones.geometry)
    w = graph.transform("R").sparse
    found = []
    for _ in range(4000):
        z = rng.permutation(16) - 7.5
        found.append(z @ (w @ z) / (z @ z))
    assert np.mean(found) == pytest.approx(-1 / 15, abs=0.01)


def test_a_slope_clusters_a_chessboard_alternates_and_noise_does_neither():
    i, j = np.divmod(np.arange(64), 8)
    slope = spatial_pattern(*board(8, i + j))
    assert slope.moran > 0.7
    assert slope.p == pytest.approx(2 / 1000)
    assert "lie together" in slope.words[1]
    assert slope.local.loc["c7r7", ["cluster", "spot", "quadrant"]].tolist() == ["high-high", "hot", "high-high"]
    assert slope.local.loc["c0r0", ["cluster", "spot"]].tolist() == ["low-low", "cold"]
    chess = spatial_pattern(*board(8, (i + j) % 2), neighbors="nearest", k=4)
    assert chess.moran < -0.5
    assert "alternate" in chess.words[1]
    noise = spatial_pattern(*board(8, np.random.default_rng(0).uniform(0, 1, 64)))
    assert noise.p > 0.05
    assert "no significant pattern" in noise.words[1]
    assert (noise.local["cluster"] == "").mean() > 0.95


def test_few_false_discoveries_without_a_pattern():
    rng = np.random.default_rng(8)
    with_any = [
        (spatial_pattern(*board(7, rng.uniform(0, 1, 49)), permutations=499, seed=s).local["spot"] != "").any()
        for s in range(20)
    ]
    assert np.mean(with_any) <= 0.2


def test_the_same_seed_gives_the_same_and_global_chance_is_left_alone():
    zones, priority = board(5, np.random.default_rng(2).uniform(0, 1, 25))
    np.random.seed(7)  # noqa: NPY002 - the global state is what is looked at
    before = np.random.get_state()[1].copy()  # noqa: NPY002 - likewise
    one, two = (spatial_pattern(zones, priority, permutations=99, seed=5) for _ in range(2))
    assert (np.random.get_state()[1] == before).all()  # noqa: NPY002 - likewise
    pd.testing.assert_frame_equal(one.local, two.local, check_exact=True)
    assert one.p == two.p
    mixed = zones.sample(frac=1, random_state=1)
    three = spatial_pattern(mixed, priority[mixed.index], permutations=99, seed=5)
    pd.testing.assert_frame_equal(one.local, three.local, check_exact=True)
    other = spatial_pattern(zones, priority, permutations=99, seed=6)
    assert (one.local["local_p"] != other.local["local_p"]).any()


def test_local_p_against_all_ways_to_draw_the_neighbors():
    values = [3.0, 9.0, 1.0, 4.0, 7.5, 2.0, 8.0]
    boxes = [shapely.box(100 * i, 0, 100 * i + 100, 100) for i in range(7)]
    ids = pd.Index([f"z{i}" for i in range(7)])
    zones, priority = gpd.GeoDataFrame(index=ids, geometry=boxes, crs=32628), pd.Series(values, ids)
    found = spatial_pattern(zones, priority, permutations=9999)
    for i in range(7):
        around = [values[j] for j in (i - 1, i + 1) if 0 <= j < 7]
        others = [v for j, v in enumerate(values) if j != i]
        sums = np.array([sum(pair) for pair in combinations(others, len(around))])
        tail = min((sums >= sum(around)).mean(), (sums <= sum(around)).mean())
        assert found.local["local_p"].iloc[i] == pytest.approx(min(1.0, 2 * tail), abs=0.03)


def test_islands_are_tied_to_the_nearest_and_named():
    zones, priority = board(4, np.arange(16))
    zones.loc["c3r3", "geometry"] = shapely.box(1000, 1000, 1100, 1100)
    found = spatial_pattern(zones, priority, permutations=99)
    assert found.islands == ("c3r3",)
    assert found.local.loc["c3r3", "neighbors"] == 1
    assert "tied to the nearest: 1" in found.words[1]
    apart = board(4, np.arange(16), gap=20.0)
    assert len(spatial_pattern(*apart, permutations=99).islands) == 16


def test_zones_without_priority_are_left_out():
    zones, priority = board(4, np.arange(16))
    priority.iloc[3] = np.nan
    found = spatial_pattern(zones, priority, permutations=99)
    assert len(found.local) == 15
    assert found.expected == pytest.approx(-1 / 14)
    assert "Only 15 zones" in found.words[1]


def test_ties_of_nearest_zones_go_by_order():
    zones, _ = board(3, np.arange(9))
    graph, none = adjacency(zones.geometry, "nearest", 2)
    assert none == ()
    assert sorted(graph["c1r1"].index) == ["c0r1", "c1r0"]


@pytest.mark.parametrize(
    ("values", "more", "message"),
    [
        ([5.0] * 9, {}, "all 9 priorities are 5"),
        ([1.0, 2.0, 3.0, *[np.nan] * 6], {}, "3 zones are ranked"),
        (range(9), {"permutations": 9}, "permutations = 9"),
        (range(9), {"alpha": 1.0}, "alpha = 1"),
        (range(9), {"neighbors": "rook"}, "contiguity or nearest"),
        (range(9), {"neighbors": "nearest", "k": 9}, "k = 9 must be 1 to 8"),
        (range(9), {"neighbors": "nearest", "k": 8}, "every other's neighbor"),
    ],
)
def test_what_has_no_pattern(values, more, message):
    with pytest.raises(InputError, match=message):
        spatial_pattern(*board(3, list(values)), **more)


def test_degrees_are_refused():
    zones, priority = board(3, range(9))
    with pytest.raises(InputError, match="not projected"):
        spatial_pattern(zones.set_crs(4326, allow_override=True), priority)


def test_without_the_extra_it_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "esda", None)
    zones, priority = board(3, range(9))
    with pytest.raises(InputError, match=r"geoprio\[spatial\]"):
        spatial_pattern(zones, priority)


def test_nothing_of_it_loads_before_it_is_used():
    code = (
        "import sys, geoprio.score, geoprio.score.spatial, geoprio.score.neighborhood_types, geoprio.score.shapley, "
        "geoprio.score.counterfactual; print([m for m in ('esda', 'libpysal', 'sklearn') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
