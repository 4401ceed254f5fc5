"""The nearest counterfactual: it flips the membership, and nothing smaller on a fine grid does."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from geoprio._core.errors import InputError
from geoprio._core.findings import Findings
from geoprio.score.counterfactual import MARGIN, indicators_to_move, weights_to_move
from geoprio.score.matrix import DecisionMatrix
from geoprio.score.methods import Method
from geoprio.score.score import fit_method, score_zones
from geoprio.score.standing import Standing, standing_of

hundredth = st.integers(0, 100).map(lambda k: k / 100)


def standing_of_rows(rows, weights, **more):
    ids = pd.Index([f"z{i}" for i in range(len(rows))], name="zone_id")
    urgencies = pd.DataFrame(rows, ids, [f"c{k}" for k in range(len(weights))], dtype=float)
    first = Standing(urgencies, np.array(weights, float), pd.Series(range(1, len(rows) + 1), ids), **more)
    return with_ranks(first, more)


def with_ranks(standing, more):
    priority = np.round(standing.priority, 9)
    tier = np.zeros(len(priority)) if standing.tier is None else standing.tier.to_numpy()
    order = np.lexsort((np.arange(len(priority)), -priority, tier))
    rank = pd.Series(np.argsort(order) + 1, standing.urgencies.index)
    return Standing(standing.urgencies, standing.weights, rank, **more)


def inside(urgencies, weights, row, first, *, by=0.0, tier=None):
    """Whether fewer than `first` zones come ahead; ties go against the zone where `by` says so."""
    priority = 100 * urgencies @ weights
    ahead = priority > priority[row] + by
    ahead[row] = False
    if tier is not None:
        ahead = np.where(tier == tier[row], ahead, tier < tier[row])
    return ahead.sum() < first


cases = st.tuples(
    st.lists(st.lists(hundredth, min_size=3, max_size=3), min_size=3, max_size=7),
    st.lists(st.integers(1, 9), min_size=3, max_size=3),
    st.data(),
)
GRID = np.array([(i, j, 60 - i - j) for i in range(61) for j in range(61 - i)]) / 60


@given(cases, st.sampled_from(["l1", "l2"]), st.booleans())
@settings(max_examples=60, deadline=None)
def test_the_nearest_weights_flip_and_no_grid_point_nearer_does(case, norm, gated):
    rows, weights, data = case
    row = data.draw(st.integers(0, len(rows) - 1))
    first = data.draw(st.integers(1, len(rows) - 1))
    tier = pd.Series(np.arange(len(rows)) % 2, [f"z{i}" for i in range(len(rows))]) if gated else None
    standing = standing_of_rows(rows, weights, tier=tier)
    u, w0 = standing.urgencies.to_numpy(), standing.weights
    gate = None if tier is None else tier.to_numpy()
    found = weights_to_move(standing, f"z{row}", first, norm=norm)
    assert found.proven
    assert found.enters == (standing.rank.iloc[row] > first)
    length = (lambda d: np.abs(d).sum(axis=-1)) if norm == "l1" else (lambda d: np.linalg.norm(d, axis=-1))
    # A grid point flips where the zone passes by twice the margin, clear of what counts as a tie.
    by = (-2 if found.enters else 2) * MARGIN
    flips = np.array([inside(u, w, row, first, by=by, tier=gate) == found.enters for w in GRID])
    if not found.feasible:
        assert not flips.any()
        assert found.words[1].startswith("No weights")
        return
    w = found.weights.to_numpy()
    assert w.sum() == pytest.approx(1, abs=1e-9)
    assert (w >= 0).all()
    assert inside(u, w, row, first, tier=gate) == found.enters
    assert found.distance == pytest.approx(length(w - w0), abs=1e-12)
    if flips.any():
        assert found.distance <= length(GRID[flips] - w0).min() + 1e-6


@given(cases)
@settings(max_examples=100, deadline=None)
def test_one_indicator_flips_and_less_does_not(case):
    rows, weights, data = case
    row = data.draw(st.integers(0, len(rows) - 1))
    first = data.draw(st.integers(1, len(rows) - 1))
    standing = standing_of_rows(rows, weights)
    found = indicators_to_move(standing, f"z{row}", first)
    u, w = standing.urgencies.to_numpy(), standing.weights
    for k, code in enumerate(standing.urgencies):
        at = found.table.loc[code]
        by = (-2 if found.enters else 2) * MARGIN
        for new in np.linspace(0, 1, 41):
            changed = u.copy()
            changed[row, k] = new
            flips = inside(changed, w, row, first, by=by) == found.enters
            if flips:
                assert at["status"] == "possible"
                assert abs(new - u[row, k]) >= abs(at["change"]) - 1e-9
        if at["status"] == "possible":
            changed = u.copy()
            changed[row, k] = at["urgency_needed"]
            assert inside(changed, w, row, first) == found.enters
            assert 0 <= at["urgency_needed"] <= 1
    changes = found.table["change"].abs()
    assert changes.dropna().is_monotonic_increasing
    assert found.feasible == (found.table["status"] == "possible").any()


@given(cases)
@settings(max_examples=40, deadline=None)
def test_bisection_finds_what_the_closed_form_finds(case):
    rows, weights, data = case
    row = data.draw(st.integers(0, len(rows) - 1))
    first = data.draw(st.integers(1, len(rows) - 1))
    standing = standing_of_rows(rows, weights)
    exact = indicators_to_move(standing, f"z{row}", first).table.sort_index()
    by_value = replace(standing, priority_of=lambda u: 100 * u @ standing.weights)
    tried = indicators_to_move(by_value, f"z{row}", first).table.sort_index()
    with pytest.raises(InputError, match="for the weighted sum only"):
        weights_to_move(by_value, f"z{row}", first)
    # What needs the very last bit of a range may differ.
    assume(((exact["urgency_needed"] - 0.5).abs() < 0.4999999).all() or exact["urgency_needed"].isna().all())
    assert tried["urgency_needed"].to_numpy() == pytest.approx(
        exact["urgency_needed"].to_numpy(), abs=1e-7, nan_ok=True
    )


def test_a_plain_case_in_words_and_units():
    names = {"z0": "甲小区", "z1": "乙小区"}
    titles = {"c0": ("养老服务覆盖率", "Elder care: share covered"), "c1": ("步行距离", "Walking distance")}
    standing = standing_of_rows(
        [[0.8, 0.5], [0.6, 0.4]], [0.5, 0.5], names=names, titles=titles, units={"c0": "share", "c1": "m"},
        table=pd.DataFrame({"c0": [0.2, 0.4], "c1": [600.0, 540.0]}, ["z0", "z1"]),
        good=np.array([1.0, 300.0]), bad=np.array([0.0, 900.0]),
    )  # fmt: skip
    found = indicators_to_move(standing, "z1", 1)
    assert found.table.index.tolist() == ["c0", "c1"]
    assert found.table["value_needed"].to_numpy() == pytest.approx([0.1, 720.0], abs=0.02)
    assert found.words[1] == (
        "乙小区 would enter the first 1 if “Elder care: share covered” went from 40.0 % to 10.0 %; "
        "or if “Walking distance” went from 540 m to 720 m (smallest change first)."
    )
    assert found.words[0].startswith("若“养老服务覆盖率”由 40.0 % 变为 10.0 %；或“步行距离”由 540 米 变为 720 米")
    none = weights_to_move(standing, "z1", 1)
    assert none.words[1] == (
        "No weights of these indicators make 乙小区 enter the first 1: "
        "one zone is at least as urgent in every indicator."
    )
    assert not none.feasible
    assert np.isnan(none.distance)


def test_weights_in_words():
    standing = standing_of_rows([[0.9, 0.1], [0.2, 0.6]], [0.6, 0.4], titles={"c0": ("甲", "A"), "c1": ("乙", "B")})
    found = weights_to_move(standing, "z1", 1)
    # Even at 0.9 w + 0.1 (1 - w) = 0.2 w + 0.6 (1 - w), that is at w = 5/12.
    assert found.weights["c0"] == pytest.approx(5 / 12, abs=1e-4)
    assert found.moved == pytest.approx(0.6 - 5 / 12, abs=1e-4)
    assert found.words[0].startswith("若权重改为：“甲”60.0 % → 41.7 %、“乙”40.0 % → 58.3 %，z1即进入前 1 名")
    assert "“A” 60.0 % → 41.7 % and “B” 40.0 % → 58.3 %; 18.3 % of all weight" in found.words[1]
    out = weights_to_move(standing, "z0", 1, norm="l2")
    assert out.weights["c0"] == pytest.approx(5 / 12, abs=1e-4)
    assert "leave the first 1" in out.words[1]


def test_many_zones_are_solved_and_proven():
    rng = np.random.default_rng(0)
    rows, weights = rng.random((200, 5)), rng.dirichlet(np.ones(5))
    standing = standing_of_rows(rows.tolist(), weights)
    zone = standing.rank[standing.rank == 30].index[0]
    for norm in ("l1", "l2"):
        found = weights_to_move(standing, zone, 20, norm=norm)
        assert found.feasible
        assert found.proven
        assert inside(standing.urgencies.to_numpy(), found.weights.to_numpy(), standing.place(zone), 20)


def test_unknown_indicators():
    rows = [[0.9, np.nan, 0.2], [0.1, np.nan, 0.4], [0.3, np.nan, 0.3]]
    standing = standing_of_rows(rows, [0.4, 0.2, 0.4])
    found = weights_to_move(standing, "z1", 1)
    assert found.weights["c1"] == 0
    assert found.weights.sum() == pytest.approx(1)
    assert indicators_to_move(standing, "z1", 1).table.loc["c1", "status"] == "unknown"
    rows[0][1] = 0.5
    with pytest.raises(InputError, match=r"2 of 3 zones lack an indicator \(first: 'z1'\)"):
        weights_to_move(standing_of_rows(rows, [0.4, 0.2, 0.4]), "z1", 1)
    assert indicators_to_move(standing_of_rows(rows, [0.4, 0.2, 0.4]), "z1", 1).feasible


def test_zones_at_the_edge_are_told_so():
    standing = standing_of_rows([[1.0, 1.0], [1.0, 1.0], [0.2, 0.1]], [0.5, 0.5], titles={"c0": ("甲", "A")})
    assert indicators_to_move(standing, "z0", 1).words[1] == (
        "z0 stands at the edge itself: the slightest change of “A” and “c1” makes it leave the first 1."
    )
    near = standing_of_rows([[1.0, 0.0], [0.0, 0.9999], [0.2, 0.1]], [0.5, 0.5])
    assert "界线" in weights_to_move(near, "z1", 1).words[0]


def test_nothing_moves_what_a_gate_holds():
    tier = pd.Series([0, 1, 1], ["z0", "z1", "z2"])
    standing = standing_of_rows([[0.0, 0.1], [0.9, 0.5], [0.5, 0.9]], [0.5, 0.5], tier=tier)
    assert standing.rank.tolist() == [1, 2, 3]
    assert not weights_to_move(standing, "z1", 1).feasible
    found = indicators_to_move(standing, "z1", 1)
    assert not found.feasible
    assert found.words[1] == "No single indicator, whatever its value, makes z1 enter the first 1."
    assert not weights_to_move(standing, "z0", 1).feasible
    assert weights_to_move(standing, "z2", 2).feasible


@pytest.mark.parametrize(
    ("ask", "message"),
    [
        (("z9", 1), "'z9' is not among the 2 ranked"),
        (("z0", 0), "first = 0 must be 1 to 1"),
        (("z0", 2), "first = 2 must be 1 to 1"),
    ],
)
def test_questions_without_an_answer(ask, message):
    standing = standing_of_rows([[0.1], [0.2]], [1.0])
    with pytest.raises(InputError, match=message):
        weights_to_move(standing, *ask)
    with pytest.raises(InputError, match=message):
        indicators_to_move(standing, *ask)


def test_a_single_zone_and_a_wrong_norm():
    with pytest.raises(InputError, match="only ranked zone"):
        weights_to_move(standing_of_rows([[0.1]], [1.0]), "z0", 1)
    with pytest.raises(InputError, match="l1 or l2"):
        weights_to_move(standing_of_rows([[0.1], [0.2]], [1.0]), "z0", 1, norm="max")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"weights": np.array([1.0])}, "must be 2 numbers"),
        ({"weights": np.array([1.0, -1.0])}, "0 or more"),
        ({"rank": pd.Series([1, 3], ["a", "b"])}, "1 to 2 without gaps"),
        ({"rank": pd.Series([1, 2], ["b", "a"])}, "index of urgencies"),
        ({"urgencies": pd.DataFrame([[0.0, 1.5], [0, 0]], ["a", "b"], ["x", "y"])}, "between 0 and 1"),
        ({"urgencies": pd.DataFrame([[0.0, 1.0], [0, 0]], ["a", "a"], ["x", "y"])}, "'a' stands there twice"),
        ({"tier": pd.Series([1], ["a"])}, "tier must have the index"),
    ],
)
def test_a_standing_that_does_not_fit(change, message):
    parts = {
        "urgencies": pd.DataFrame([[0.0, 1.0], [0.5, 0.5]], ["a", "b"], ["x", "y"]),
        "weights": np.array([1.0, 1.0]),
        "rank": pd.Series([1, 2], ["a", "b"]),
    }
    with pytest.raises(InputError, match=message):
        Standing(**parts | change)


def scored_town(aggregate="weighted_sum", **columns):
    rng = np.random.default_rng(4)
    ids = pd.Index([f"z{i}" for i in range(12)], name="zone_id")
    table = pd.DataFrame(rng.random((12, 3)), ids, ["a", "b", "c"])
    anchors = dict.fromkeys("abc", (1.0, 0.0))
    matrix = DecisionMatrix.from_frame(table, dict.fromkeys("abc", -1), {"a": 3, "b": 2, "c": 1}, anchors=anchors)
    base = {"zone_type": "other", "eligible": True, "x_demand": 1.0, "name": [f"第{i}区" for i in range(12)]}
    zones = pd.DataFrame(base | columns, index=ids)
    method = Method(aggregate=aggregate)
    scores = score_zones(matrix, zones, None, Findings(), method=method)
    return matrix, zones.join(scores), fit_method(matrix, np.ones(12, bool), None, Findings(), method=method)


def test_the_standing_of_a_scored_matrix():
    matrix, zones, scoring = scored_town()
    one, two = standing_of(matrix, zones), standing_of(matrix, zones, scoring)
    assert one.urgencies.to_numpy() == pytest.approx(1 - matrix.values, abs=1e-12)
    assert two.urgencies.to_numpy() == pytest.approx(1 - matrix.values, abs=1e-12)
    assert one.priority == pytest.approx(zones["priority"].to_numpy())
    assert one.name("z3") == "第3区"
    assert one.points.sum(axis=1).to_numpy() == pytest.approx(one.priority)
    zone = zones.index[zones["rank"] == 5][0]
    found = indicators_to_move(one, zone, 3)
    needed = found.table.dropna()
    assert needed["value_needed"].to_numpy() == pytest.approx(1 - needed["urgency_needed"].to_numpy())
    with pytest.raises(InputError, match="no column c_contribution"):
        standing_of(matrix, zones.drop(columns="c_contribution"))
    with pytest.raises(InputError, match="no zone is ranked"):
        standing_of(matrix, zones.assign(rank=pd.NA))


def test_the_standing_of_another_method():
    matrix, zones, scoring = scored_town("topsis")
    with pytest.raises(InputError, match="give the method"):
        standing_of(matrix, zones)
    standing = standing_of(matrix, zones, scoring)
    with pytest.raises(InputError, match="only the weighted sum"):
        _ = standing.points
    assert standing.priority == pytest.approx(zones["priority"].to_numpy())
    zone = zones.index[zones["rank"] == 5][0]
    row, found = standing.place(zone), indicators_to_move(standing, zone, 3).table
    assert (found["status"] == "possible").any()
    for code, needed in found["urgency_needed"].dropna().items():
        for urgency, inside_now in ((needed, True), (needed - 1e-3, False)):
            changed = standing.urgencies.to_numpy().copy()
            changed[row, standing.urgencies.columns.get_loc(code)] = urgency
            priority = standing.priority_of(changed)
            assert ((priority > priority[row]).sum() < 3) == inside_now
    relative = fit_method(matrix, np.ones(12, bool), None, Findings(), method=Method(normalize="z"))
    with pytest.raises(InputError, match="normalize = 'z' gives no urgencies"):
        standing_of(matrix, zones, relative)


def test_a_safety_gate_is_a_tier():
    gate = pd.array([True] + [None] + [False] * 10, dtype="boolean")
    matrix, zones, _ = scored_town(safety_gate=gate)
    standing = standing_of(matrix, zones)
    assert standing.rank.iloc[:2].tolist() == [1, 2]
    assert not weights_to_move(standing, "z0", 1).feasible
    assert not indicators_to_move(standing, "z5", 2).feasible
